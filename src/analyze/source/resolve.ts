// What an expression refers to, as a dotted name: `child_process.exec`, `global.fetch`, `./util.js#run`.
import { builtinModules } from 'node:module';
import { parentOf } from './nodes.ts';
import type { Node } from './parse.ts';
import { isFunction, keyOf } from './scope.ts';
import type { Binding, Scopes } from './scope.ts';

type Resolve = (node: Node, depth: number) => string | null;

// Aliases of aliases of aliases: nobody honest needs more.
const MAX_DEPTH = 40;
const MAX_NAME_CHARS = 300;
const BUILTINS = new Set(builtinModules.filter((name) => !name.startsWith('_')));
const GLOBAL_OBJECTS = new Set(['global', 'globalThis', 'window', 'self']);
// Names that a module and the global object both have; the global one is canonical.
const SAME_AS_GLOBAL: Record<string, string> = {
  'buffer.Buffer': 'global.Buffer',
  'buffer.atob': 'global.atob',
  'url.URL': 'global.URL',
  'global.process': 'process',
  'global.require': 'require',
  'global.module': 'module',
  'console.default': 'console',
};
const INTEROP = /^_{0,2}(?:importStar|importDefault|interop\w{0,40}|toESM|toCommonJS)$/;
const REQUIRES = new Set([
  'require',
  'module.require',
  'process.mainModule.require',
  'require.main.require',
  'process.getBuiltinModule',
  'module.createRequire()',
  'module.Module.createRequire()',
]);
const PROMISIFY = new Set(['util.promisify', 'pify', 'util.promisify()', 'util.callbackify']);
// Methods of a function that leave it what it is.
const SAME_FUNCTION = new Set(['bind', 'call', 'apply']);

/** Drops `node:`, turns `fs/promises` into `fs.promises`; other specs stay as they are. */
export function canonicalSpec(spec: string): string {
  const name = spec.startsWith('node:') ? spec.slice(5) : spec;
  return BUILTINS.has(name) ? name.replaceAll('/', '.') : spec;
}

export function isBuiltinSpec(spec: string): boolean {
  return spec.startsWith('node:') || BUILTINS.has(spec);
}

/** `constant` is asked for computed keys and module names. */
export function createResolver(
  scopes: Scopes,
  constant: (node: Node) => string | null,
): (node: Node) => string | null {
  const known = new Map<Binding, string | null>();
  const resolve: Resolve = (node, depth) => {
    if (depth > MAX_DEPTH) return null;
    const inner = (next: Node) => resolve(next, depth + 1);
    switch (node.type) {
      case 'Identifier':
        return ofIdentifier(node.name, node, depth);
      case 'MemberExpression':
        return ofMember(node, inner, constant, (name) => scopes.find(name, node));
      case 'CallExpression':
        return ofCall(node, inner, constant);
      case 'NewExpression':
        return called(inner(node.callee));
      case 'ImportExpression':
        return ofSpec(constant(node.source));
      case 'AwaitExpression':
        return inner(node.argument);
      case 'SequenceExpression':
        return node.expressions.length > 0 ? inner(node.expressions.at(-1) as Node) : null;
      case 'AssignmentExpression':
        return inner(node.right);
      case 'LogicalExpression':
        return inner(node.left) ?? inner(node.right);
      case 'ConditionalExpression':
        return inner(node.consequent) ?? inner(node.alternate);
      case 'MetaProperty':
        return node.meta.name === 'import' ? 'import.meta' : null;
      default: {
        // ChainExpression, ParenthesizedExpression, TSAsExpression, TSNonNullExpression, ...
        const expression = (node as unknown as { expression?: unknown }).expression;
        const isWrapper = typeof expression === 'object' && expression !== null;
        return isWrapper ? inner(expression as Node) : null;
      }
    }
  };
  function ofIdentifier(name: string, at: Node, depth: number): string | null {
    const binding = scopes.find(name, at);
    if (!binding) return ofGlobal(name);
    const before = known.get(binding);
    if (before !== undefined) return before;
    // A name defined through itself refers to nothing.
    known.set(binding, null);
    const result = ofBinding(binding, (node) => resolve(node, depth + 1));
    known.set(binding, result);
    return result;
  }
  return (node) => resolve(node, 0);
}

function ofGlobal(name: string): string {
  if (GLOBAL_OBJECTS.has(name)) return 'global';
  if (name === 'process' || name === 'require' || name === 'module' || name === 'console') {
    return name;
  }
  return `global.${name}`;
}

