// Folds an expression to the string it must be, as far as that can be read off the text.
import { Buffer } from 'node:buffer';
import type { Node } from './parse.ts';
import { propertyOf } from './resolve.ts';
import { keyOf } from './scope.ts';
import type { Scopes } from './scope.ts';

type Value = string | Value[];
/** Stands where a part is not known, as `${}` in the text that comes out. */
const UNKNOWN = '${}';
const MAX_DEPTH = 30;
const MAX_CHARS = 100_000;
const MAX_ITEMS = 20_000;
// Expressions looked at for one answer; keeps a tree that names itself twice a level from exploding.
const MAX_STEPS = 50_000;

interface Folding {
  scopes: Scopes;
  resolve: (node: Node) => string | null;
  steps: number;
}

/** The string that `node` must be; unknown parts are written `${}`; null if nothing is known. */
export function foldConstant(
  node: Node,
  scopes: Scopes,
  resolve: (node: Node) => string | null,
): string | null {
  const value = fold(node, { scopes, resolve, steps: 0 }, 0);
  const text = Array.isArray(value) ? joined(value, ',') : value;
  return text === null || text === UNKNOWN || text.length > MAX_CHARS ? null : text;
}

function fold(node: Node, state: Folding, depth: number): Value | null {
  state.steps += 1;
  if (depth > MAX_DEPTH || state.steps > MAX_STEPS) return null;
  const inner = (next: Node) => fold(next, state, depth + 1);
  switch (node.type) {
    case 'Literal':
      return node.value === null ? null : String(node.value);
    case 'TemplateLiteral':
      return foldTemplate(node, inner);
    case 'BinaryExpression':
      return node.operator === '+' ? foldSum(node, inner) : null;
    case 'Identifier':
      return foldName(node.name, node, state, inner);
    case 'ArrayExpression':
      if (node.elements.length > MAX_ITEMS) return null;
      return node.elements.map((item) => (item ? (inner(item) ?? UNKNOWN) : ''));
    case 'MemberExpression':
      return foldMember(node, state, inner);
    case 'CallExpression':
    case 'NewExpression':
      return foldCall(node, state, inner);
    case 'LogicalExpression':
      return inner(node.left) ?? inner(node.right);
    case 'ConditionalExpression':
      return inner(node.consequent) ?? inner(node.alternate);
    case 'AwaitExpression':
      return inner(node.argument);
    case 'AssignmentExpression':
      return node.operator === '=' ? inner(node.right) : null;
    case 'SequenceExpression':
      return inner(node.expressions.at(-1) as Node);
    default: {
      const expression = (node as unknown as { expression?: unknown }).expression;
      const isWrapper = typeof expression === 'object' && expression !== null;
      return isWrapper ? inner(expression as Node) : null;
    }
  }
}

function foldTemplate(
  node: Extract<Node, { type: 'TemplateLiteral' }>,
  inner: (node: Node) => Value | null,
): string | null {
  let text = '';
  for (const [index, quasi] of node.quasis.entries()) {
    text += quasi.value.cooked ?? '';
    const expression = node.expressions[index];
    if (expression) text += asText(inner(expression));
    if (text.length > MAX_CHARS) return null;
  }
  return text;
}

/** `a + b + c + ...` leans to the left, so the spine is walked in a loop. */
function foldSum(node: Node, inner: (node: Node) => Value | null): string | null {
  const parts: string[] = [];
  let at: Node = node;
  let isKnown = false;
  const take = (part: Node) => {
    const value = inner(part);
    isKnown ||= value !== null;
    parts.push(asText(value));
  };
  while (at.type === 'BinaryExpression' && at.operator === '+') {
    if (parts.length > MAX_ITEMS) return null;
    take(at.right);
    at = at.left as Node;
  }
  take(at);
  const text = parts.reverse().join('');
  return isKnown && text.length <= MAX_CHARS ? text : null;
}

function foldName(
  name: string,
  at: Node,
  state: Folding,
  inner: (node: Node) => Value | null,
): Value | null {
  const binding = state.scopes.find(name, at);
  if (binding?.kind !== 'variable') return null;
  // Assigned elsewhere: not a constant. Declared empty and assigned once: as good as one.
  const values = [...(binding.init ? [binding.init] : []), ...binding.assigned];
  const [only] = values;
  if (values.length !== 1 || !only) return null;
  if (binding.path.length === 0) return inner(only);
  let object: Node | null = only;
  for (const key of binding.path) object = key === null ? null : propertyOf(object, key);
  return object ? inner(object) : null;
}

function foldMember(
  node: Extract<Node, { type: 'MemberExpression' }>,
  state: Folding,
  inner: (node: Node) => Value | null,
): Value | null {
  const key = keyOf(node.property, node.computed) ?? asKey(inner(node.property));
  if (key === null) return null;
  let object: Node | null = node.object;
  if (object.type === 'Identifier') {
    const binding = state.scopes.find(object.name, object);
    object = binding?.path.length === 0 ? binding.init : null;
  }
  const property = propertyOf(object, key);
  if (property) return inner(property);
  if (!/^(?:\d{1,6}|href|length)$/.test(key)) return null;
  const value = inner(node.object);
  if (key === 'href') return value;
  if (value === null || key === 'length') return null;
  return value[Number(key)] ?? null;
}

