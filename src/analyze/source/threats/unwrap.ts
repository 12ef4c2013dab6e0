// Takes off what stands around a value without changing it.
import type { Node } from '../parse.ts';

/** Takes off what does not change the value: await, parentheses, type assertions, `(0, x)`. */
export function unwrap(node: Node): Node {
  let at = node;
  for (let turn = 0; turn < 20; turn++) {
    const next = inner(at);
    if (!next) return at;
    at = next;
  }
  return at;
}

// A symbol, as in nodes.ts.
const MEANING = Symbol('meaning');
interface Meant {
  [MEANING]?: Node;
}

/** Lets an expression stand for another: `require('./x')` for what that file exports. */
export function setMeaning(node: Node, meaning: Node): void {
  (node as Meant)[MEANING] = meaning;
}

function inner(node: Node): Node | null {
  const meaning = (node as Meant)[MEANING];
  if (meaning) return meaning;
  const type: string = node.type;
  if (node.type === 'AwaitExpression') return node.argument;
  // What compilers make of `await`.
  if (node.type === 'YieldExpression' && !node.delegate) return node.argument ?? null;
  if (node.type === 'ChainExpression') return node.expression;
  if (node.type === 'ParenthesizedExpression') return node.expression;
  if (node.type === 'SequenceExpression') return node.expressions.at(-1) ?? null;
  if (type.startsWith('TS') && 'expression' in node)
    return (node as { expression: Node }).expression;
  return null;
}