function ofBinding(binding: Binding, resolve: (node: Node) => string | null): string | null {
  const { init } = binding;
  if (init?.type === 'ImportSpecifier') {
    const imported = init.imported.type === 'Identifier' ? init.imported.name : '';
    return member(importedFrom(binding), imported);
  }
  if (init?.type === 'ImportDefaultSpecifier') return member(importedFrom(binding), 'default');
  if (init?.type === 'ImportNamespaceSpecifier') return importedFrom(binding);
  if (binding.kind !== 'variable') return null;
  // A bundler's own require helper stands for require.
  if (binding.name === '__require') return 'require';
  for (const value of [...(init ? [init] : []), ...binding.assigned.slice(0, 8)]) {
    if (isFunction(value)) continue;
    const path = value === init ? binding.path : [];
    if (value.type === 'ObjectExpression' && path.length > 0) continue;
    let name = resolve(value);
    for (const key of path) name = key === null ? null : member(name, key);
    if (name !== null) return name;
  }
  return null;
}

function importedFrom(binding: Binding): string | null {
  const declaration = binding.init && parentOf(binding.init);
  if (declaration?.type !== 'ImportDeclaration') return null;
  return ofSpec(String(declaration.source.value));
}

function ofSpec(spec: string | null): string | null {
  return spec === null || spec.length > MAX_NAME_CHARS ? null : canonicalSpec(spec);
}

/** One step down. Modules that are not built in are set off by `#`; a default export is its module. */
export function member(base: string | null, key: string): string | null {
  if (base === null || base.length + key.length > MAX_NAME_CHARS) return null;
  const isRelative = base.startsWith('.') || base.startsWith('/');
  if (key === 'default' && !(isRelative && !base.includes('#'))) return base;
  if (SAME_FUNCTION.has(key)) return base;
  if (base === 'global' && GLOBAL_OBJECTS.has(key)) return base;
  const root = /^[^.#(]+/.exec(base)?.[0] ?? '';
  const isModule = !/[#(]/.test(base) && !KNOWN_ROOTS.has(root) && !BUILTINS.has(root);
  const name = `${base}${isModule ? '#' : '.'}${key}`;
  return Object.hasOwn(SAME_AS_GLOBAL, name) ? (SAME_AS_GLOBAL[name] ?? name) : name;
}
const KNOWN_ROOTS = new Set(['global', 'process', 'require', 'module', 'console', 'import']);

function called(name: string | null): string | null {
  return name === null || name.length > MAX_NAME_CHARS ? null : `${name}()`;
}

function ofMember(
  node: Extract<Node, { type: 'MemberExpression' }>,
  resolve: (node: Node) => string | null,
  constant: (node: Node) => string | null,
  find: (name: string) => Binding | null,
): string | null {
  const key =
    keyOf(node.property, node.computed) ?? (node.computed ? constant(node.property) : null);
  if (key === null) return null;
  if (node.object.type === 'Identifier') {
    const binding = find(node.object.name);
    const value = binding?.path.length === 0 ? propertyOf(binding.init, key) : null;
    if (value) return resolve(value);
  }
  return member(resolve(node.object), key);
}

/** The value of a plain property of an object literal. */
export function propertyOf(object: Node | null, key: string): Node | null {
  if (object?.type !== 'ObjectExpression') return null;
  for (const property of object.properties) {
    if (property.type !== 'Property') continue;
    if (keyOf(property.key, property.computed) === key) return property.value;
  }
  return null;
}

function ofCall(
  node: Extract<Node, { type: 'CallExpression' }>,
  resolve: (node: Node) => string | null,
  constant: (node: Node) => string | null,
): string | null {
  const [first] = node.arguments;
  const callee = node.callee.type === 'Super' ? null : resolve(node.callee);
  if (first && callee !== null) {
    if (REQUIRES.has(callee)) return ofSpec(constant(first));
    if (PROMISIFY.has(callee)) return resolve(first);
    if (isBind(node.callee)) return callee;
  }
  // `__importStar(require('fs'))`, `__toESM(require_x(), 1)`: the compiler's wrappers give it back.
  if (first && INTEROP.test(wrapperName(node.callee))) return resolve(first);
  if (callee === null && first?.type === 'CallExpression') {
    const inner = first.callee.type === 'Super' ? null : resolve(first.callee);
    if (inner !== null && REQUIRES.has(inner)) return resolve(first);
  }
  return called(callee);
}

function isBind(callee: Node): boolean {
  return callee.type === 'MemberExpression' && keyOf(callee.property, callee.computed) === 'bind';
}

function wrapperName(callee: Node): string {
  if (callee.type === 'Identifier') return callee.name;
  // tslib.__importStar(...)
  if (callee.type === 'MemberExpression') return keyOf(callee.property, callee.computed) ?? '';
  if (callee.type === 'SequenceExpression') return wrapperName(callee.expressions.at(-1) as Node);
  return '';
}
