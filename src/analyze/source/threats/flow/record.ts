// Writes down what a file gives to, takes from and hands to others, for link.ts.
import { escapeExcerpt } from '../../../text/escape.ts';
import type { RawThreat } from '../../package-context.ts';
import type { Node } from '../../parse.ts';
import {
  CRED,
  CRED_PARSED,
  DECODED,
  ENV,
  ENV_TEXT,
  INVISIBLE,
  LINKED,
  PARAM,
  REMOTE,
} from './labels.ts';
import { calleesOf } from './callees.ts';
import { functionAround, plainKey } from './model.ts';
import type { Call } from './model.ts';
import { keyOf, unwrap } from './names.ts';
import { callersOf } from './callers.ts';
import { reachOf } from './reach.ts';
import { carried } from '../scene.ts';
import type { Report, Scene } from '../scene.ts';
import { toldOf } from '../told.ts';

const GIVEN = ENV | ENV_TEXT | CRED | CRED_PARSED | DECODED | INVISIBLE | REMOTE;
const IS_LOCAL = /^(?:new )?\.{1,2}\//;
const MAX_SITES = 500;

/** A sink of which this file alone does not know what goes in. */
export function noteSink(
  scene: Scene,
  node: Node,
  kind: 'send' | 'run',
  labels: number,
  isForeign: boolean,
): void {
  if (labels & LINKED) {
    const near = importsNear(scene, node);
    scene.link.pending.push({ kind, labels, isForeign, near, threat: placeOf(scene, node) });
  }
  if ((labels & PARAM) === 0) return;
  for (
    let fn = functionAround(scene.model, node);
    fn !== null;
    fn = functionAround(scene.model, fn.node)
  ) {
    scene.link.takers.set(fn.name === '' ? 'default' : fn.name, { kind, isForeign });
    if (isDefault(scene, fn.node)) scene.link.takers.set('default', { kind, isForeign });
  }
}

export function noteGiven(scene: Scene): void {
  for (const fn of scene.model.functions) {
    const labels = fn.labels & GIVEN;
    if (labels === 0) continue;
    give(scene, fn.name === '' || isDefault(scene, fn.node) ? 'default' : fn.name, labels);
    if (fn.name !== '') give(scene, fn.name, labels);
  }
  for (const [name, binding] of scene.model.scopes.get(scene.model.program) ?? []) {
    if (binding.labels & GIVEN) give(scene, name, binding.labels & GIVEN);
  }
  for (const { call, name, args } of scene.calls) {
    // What an imported function returns is as unknown as what comes from a library.
    if (!IS_LOCAL.test(name) || name.includes('()')) noteMethod(scene, call, args);
    if (!IS_LOCAL.test(name)) continue;
    const labels = args.reduce((all, arg) => all | carried(scene, arg), 0) & (GIVEN | LINKED);
    if (!labels) continue;
    const near = importsNear(scene, call);
    scene.link.handed.push({ name, labels, near, threat: placeOf(scene, call) });
  }
}

const FEW_IMPORTS = 12;

/** Of many imports, those that the function around the node names: one label stands for all of them. */
function importsNear(scene: Scene, node: Node): ReadonlySet<string> | null {
  const { imports } = scene.link;
  if (imports.length <= FEW_IMPORTS) return null;
  let around: Node | null = null;
  let fn = functionAround(scene.model, node);
  for (; fn !== null; fn = functionAround(scene.model, fn.node)) around = fn.node;
  if (around === null) return null;
  const words = new Set(scene.file.textOf(around).match(/[\w$]{1,80}/g));
  return new Set(
    imports.filter((name) => words.has(name.replaceAll('()', '').split('.').at(-1) ?? '')),
  );
}

/** `track('roll', { context: process.env })` of an object that was made elsewhere: only its method is known. */
function noteMethod(scene: Scene, call: Call, args: readonly Node[]): void {
  const callee = unwrap(call.callee);
  if (!scene.pkg.isSubject || callee.type !== 'MemberExpression') return;
  const method = keyOf(scene.model, callee);
  const labels = args.reduce((all, arg) => all | wholeIn(scene, arg), 0);
  if (labels && method !== null && calleesOf(scene.model, call).length === 0)
    scene.link.handed.push({
      name: `*.${method}`,
      labels,
      near: null,
      threat: placeOf(scene, call),
    });
}

