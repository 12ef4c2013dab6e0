// Objects that are written out: what came over the network stands at one key of them and not at the others.
import type { Node } from '../../parse.ts';
import { ANY_KEY, addAt, bindLabels } from './bind.ts';
import type { Flow } from './callees.ts';
import { evaluate } from './evaluate.ts';
import { named, REMOTE } from './labels.ts';
import { lookup, plainKey } from './model.ts';
import type { Binding } from './model.ts';
import { unwrap } from './names.ts';

const MAX_DEPTH = 5;

/** Adds labels to what a pattern binds; a plain name holds `values`, of which there is one, as it is. */
export function bindObject(
  flow: Flow,
  pattern: Node,
  values: readonly Node[],
  labels: number,
): void {
  const value = values[0] ?? null;
  const binding = pattern.type === 'Identifier' ? lookup(flow.model, pattern) : null;
  if (binding) hold(flow, binding, value, labels);
  else if (!value || (labels & REMOTE) === 0 || !bindKeys(flow, pattern, value, labels))
    bindLabels(flow, pattern, labels);
}

/** `({ auth, tools }) => …` given `{ auth: fetched, tools }`: only `auth` is remote. */
function bindKeys(flow: Flow, given: Node, value: Node, labels: number): boolean {
  const pattern = given.type === 'AssignmentPattern' ? given.left : given;
  if (pattern.type !== 'ObjectPattern') return false;
  const keys = new Set(keysIn(flow, value, 0));
  if (keys.has(ANY_KEY)) return false;
  for (const part of pattern.properties) {
    if (part.type === 'RestElement') bindLabels(flow, part, labels);
    else {
      const key = plainKey(part.key);
      const isRemote = part.computed || keys.has(key);
      bindLabels(flow, part.value, named(isRemote ? labels : labels & ~REMOTE, key));
    }
  }
  return true;
}

/** Adds labels to a variable; `value` is what it holds as it is, where that is known. */
export function hold(flow: Flow, binding: Binding, value: Node | null, labels: number): void {
  addAt(flow, binding, labels, value && labels & REMOTE ? keysIn(flow, value, 0) : [ANY_KEY]);
}

/** The keys of an object at which something remote stands; all of them where that is not seen. */
function keysIn(flow: Flow, wrapped: Node, depth: number): string[] {
  const node = unwrap(wrapped);
  if ((evaluate(flow, node, 0) & REMOTE) === 0) return [];
  if (node.type === 'Identifier') {
    const binding = lookup(flow.model, node);
    if (binding) flow.memo.reads |= binding.bit;
    const isOwn = binding !== null && (binding.labels & REMOTE) !== 0;
    return isOwn ? [...(flow.remoteAt.get(binding) ?? [ANY_KEY])] : [ANY_KEY];
  }
  if (node.type !== 'ObjectExpression' || depth > MAX_DEPTH) return [ANY_KEY];
  return node.properties.flatMap((one) => {
    if (one.type === 'SpreadElement') return keysIn(flow, one.argument, depth + 1);
    if ((evaluate(flow, one.value, 0) & REMOTE) === 0) return [];
    return [one.computed ? ANY_KEY : plainKey(one.key)];
  });
}
