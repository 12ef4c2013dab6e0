// The text that an expression stands for, part by part.
import type { Node } from '../../parse.ts';
import { callShape } from './call-shapes.ts';
import type { Ask } from './called.ts';
import { holed } from './lists.ts';
import { lookup } from './model.ts';
import type { Model } from './model.ts';
import { HOLE } from './texts.ts';
import { unwrap } from './unwrap.ts';

export type { Ask };

export function findShape(ask: Ask, model: Model, wrapped: Node, depth: number): string | null {
  const node = unwrap(wrapped);
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' || typeof node.value === 'number'
        ? String(node.value)
        : null;
    case 'TemplateLiteral':
      return node.quasis
        .map(
          (quasi, index) =>
            (quasi.value.cooked ?? '') + holed(ask, model, node.expressions[index], depth),
        )
        .join('');
    case 'BinaryExpression':
      return node.operator === '+'
        ? sum(ask, model, node, depth)
        : arithmetic(ask, model, node, depth);
    case 'Identifier':
      return bindingShape(ask, model, node, depth);
    case 'MemberExpression':
      return memberShape(ask, model, node, depth);
    case 'CallExpression':
    case 'NewExpression':
      return callShape(ask, model, node, depth);
    case 'LogicalExpression':
      return ask.shapeOf(model, node.right, depth) ?? ask.shapeOf(model, node.left, depth);
    case 'ConditionalExpression':
      return (
        ask.shapeOf(model, node.consequent, depth) ?? ask.shapeOf(model, node.alternate, depth)
      );
    default:
      return null;
  }
}

/** Long chains of `+` lean left; going down them in a loop spares the stack. */
function sum(ask: Ask, model: Model, node: Node, depth: number): string | null {
  const parts: string[] = [];
  let at: Node = node;
  let hasText = false;
  for (
    let count = 0;
    at.type === 'BinaryExpression' && at.operator === '+' && count < 2000;
    count++
  ) {
    const shape = ask.shapeOf(model, at.right, depth);
    hasText ||= shape !== null;
    parts.push(shape ?? HOLE);
    at = at.left;
  }
  const first = ask.shapeOf(model, at, depth);
  parts.push(first ?? HOLE);
  return hasText || first !== null ? parts.reverse().join('') : null;
}

function bindingShape(ask: Ask, model: Model, node: Node, depth: number): string | null {
  const binding = lookup(model, node);
  if (!binding) return null;
  const defs = binding.defs.filter((def) => def.value !== null);
  const def = defs[0];
  if (defs.length === 0 && binding.given.length === 1)
    return ask.shapeOf(model, binding.given[0], depth);
  if (!def || defs.length !== 1 || (def.kind !== 'init' && def.kind !== 'assign')) return null;
  if (binding.owner !== null) return null;
  if (def.path.length === 0) return ask.shapeOf(model, def.value, depth);
  const part = def.path.length === 1 ? ask.propertyOf(model, def.value, def.path[0] ?? '') : null;
  return ask.shapeOf(model, part, depth);
}

function memberShape(
  ask: Ask,
  model: Model,
  node: Extract<Node, { type: 'MemberExpression' }>,
  depth: number,
): string | null {
  const name = ask.nameOf(model, node, depth);
  if (name === 'process.env.HOME' || name === 'process.env.USERPROFILE') return '~';
  if (name === 'process.env.APPDATA' || name === 'process.env.LOCALAPPDATA') return '~/AppData';
  if (name === 'path.sep' || name === 'os.EOL') return name === 'path.sep' ? '/' : '\n';
  if (name === 'process.execPath' || name === 'process.argv0' || name === 'process.argv.0')
    return 'node';
  const key = ask.keyOf(model, node, depth);
  const held = key === null ? ask.valueOf(model, node) : ask.propertyOf(model, node.object, key);
  return ask.shapeOf(model, held, depth);
}

const NUMBER = /^-?\d{1,15}$/;

/** Codes are hidden by small sums: `c ^ 7`, `c - 3`. */
function arithmetic(
  ask: Ask,
  model: Model,
  node: Extract<Node, { type: 'BinaryExpression' }>,
  depth: number,
): string | null {
  const left = ask.shapeOf(model, node.left, depth);
  const right = left !== null && NUMBER.test(left) ? ask.shapeOf(model, node.right, depth) : null;
  if (left === null || right === null || !NUMBER.test(right)) return null;
  const value = calculated(node.operator, Number(left), Number(right));
  return value !== null && Number.isInteger(value) ? String(value) : null;
}

function calculated(operator: string, a: number, b: number): number | null {
  switch (operator) {
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '^':
      return a ^ b;
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '>>':
      return a >> b;
    case '<<':
      return a << b;
    default:
      return null;
  }
}
