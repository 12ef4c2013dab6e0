// Takes off what stands around a value without changing it.
import type { Node } from '../../parse.ts';

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
type Meaningful = Extract<Node, { type: 'CallExpression' | 'NewExpression' | 'ImportExpression' }>;
interface Meant {
  [MEANING]?: Node;
}

/** Lets a call stand for another expression: `require('./x')` for what that file exports. */
export function setMeaning(call: Meaningful, meaning: Node): void {
  (call as Meant)[MEANING] = meaning;
}

function inner(node: Node): Node | null {
  switch (node.type) {
    case 'Identifier':
    case 'MemberExpression':
    case 'Literal':
      return null;
    // What stands for another expression is one of these.
    case 'CallExpression':
    case 'NewExpression':
    case 'ImportExpression':
      return (node as Meant)[MEANING] ?? null;
    case 'AwaitExpression':
      return node.argument;
    // What compilers make of `await`.
    case 'YieldExpression':
      return node.delegate ? null : (node.argument ?? null);
    case 'ChainExpression':
    case 'ParenthesizedExpression':
      return node.expression;
    case 'SequenceExpression':
      return node.expressions.at(-1) ?? null;
    default:
      return (node.type as string).startsWith('TS') && 'expression' in node
        ? (node as { expression: Node }).expression
        : null;
  }
}
