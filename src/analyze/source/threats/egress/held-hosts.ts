// A host that a look at the address holds a request to: whatever else it names is turned away before.
import type { Node } from '../../parse.ts';
import { functionAround, isFunction, lookup } from '../flow/model.ts';
import type { Binding } from '../flow/model.ts';
import { unwrap } from '../flow/names.ts';
import type { Scene } from '../scene.ts';

const BARE_HOST = /^[\w-]+(?:\.[\w-]+)+$/;
const ORIGIN = /^https?:\/\/([\w.-]+)\/?$/;

/** `if (new URL(url).hostname !== 'api.example') return;` ahead of `fetch(url)`; null if there is none. */
export function heldHost({ file, model }: Scene, address: Node | undefined): string | null {
  const asked = address ? unwrap(address) : null;
  const binding = asked?.type === 'Identifier' ? lookup(model, asked) : null;
  if (!asked || !binding || binding.defs.some(({ kind }) => kind === 'assign')) return null;
  const fn = functionAround(model, asked);
  for (const test of file.nodesOf('IfStatement')) {
    if (test.end > asked.start || functionAround(model, test) !== fn) continue;
    if (!endsHere(test.consequent) || !isAlwaysPassed(file, test)) continue;
    for (const part of partsOf(test.test)) {
      const host = hostUnless(model, part, binding);
      if (host !== null) return host;
    }
  }
  return null;
}

/** Under no condition of its own. */
function isAlwaysPassed(file: Scene['file'], test: Node): boolean {
  let node = test;
  let up = file.parentOf(test);
  while (up?.type === 'BlockStatement' || (up?.type === 'TryStatement' && up.block === node)) {
    node = up;
    up = file.parentOf(up);
  }
  return up?.type === 'Program' || isFunction(up);
}

function endsHere(node: Node): boolean {
  const last = node.type === 'BlockStatement' ? node.body.at(-1) : node;
  return last?.type === 'ReturnStatement' || last?.type === 'ThrowStatement';
}

/** Any of them alone turns the address away. */
function partsOf(test: Node): Node[] {
  const parts: Node[] = [];
  let at = unwrap(test);
  while (at.type === 'LogicalExpression' && at.operator === '||') {
    parts.push(unwrap(at.right));
    at = unwrap(at.left);
  }
  return [...parts, at];
}

function hostUnless(model: Scene['model'], test: Node, address: Binding): string | null {
  if (test.type !== 'BinaryExpression' || !test.operator.startsWith('!=')) return null;
  const [value, part] =
    test.left.type === 'Literal' ? [test.left, test.right] : [test.right, test.left];
  if (value.type !== 'Literal' || typeof value.value !== 'string') return null;
  const read = unwrap(part);
  if (read.type !== 'MemberExpression' || read.property.type !== 'Identifier') return null;
  if (!isAddress(model, unwrap(read.object), address)) return null;
  const { name } = read.property;
  const host = name === 'origin' ? ORIGIN.exec(value.value)?.[1] : value.value;
  const isHost = name === 'origin' || name === 'hostname' || name === 'host';
  return isHost && host !== undefined && BARE_HOST.test(host) ? host.toLowerCase() : null;
}

/** `new URL(address)`, or a variable that is that and nothing else. */
function isAddress(model: Scene['model'], node: Node, address: Binding): boolean {
  const defs = node.type === 'Identifier' ? (lookup(model, node)?.defs ?? []) : [];
  const [def] = defs;
  const isOnce = defs.length === 1 && def?.kind === 'init' && def.path.length === 0;
  const made = isOnce && def.value ? unwrap(def.value) : node;
  if (made.type !== 'NewExpression' || made.callee.type !== 'Identifier') return false;
  const [given, base] = made.arguments;
  if (made.callee.name !== 'URL' || given?.type !== 'Identifier' || base) return false;
  return lookup(model, given) === address;
}