/** The whole environment as a part of a message; as `env` it is what a program is started with. */
function wholeIn(scene: Scene, arg: Node): number {
  if (arg.type !== 'ObjectExpression') return 0;
  return arg.properties.reduce((all, part) => {
    if (part.type === 'Property' && /^(?:env|environment)$/i.test(plainKey(part.key))) return all;
    return all | (carried(scene, part.type === 'Property' ? part.value : part.argument) & ENV);
  }, 0);
}

/** Where imported functions are called: when the file is loaded, by one of its own, in a tool, on a command. */
export function noteSites(scene: Scene): void {
  const { sites, tells } = scene.link;
  for (const { call, name } of scene.calls) {
    if (!IS_LOCAL.test(name) || sites.length >= MAX_SITES) continue;
    const reach = reachOf(scene, call);
    if (reach === 'start') sites.push({ name, from: null, how: null });
    else if (reach !== 'unknown') sites.push({ name, from: null, how: reach });
    else for (const from of namesAround(scene, call)) sites.push({ name, from, how: null });
  }
  for (const ruleId of toldOf(scene)) tells.add(ruleId);
}

/** A threat as bad as whoever calls the functions around it; false if nobody else can. */
export function offer(scene: Scene, node: Node, told: Report, otherwise?: Report): boolean {
  const from = namesLeadingTo(scene, node);
  if (from.length === 0) return false;
  const shown = told.excerpt === undefined ? {} : { excerpt: escapeExcerpt(told.excerpt) };
  const place = { ...placeOf(scene, node), ...shown };
  scene.link.offers.push({
    from,
    threat: { confidence: 'high', ...told, ...place },
    otherwise: otherwise ? { confidence: 'medium', ...otherwise, ...place } : null,
  });
  return true;
}

const MAX_CALLERS_DEEP = 4;
const MAX_CALLERS = 20;

/** The names by which other files may know the functions around a node. */
function namesAround(scene: Scene, node: Node): string[] {
  const names: string[] = [];
  let fn = functionAround(scene.model, node);
  for (; fn !== null; fn = functionAround(scene.model, fn.node)) {
    if (fn.name !== '') names.push(fn.name);
    if (isDefault(scene, fn.node)) names.push('default');
  }
  return names;
}

/** Of the functions that call those around it, too: `sync` of `const sync = () => merge(file)`. */
function namesLeadingTo(scene: Scene, node: Node): string[] {
  const names = new Set<string>();
  const seen = new Set<Node>();
  let level = [node];
  for (let depth = 0; depth < MAX_CALLERS_DEEP && level.length > 0; depth++) {
    for (const one of level) for (const name of namesAround(scene, one)) names.add(name);
    const next = level.flatMap((one) => {
      const fn = functionAround(scene.model, one)?.node;
      if (!fn || seen.has(fn)) return [];
      seen.add(fn);
      return callersOf(scene.model).get(fn) ?? [];
    });
    level = next.slice(0, MAX_CALLERS);
  }
  return [...names];
}

function give(scene: Scene, name: string, labels: number): void {
  scene.link.gives.set(name, (scene.link.gives.get(name) ?? 0) | labels);
}

type Place = Pick<RawThreat, 'file' | 'line' | 'excerpt'>;

export function placeOf(scene: Scene, node: Node): Place {
  return {
    ...scene.placeOf(node),
    excerpt: escapeExcerpt(scene.file.textOf(node)),
  };
}

function isDefault(scene: Scene, fn: Node): boolean {
  const parent = scene.file.parentOf(fn);
  if (parent?.type === 'ExportDefaultDeclaration') return true;
  return (
    parent?.type === 'AssignmentExpression' &&
    /^(?:module\.)?exports$/.test(scene.file.textOf(parent.left))
  );
}
