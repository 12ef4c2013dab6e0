// Threats by tools whose description or answer comes from elsewhere or changes later.
import type { Node } from '../../parse.ts';
import { walkTree } from '../../nodes.ts';
import { functionsIn } from '../flow/callees.ts';
import { destinationOf } from '../egress/destination.ts';
import { CLIENT, is } from '../flow/kinds.ts';
import { REMOTE } from '../flow/labels.ts';
import { functionAround, lookup, plainKey } from '../flow/model.ts';
import type { Binding } from '../flow/model.ts';
import { constantOf, keyOf, nameOf, propertyOf, unwrap } from '../flow/names.ts';
import { carried, report } from '../scene.ts';
import type { Scene } from '../scene.ts';

const OFFERS = /setRequestHandler|registerTool|addTool|\.tool\(|\bListTools|tools\/list/;
const CLOCK = /Date\.now|new Date|getTime|Math\.random|performance\.now|uptime\(/;

/** Tools whose description or answer comes from elsewhere or changes later. */
export function findChangingTools(scene: Scene): void {
  if (scene.flow.handlers.size === 0 && !/McpServer|inputSchema/.test(scene.file.text)) return;
  const counters = countersOf(scene);
  for (const { call } of scene.calls) {
    const callee = unwrap(call.callee);
    const method = callee.type === 'MemberExpression' ? (keyOf(scene.model, callee) ?? '') : '';
    if (method === 'setRequestHandler') judgeList(scene, call);
    if (!/^(?:tool|registerTool|addTool)$/.test(method)) continue;
    for (const arg of call.arguments.slice(0, -1)) {
      const description = propertyOf(scene.model, arg, 'description') ?? arg;
      if (carried(scene, description) & REMOTE)
        reportRemote(scene, call, 'description of a tool is');
    }
  }
  for (const node of scene.file.nodesOf('Property')) {
    if (plainKey(node.key) !== 'description') continue;
    // What another file lists may be an answer like any other.
    const around = scene.textAround(node);
    if (around !== scene.file.text && !OFFERS.test(around)) continue;
    const value = unwrap(node.value);
    const isCounted =
      value.type === 'ConditionalExpression' &&
      counts(scene, lasting(scene, counters, node), value.test);
    if (isCounted) changes(scene, node);
    else if (carried(scene, value) & REMOTE && isToolShape(scene, node))
      reportRemote(scene, node, 'description of a tool is');
  }
  for (const assign of scene.model.assigns) {
    if (
      assign.left.type !== 'MemberExpression' ||
      keyOf(scene.model, assign.left) !== 'description'
    )
      continue;
    if (isUnderCounter(scene, counters, assign)) changes(scene, assign);
  }
}

/** A list of tools that is what some host answers. */
function judgeList(scene: Scene, call: Scene['calls'][number]['call']): void {
  const first = call.arguments[0];
  if (!first || !/ListTools|tools\/list/.test(scene.file.textOf(first))) return;
  const handler = functionsIn(scene.model, call.arguments[1])[0];
  if (!handler || (handler.labels & REMOTE) === 0) return;
  reportRemote(scene, call, 'list of tools is');
}

/** What the service itself says, for which the server is there, is worth a look; another's word is not. */
function reportRemote(scene: Scene, node: Node, what: string): void {
  const isForeign = scene.calls.some(({ name, args }) => {
    if (!is(name, CLIENT)) return false;
    const { place } = destinationOf(scene, args);
    return place === 'foreign' || place === 'drop';
  });
  report(scene, node, {
    ruleId: 'remote-tool-definition',
    severity: isForeign ? 'high' : 'moderate',
    confidence: 'medium',
    message: `The ${what} fetched from the network: it can change at any time.`,
  });
}

/** Variables and fields that count something other than the turns of a loop. */
function countersOf(scene: Scene): Set<Binding | string> {
  const counters = new Set<Binding | string>();
  const add = (node: Node) => {
    const counter = counterOf(scene, node);
    if (counter) counters.add(counter);
  };
  for (const node of scene.file.nodesOf('UpdateExpression')) {
    if (scene.file.parentOf(node)?.type !== 'ForStatement') add(node.argument);
  }
  for (const assign of scene.model.assigns) {
    if (assign.operator === '+=' && constantOf(scene.model, assign.right) === '1') add(assign.left);
  }
  return counters;
}

/** What a function counts anew each time tells nothing of earlier calls. */
function lasting(scene: Scene, counters: Set<Binding | string>, at: Node): Set<Binding | string> {
  const around = functionAround(scene.model, at);
  const isOwn = (one: Binding | string) =>
    typeof one !== 'string' &&
    one.defs.some(
      ({ kind, value }) =>
        kind === 'init' && value && functionAround(scene.model, value) === around,
    );
  if (around === null) return counters;
  return new Set([...counters].filter((one) => !isOwn(one)));
}

function counterOf(scene: Scene, node: Node): Binding | string | null {
  if (node.type === 'UpdateExpression') return counterOf(scene, node.argument);
  if (node.type === 'Identifier') return lookup(scene.model, node);
  // Fields are known by their text, which says little in a bundle.
  return node.type === 'MemberExpression' && scene.calls.length < 5000
    ? scene.file.textOf(node)
    : null;
}

/** `count > 3`, `calls % 5 === 0`, or a look at the clock. */
function counts(scene: Scene, counters: Set<Binding | string>, test: Node): boolean {
  if (CLOCK.test(scene.file.text.slice(test.start, Math.min(test.end, test.start + 300))))
    return true;
  let isFound = false;
  walkTree(test, (node) => {
    if (node.type !== 'BinaryExpression' || !/^(?:[<>]=?|={2,3}|%)$/.test(node.operator)) return;
    const counter = counterOf(scene, node.left);
    if (counter !== null && counters.has(counter))
      isFound ||= constantOf(scene.model, node.right) !== null;
  });
  return isFound;
}

function isToolShape(scene: Scene, property: Node): boolean {
  const holder = scene.file.parentOf(property);
  return (
    holder?.type === 'ObjectExpression' &&
    holder.properties.some(
      (one) =>
        one.type === 'Property' &&
        /^(?:inputSchema|handler|execute|annotations)$/.test(plainKey(one.key)),
    )
  );
}

function changes(scene: Scene, node: Node): void {
  report(scene, node, {
    ruleId: 'tool-definition-changes',
    severity: 'high',
    message: 'The description of a tool changes after a number of calls or a time.',
  });
}

function isUnderCounter(scene: Scene, counters: Set<Binding | string>, node: Node): boolean {
  for (
    let at = scene.file.parentOf(node), depth = 0;
    at !== null && depth < 12;
    at = scene.file.parentOf(at), depth++
  ) {
    if (at.type === 'IfStatement' && counts(scene, counters, at.test)) return true;
    if (
      at.type === 'CallExpression' &&
      /^set(?:Timeout|Interval)$/.test(nameOf(scene.model, at.callee) ?? '')
    )
      return true;
  }
  return false;
}
