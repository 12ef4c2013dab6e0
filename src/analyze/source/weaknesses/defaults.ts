// What an expression is when nobody has set anything: no environment variable, no option.
import type { SourceFile } from '../file.ts';
import type { Node } from '../parse.ts';

/** A plain value; undefined is what is not set; OPEN is what cannot be told. */
export type Default = string | number | boolean | null | undefined | typeof OPEN;
export const OPEN = Symbol('open');

const MAX_DEPTH = 12;
// `function load(env = process.env) { … env.STRICT … }`
const ENVIRONMENT = /^(?:env|environment|processEnv)$/;
const VARIABLE = /^[A-Z][A-Z0-9_]{2,60}$/;
const SETTING = /^(?:process\.env|Bun\.env|Deno\.env|import\.meta\.env)\b/;

export function defaultOf(file: SourceFile, node: Node, depth = 0): Default {
  if (depth > MAX_DEPTH) return OPEN;
  const inner = (next: Node) => defaultOf(file, next, depth + 1);
  switch (node.type) {
    case 'Literal':
      return 'regex' in node && node.regex ? OPEN : (node.value as Default);
    case 'TemplateLiteral':
      return node.expressions.length === 0 ? (node.quasis[0]?.value.cooked ?? OPEN) : OPEN;
    case 'UnaryExpression':
      return unary(node.operator, inner(node.argument));
    case 'BinaryExpression':
      return node.left.type === 'PrivateIdentifier'
        ? OPEN
        : compared(node.operator, inner(node.left), inner(node.right));
    case 'LogicalExpression':
      return logical(node, inner);
    case 'ConditionalExpression': {
      const test = inner(node.test);
      return test === OPEN ? OPEN : inner(test ? node.consequent : node.alternate);
    }
    case 'ChainExpression':
    case 'ParenthesizedExpression':
      return inner(node.expression);
    case 'AwaitExpression':
      return inner(node.argument);
    case 'CallExpression':
      return called(file, node, inner);
    case 'MemberExpression':
      return SETTING.test(file.resolve(node) ?? '') ? undefined : memberDefault(file, node, depth);
    case 'Identifier':
      return named(file, node, depth);
    default:
      return OPEN;
  }
}

function unary(operator: string, value: Default): Default {
  if (value === OPEN) return OPEN;
  return operator === '!' ? !value : operator === 'void' ? undefined : OPEN;
}

function compared(operator: string, left: Default, right: Default): Default {
  if (left === OPEN || right === OPEN) return OPEN;
  const isSame = left === right || (left == null && right == null);
  if (operator === '===' || operator === '==') return isSame;
  return operator === '!==' || operator === '!=' ? !isSame : OPEN;
}

function logical(
  node: Node & { type: 'LogicalExpression' },
  inner: (next: Node) => Default,
): Default {
  const left = inner(node.left);
  if (left === OPEN) return OPEN;
  if (node.operator === '??') return left ?? inner(node.right);
  const isLeft = node.operator === '||' ? Boolean(left) : !left;
  return isLeft ? left : inner(node.right);
}

/** `Boolean(x)`, `String(x)`, `x?.toLowerCase()`: nothing stays nothing. */
function called(
  file: SourceFile,
  node: Node & { type: 'CallExpression' },
  inner: (next: Node) => Default,
): Default {
  const { callee } = node;
  const [first] = node.arguments;
  if (callee.type === 'Identifier' && callee.name === 'Boolean' && first) {
    const value = inner(first);
    return value === OPEN ? OPEN : Boolean(value);
  }
  if (callee.type !== 'MemberExpression' || callee.object.type === 'Super') return OPEN;
  const name = file.textOf(callee.property);
  const value = inner(callee.object);
  if (name === 'includes' || name === 'has') {
    const sought = first ? inner(first) : OPEN;
    return sought === undefined ? false : OPEN;
  }
  if (value === undefined) return undefined;
  if (typeof value !== 'string') return OPEN;
  return name === 'toLowerCase' ? value.toLowerCase() : name === 'trim' ? value.trim() : OPEN;
}

function named(file: SourceFile, node: Node & { type: 'Identifier' }, depth: number): Default {
  if (node.name === 'undefined') return undefined;
  const binding = file.bindingOf(node.name, node);
  if (!binding || binding.assigned.length > 0) return OPEN;
  const { init, path } = binding;
  if (binding.kind !== 'variable' || !init) return OPEN;
  if (path.length === 0) return defaultOf(file, init, depth + 1);
  return SETTING.test(file.resolve(node) ?? '') ? undefined : OPEN;
}

/** `OPTIONS.verify` of an object that is written out. */
function memberDefault(
  file: SourceFile,
  node: Node & { type: 'MemberExpression' },
  depth: number,
): Default {
  if (node.computed || node.object.type !== 'Identifier') return OPEN;
  const { name } = node.object;
  const binding = file.bindingOf(name, node.object);
  const key = file.textOf(node.property);
  if (binding?.kind === 'parameter' && ENVIRONMENT.test(name) && VARIABLE.test(key))
    return undefined;
  const init = binding?.init;
  if (init?.type !== 'ObjectExpression') return OPEN;
  const found = init.properties.findLast(
    (property) => property.type === 'Property' && file.textOf(property.key) === key,
  );
  return found?.type === 'Property' ? defaultOf(file, found.value, depth + 1) : OPEN;
}

/** Whether the code around a node runs when nothing is set; OPEN if that cannot be told. */
export function runsByDefault(file: SourceFile, node: Node): boolean | typeof OPEN {
  let isOpen = false;
  for (let at: Node = node, up = file.parentOf(at); up; at = up, up = file.parentOf(at)) {
    const test = testOf(up, at);
    if (!test) continue;
    const value = defaultOf(file, test.node);
    if (value === OPEN) isOpen = true;
    else if (Boolean(value) !== test.wanted) return false;
  }
  return isOpen ? OPEN : true;
}

function testOf(up: Node, at: Node): { node: Node; wanted: boolean } | null {
  if (up.type === 'IfStatement' || up.type === 'ConditionalExpression') {
    if (at === up.test) return null;
    return { node: up.test, wanted: at === up.consequent };
  }
  if (up.type === 'LogicalExpression' && at === up.right && up.operator !== '??') {
    return { node: up.left, wanted: up.operator === '&&' };
  }
  return null;
}
