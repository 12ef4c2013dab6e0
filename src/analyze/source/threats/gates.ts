// What stands in front of a threat: a date, a delay, a look at whether somebody watches.
import type { Node } from '../parse.ts';
import { lookup } from './flow/model.ts';
import { constantOf, nameOf, shapeOf } from './flow/names.ts';
import { callersOf } from './flow/callers.ts';
import { report } from './scene.ts';
import type { Scene } from './scene.ts';
import { walkTree } from '../nodes.ts';

const HIDES =
  /\bprocess\.env\.(?:CI|GITHUB_ACTIONS|JENKINS\w{0,12}|TRAVIS|CIRCLECI|GITLAB_CI|BUILDKITE|CODESPACES|SANDBOX|VITEST|NODE_ENV)\b|process\.env\[?['"]?CI\b|\bisCI\b|os\.hostname\(\)|Date\.now\(\)|new Date\b|getTime\(|getDay\(|getHours\(|getTimezoneOffset|timeZone|resolvedOptions\(\)|\bLANG\b|os\.uptime\(\)|process\.uptime\(\)|os\.cpus\(\)\.length|os\.totalmem\(\)|\b(?:vmware|virtualbox|qemu|docker|sandbox)\b|\/\.dockerenv|execArgv|inspector\.url\(\)|NODE_OPTIONS|isDebugg|Math\.random\(\)/i;
const HOUR_MS = 3_600_000;
const MAX_OBJECT = 2_000;

/** Adds a threat for each grave one that runs only sometimes, in a way that hides it. */
export function findGates(scene: Scene): void {
  for (const { threat, node } of [...scene.threats.values()]) {
    if (threat.severity !== 'critical' && threat.severity !== 'high') continue;
    const gate = gateOf(scene, node, hides);
    if (!gate) continue;
    report(scene, gate, {
      ruleId: 'gated-threat',
      severity: 'high',
      confidence: threat.confidence,
      message: 'Harmful code runs only at some times or where nobody seems to watch.',
    });
  }
}

/** The nearest test or timer before a node of which `isGate` holds, also where its function is called. */
export function gateOf(
  scene: Scene,
  from: Node,
  isGate: (scene: Scene, test: Node) => boolean,
): Node | null {
  let node = from;
  let turns = 0;
  for (let parent = scene.file.parentOf(node); parent !== null && turns < 200; turns++) {
    const test = testOf(parent, node);
    if (test && isGate(scene, test)) return parent;
    if (isGate === hides && parent.type === 'CallExpression' && isLongTimer(scene, parent))
      return parent;
    if (parent.type === 'BlockStatement' || parent.type === 'Program') {
      const guard = parent.body.find(
        (one) =>
          one.type === 'IfStatement' &&
          one.start < node.start &&
          /^\{?\s*(?:return|process\.exit)/.test(
            scene.file.text.slice(one.consequent.start, one.consequent.start + 40),
          ) &&
          isGate(scene, one.test),
      );
      if (guard) return guard;
    }
    const fn = scene.model.fnOf.get(parent);
    const site: Node | undefined = fn ? callSiteOf(scene, parent) : undefined;
    node = site ?? parent;
    parent = site ?? scene.file.parentOf(parent);
  }
  return null;
}

function callSiteOf(scene: Scene, fn: Node): Node | undefined {
  return callersOf(scene.model)
    .get(fn)
    ?.find((site) => site.start > fn.end || site.end < fn.start);
}

function testOf(parent: Node, node: Node): Node | null {
  if (
    (parent.type === 'IfStatement' || parent.type === 'ConditionalExpression') &&
    parent.test !== node
  )
    return parent.test;
  return parent.type === 'LogicalExpression' && parent.right === node ? parent.left : null;
}

const hides = (scene: Scene, test: Node): boolean => says(scene, test, HIDES, 1);

/** Whether a pattern holds for a test, or for what the names in it stand for. */
export function says(scene: Scene, test: Node, pattern: RegExp, depth: number): boolean {
  if (pattern.test(scene.file.text.slice(test.start, Math.min(test.end, test.start + 600))))
    return true;
  if (depth === 0) return false;
  let isFound = false;
  // `const quiet = Boolean(process.env.CI); if (!quiet)`, `if (!isWatched())`.
  walkTree(test, (part) => {
    if (part.type !== 'Identifier' || isFound) return;
    for (const def of lookup(scene.model, part)?.defs.slice(0, 3) ?? []) {
      // Of a large object most has nothing to do with the one member that is asked.
      const isLarge =
        def.value?.type === 'ObjectExpression' && def.value.end - def.value.start > MAX_OBJECT;
      if (def.value && !isLarge && says(scene, def.value, pattern, depth - 1)) isFound = true;
    }
  });
  return isFound;
}

const MACHINES = [
  /dockerenv|\bcgroup|vmware|virtualbox|qemu|hypervisor/i,
  /\bcpus\(\)|totalmem\(|freemem\(/,
];
const WATCHERS = [
  ...MACHINES,
  /\bCI\b|GITHUB_ACTIONS|JENKINS|TRAVIS|CIRCLECI|\bisCI\b/,
  /\b[cm]time|birthtime|Date\.now\(\)\s?-|uptime\(/,
];

/** Code that asks whether it runs on a machine made for looking at it, by two signs or more. */
export function evades(scene: Scene, test: Node): boolean {
  const seen = (kinds: RegExp[]) => kinds.filter((kind) => says(scene, test, kind, 1)).length;
  return seen(MACHINES) > 0 && seen(WATCHERS) > 1;
}

function isLongTimer(scene: Scene, call: Extract<Node, { type: 'CallExpression' }>): boolean {
  const name = nameOf(scene.model, call.callee) ?? '';
  if (!/^(?:setTimeout|timers(?:\.promises)?\.setTimeout)$/.test(name)) return false;
  const delay = call.arguments[name === 'setTimeout' || name === 'timers.setTimeout' ? 1 : 0];
  if (!delay) return false;
  const text = constantOf(scene.model, delay) ?? shapeOf(scene.model, delay) ?? '';
  return Number(text) >= HOUR_MS || product(scene, delay, 0) >= HOUR_MS;
}

/** `48 * 60 * 60 * 1000`. */
function product(scene: Scene, node: Node, depth: number): number {
  if (depth > 12) return 0;
  if (node.type === 'Literal') return Number(node.value) || 0;
  if (node.type === 'BinaryExpression' && node.operator === '*') {
    return product(scene, node.left, depth + 1) * product(scene, node.right, depth + 1);
  }
  if (node.type === 'BinaryExpression' && node.operator === '+')
    return product(scene, node.left, depth + 1);
  if (node.type === 'ParenthesizedExpression') return product(scene, node.expression, depth + 1);
  const def = node.type === 'Identifier' ? lookup(scene.model, node)?.defs[0] : undefined;
  return def?.kind === 'init' && def.value ? product(scene, def.value, depth + 1) : 0;
}
