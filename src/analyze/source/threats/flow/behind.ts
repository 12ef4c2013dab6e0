// The parts of expressions, and of what these stand for where that is written elsewhere.
import { parentOf, walkTree } from '../../nodes.ts';
import type { Node } from '../../parse.ts';
import { calleesOf } from './callees.ts';
import { isFunction, lookup } from './model.ts';
import type { Model } from './model.ts';
import { unwrap, valueOf } from './names.ts';

const MAX_NODES = 600;
const MAX_DEPTH = 7;

/** Visits each once, step by step, at most 600; what stands behind a part is looked at if `visit` says so. */
export function walkBehind(
  model: Model,
  nodes: readonly (Node | null | undefined)[],
  visit: (node: Node) => boolean,
): void {
  const seen = new Set<Node>();
  let queue = nodes.filter((node) => !!node);
  for (let depth = 0; depth < MAX_DEPTH && queue.length > 0; depth++) {
    const next: Node[] = [];
    for (const root of queue) {
      walkTree(root, (node) => {
        if (seen.has(node) || seen.size > MAX_NODES || isFunction(node)) return false;
        seen.add(node);
        if (visit(node)) next.push(...behind(model, node));
        return true;
      });
    }
    queue = next;
  }
}

/** What an expression stands for, where that is written elsewhere. */
function behind(model: Model, node: Node): Node[] {
  if (node.type === 'Identifier') {
    const binding = lookup(model, node);
    const values = (binding?.defs ?? []).flatMap(({ kind, value }) =>
      value && (kind === 'init' || kind === 'assign' || kind === 'each') ? [value] : [],
    );
    const listed = binding?.owner ? listOfCallback(binding.owner.node) : [];
    return [...values.slice(0, 3), ...(binding?.given ?? []), ...listed];
  }
  if (node.type === 'MemberExpression') {
    const value = valueOf(model, node);
    return value ? [value] : [];
  }
  if (node.type !== 'CallExpression') return unwrap(node) === node ? [] : [unwrap(node)];
  return calleesOf(model, node).flatMap(({ returns }) => returns.slice(0, 3));
}

/** `list.map((one) => …)`: what the parameter ranges over. */
function listOfCallback(fn: Node): Node[] {
  const call = parentOf(fn);
  if (call?.type !== 'CallExpression' || call.callee === fn) return [];
  const callee = unwrap(call.callee);
  return callee.type === 'MemberExpression' ? [callee.object] : [];
}