function foldCall(
  node: Extract<Node, { type: 'CallExpression' | 'NewExpression' }>,
  state: Folding,
  inner: (node: Node) => Value | null,
): Value | null {
  if (node.callee.type === 'Super') return null;
  const args = node.arguments.map((argument) => () => inner(argument));
  const name = state.resolve(node.callee);
  if (name !== null && Object.hasOwn(FUNCTIONS, name)) return FUNCTIONS[name]?.(args) ?? null;
  if (node.callee.type !== 'MemberExpression') return null;
  const method = keyOf(node.callee.property, node.callee.computed);
  if (method === null || !Object.hasOwn(METHODS, method)) return null;
  const self = inner(node.callee.object);
  return self === null ? null : (METHODS[method]?.(self, args) ?? null);
}

type Method = (self: Value, args: Arguments) => Value | null;
type Arguments = (() => Value | null)[];
const textOf = (args: Arguments, index: number): string | null => {
  const value = args[index]?.() ?? null;
  return typeof value === 'string' ? value : null;
};
const decode = (text: string | null, from: string | null): string | null =>
  text === null || text.includes(UNKNOWN) || text.length > MAX_CHARS
    ? null
    : Buffer.from(text, isEncoding(from) ? from : 'utf8').toString('utf8');
const codes = (args: Arguments): string | null => {
  const values = args.length > MAX_ITEMS ? [] : args.flatMap((arg) => arg() ?? []);
  const numbers = values.map(Number);
  const isText = numbers.length > 0 && numbers.every((code) => code >= 0 && code <= 0x10ffff);
  return isText ? numbers.map((code) => String.fromCodePoint(Math.floor(code))).join('') : null;
};
const pathOf = (args: Arguments): string | null => {
  const parts = args.slice(0, 20).map((arg) => arg());
  const isKnown = parts.some((part) => part !== null && part !== UNKNOWN);
  return isKnown
    ? parts
        .map(asText)
        .join('/')
        .replaceAll(/\/{2,9}/g, '/')
    : null;
};
const unescaped = (args: Arguments): string | null => {
  try {
    return decodeURIComponent(textOf(args, 0) ?? '%');
  } catch {
    return null;
  }
};

/** Calls whose result can be computed, by their dotted name. */
const FUNCTIONS: Record<string, (args: Arguments) => Value | null> = {
  'global.atob': (args) => decode(textOf(args, 0), 'base64'),
  'global.Buffer.from': (args) => {
    const value = args[0]?.() ?? null;
    return Array.isArray(value) ? codes([() => value]) : decode(value, textOf(args, 1));
  },
  'global.String.fromCharCode': codes,
  'global.String.fromCodePoint': codes,
  'global.decodeURIComponent': unescaped,
  'global.unescape': unescaped,
  'path.join': pathOf,
  'path.resolve': pathOf,
  'path.posix.join': pathOf,
  'path.win32.join': pathOf,
  'global.String': (args) => args[0]?.() ?? null,
  'global.URL': (args) => {
    const text = textOf(args, 0);
    const base = textOf(args, 1);
    return base === null || text === null || URL.canParse(text)
      ? text
      : `${base.replace(/\/$/, '')}/${text.replace(/^\//, '')}`;
  },
};

/** Methods whose result can be computed. */
const METHODS: Record<string, Method | undefined> = {
  toString: (self: Value) => (Array.isArray(self) ? joined(self, ',') : self),
  valueOf: (self: Value) => self,
  trim: (self) => asText(self).trim(),
  toLowerCase: (self) => asText(self).toLowerCase(),
  join: (self, args) =>
    Array.isArray(self) ? joined(self, args.length > 0 ? asText(args[0]?.() ?? null) : ',') : null,
  reverse: (self) => (Array.isArray(self) ? [...self].reverse() : null),
  split: (self, args) => {
    const separator = textOf(args, 0);
    return typeof self === 'string' && separator !== null && self.length <= MAX_ITEMS
      ? self.split(separator)
      : null;
  },
  concat: (self, args) => {
    const rest = args.map((arg) => arg() ?? UNKNOWN);
    return Array.isArray(self) ? [...self, ...rest.flat()] : [self, ...rest].map(asText).join('');
  },
};

function isEncoding(name: string | null): name is 'base64' | 'hex' | 'base64url' | 'latin1' {
  return name === 'base64' || name === 'hex' || name === 'base64url' || name === 'latin1';
}

function asText(value: Value | null): string {
  if (value === null) return UNKNOWN;
  return Array.isArray(value) ? joined(value, ',') : value;
}

function asKey(value: Value | null): string | null {
  return typeof value === 'string' && !value.includes(UNKNOWN) ? value : null;
}

function joined(values: Value[], separator: string): string {
  let text = '';
  for (const [index, value] of values.entries()) {
    text += (index > 0 ? separator : '') + asText(value);
    if (text.length > MAX_CHARS) break;
  }
  return text;
}
