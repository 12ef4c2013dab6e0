// What an expression names (`child_process.exec`) and what text it stands for, as far as constants tell.
import type { Node } from '../../parse.ts';
import { fieldKey, isFunction, lookup, plainKey } from './model.ts';
import type { Binding, Def, Model } from './model.ts';
import { listOf } from './lists.ts';
import { findShape } from './shapes.ts';
import type { Ask } from './shapes.ts';
import { HOLE } from './texts.ts';
import { unwrap } from './unwrap.ts';

// Everybody who asks for names asks for these as well.
export { HOLE, unwrap };

const MAX_DEPTH = 40;
const MAX_TEXT = 20_000;
const GLOBALS = /^(?:globalThis|global|window|self|top|parent|unsafeWindow)\.(?=.)/;
/** Helpers of compilers around an import. */
export const INTEROP =
  /^(?:_*interop_?[rR]equire_?(?:[dD]efault|[wW]ildcard)|_*interop(?:Default|Namespace)(?:Default|Legacy|Compat)?|\$parcel\$interopDefault|__toESM|__toModule|__importDefault|__importStar|tslib\.__importStar|tslib\.__importDefault)$/;
const REQUIRE =
  /^(?:require|module\.require|process\.mainModule\.require|module\.constructor\._load|module\._load|process\.getBuiltinModule|__require|Module\._load|require\.main\.require)$/;
const WRAPPERS = /^(?:util\.promisify|promisify|util\.callbackify|pify)$/;

/** Canonical dotted name, module first, without `node:`, `.default` and `globalThis.`; null if none. */
export function nameOf(model: Model, node: Node | null | undefined, depth = 0): string | null {
  if (!node || depth > MAX_DEPTH) return null;
  const known = model.names.get(node);
  if (known !== undefined) return known;
  // Cycles (`a = b; b = a`) end at the entry made here.
  model.names.set(node, null);
  const name = findName(model, node, depth + 1);
  model.names.set(node, name);
  return name;
}

/** The text of an expression with {@link HOLE} for unknown parts, `~` for the home; null if no text. */
export function shapeOf(model: Model, node: Node | null | undefined, depth = 0): string | null {
  if (!node || depth > MAX_DEPTH) return null;
  const known = model.shapes.get(node);
  if (known !== undefined) return known;
  model.shapes.set(node, null);
  const shape = findShape(ASK, model, node, depth + 1);
  const cut = shape === null ? null : shape.slice(0, MAX_TEXT);
  model.shapes.set(node, cut);
  return cut;
}

/** A text without holes, or null. */
export function constantOf(model: Model, node: Node | null | undefined, depth = 0): string | null {
  const shape = shapeOf(model, node, depth);
  return shape === null || shape.includes(HOLE) ? null : shape;
}

function findName(model: Model, wrapped: Node, depth: number): string | null {
  const node = unwrap(wrapped);
  switch (node.type) {
    case 'Identifier': {
      const binding = lookup(model, node);
      return binding ? bindingName(model, binding, depth) : node.name;
    }
    case 'ThisExpression':
      return 'this';
    case 'MetaProperty':
      return 'import.meta';
    case 'MemberExpression':
      return memberName(model, node, depth);
    case 'CallExpression':
      return callName(model, node, depth);
    case 'NewExpression': {
      const made = nameOf(model, node.callee, depth);
      return made === null ? null : `new ${made}`;
    }
    case 'ImportExpression':
      return moduleName(shapeOf(model, node.source, depth));
    case 'LogicalExpression':
      return nameOf(model, node.left, depth) ?? nameOf(model, node.right, depth);
    default:
      return isFunction(node) ? 'function' : null;
  }
}

function memberName(
  model: Model,
  node: Extract<Node, { type: 'MemberExpression' }>,
  depth: number,
): string | null {
  const key = keyOf(model, node, depth);
  const object = nameOf(model, node.object, depth);
  if (key === null) return null;
  if (object === null) return nameOf(model, propertyOf(model, node.object, key), depth);
  const held = object === 'this' ? nameOf(model, fieldOf(model, node, key), depth) : null;
  if (held !== null && held !== 'function') return held;
  return clean(key === 'default' ? object : `${object}.${key}`);
}

/** The property read, folded if it is computed from constants; null if not known. */
export function keyOf(
  model: Model,
  node: Extract<Node, { type: 'MemberExpression' }>,
  depth = 0,
): string | null {
  if (!node.computed) return plainKey(node.property);
  const shape = shapeOf(model, node.property, depth + 1);
  if (shape !== null && !shape.includes(HOLE)) return shape;
  return node.property.type === 'Literal' ? String(node.property.value) : null;
}

function callName(
  model: Model,
  node: Extract<Node, { type: 'CallExpression' }>,
  depth: number,
): string | null {
  const first = node.arguments[0];
  // The compilers' helpers stand at the head of the file itself, as functions of their own.
  if (node.callee.type === 'Identifier' && first)
    if (INTEROP.test(node.callee.name) || node.callee.name === '__name')
      return nameOf(model, first, depth);
  const callee = nameOf(model, node.callee, depth);
  if (callee === null) return null;
  if (REQUIRE.test(callee) || callee === 'module.createRequire()') {
    return moduleName(shapeOf(model, first, depth));
  }
  if (INTEROP.test(callee) || WRAPPERS.test(callee)) return nameOf(model, first, depth);
  if (callee.endsWith('.bind')) return callee.slice(0, -5);
  return callee === 'function' ? madeName(model, node.callee, depth) : `${callee}()`;
}

/** `const make = () => new Resolver()`: what the only return of a function of the file's own names. */
function madeName(model: Model, callee: Node, depth: number): string | null {
  if (callee.type !== 'Identifier') return null;
  const value = lookup(model, callee)?.defs.find((def) => def.value !== null)?.value;
  const returns = (value && model.fnOf.get(unwrap(value))?.returns) ?? [];
  return returns.length === 1 ? nameOf(model, returns[0], depth) : null;
}

function moduleName(shape: string | null): string | null {
  if (shape === null || shape === '' || shape.includes(HOLE)) return null;
  return clean(
    shape.replace(/^node:/, '').replace(/^(fs|dns|timers|stream)\/promises$/, '$1.promises'),
  );
}

function clean(name: string): string {
  return name
    .slice(0, 200)
    .replace(GLOBALS, '')
    .replace(/^buffer\.(?=Buffer)/, '');
}

function bindingName(model: Model, binding: Binding, depth: number): string | null {
  if (binding.alias !== null) return binding.alias;
  // A name with several meanings has none, except for `let x; x = require('y')`.
  const defs = those(binding.defs, isTelling);
  const def = defs[0];
  if (!def || defs.length > 3) return null;
  if (defs.length === 1 && def.kind === 'param') return givenName(model, binding, def, depth);
  if (defs.length > 1 && new Set(defs.map((one) => defName(model, one, depth))).size > 1) {
    return defs.map((one) => defName(model, one, depth)).find((one) => one !== null) ?? null;
  }
  return defName(model, def, depth);
}

const hasValue = (def: Def): boolean => def.value !== null;
const isTelling = (def: Def): boolean => def.value !== null || def.kind === 'param';

/** Nearly always all of them, which are asked for too often to be copied each time. */
const those = (defs: readonly Def[], test: (def: Def) => boolean): readonly Def[] =>
  defs.every(test) ? defs : defs.filter(test);

/** The only thing that callers hand over for a parameter. */
function givenName(model: Model, { given }: Binding, def: Def, depth: number): string | null {
  const [only] = given;
  return only && given.length === 1 && def.path.length === 0 ? nameOf(model, only, depth) : null;
}

function defName(model: Model, def: Def, depth: number): string | null {
  if (def.kind === 'import') {
    const source = def.value?.type === 'Literal' ? moduleName(String(def.value.value)) : null;
    const imported = def.path[0] ?? '*';
    return source === null || imported === '*' || imported === 'default'
      ? source
      : `${source}.${imported}`;
  }
  if (def.kind !== 'init' && def.kind !== 'assign') return null;
  const base = nameOf(model, def.value, depth);
  const path = pathOf(model, def);
  if (base === null || path.includes('*')) return null;
  return clean([base, ...path.filter((key) => key !== 'default')].join('.'));
}

/** The keys of a definition; one that is computed from constants is known. */
export function pathOf(model: Model, { path, key }: Def): string[] {
  const last = key && path.at(-1) === '*' ? constantOf(model, key) : null;
  return last === null ? path : [...path.slice(0, -1), last];
}

/** The value of a property of an object or array that is written out; null if not found. */
export function propertyOf(model: Model, node: Node | null, key: string, depth = 0): Node | null {
  if (!node || depth > 10) return null;
  const holder = unwrap(node);
  if (holder.type === 'Identifier') {
    const binding = lookup(model, holder);
    const defs = binding ? those(binding.defs, hasValue) : [];
    const def = defs[0];
    if (defs.length === 0 && binding?.given.length === 1)
      return propertyOf(model, binding.given[0] ?? null, key, depth + 1);
    if (defs.length !== 1 || def?.kind !== 'init' || def.path.length > 1) return null;
    const value =
      def.path.length === 0
        ? def.value
        : propertyOf(model, def.value, def.path[0] ?? '', depth + 1);
    return propertyOf(model, value, key, depth + 1);
  }
  if (holder.type === 'MemberExpression') {
    const value = valueOf(model, holder, depth + 1);
    return propertyOf(model, value, key, depth + 1);
  }
  if (holder.type === 'ThisExpression') return fieldOf(model, holder, key);
  if (holder.type === 'ArrayExpression') {
    const element = /^\d{1,4}$/.test(key) ? holder.elements[Number(key)] : null;
    return element && element.type !== 'SpreadElement' ? element : null;
  }
  if (holder.type === 'CallExpression' && nameOf(model, holder.callee) === 'Object.freeze') {
    return propertyOf(model, holder.arguments[0] ?? null, key, depth + 1);
  }
  if (holder.type !== 'ObjectExpression') return null;
  for (const property of holder.properties) {
    if (property.type === 'Property' && !property.computed && plainKey(property.key) === key) {
      return property.value;
    }
  }
  for (const spread of holder.properties) {
    const found =
      spread.type === 'SpreadElement' ? propertyOf(model, spread.argument, key, depth + 1) : null;
    if (found) return found;
  }
  return null;
}

/** A row for each system: any of them is as telling. */
const isPlatform = (model: Model, node: Node): boolean =>
  /^(?:process\.(?:platform|arch)|os\.(?:platform|type|arch)\(\))$/.test(nameOf(model, node) ?? '');

function firstOf(model: Model, node: Node): Node | null {
  const holder = unwrap(node);
  const value = holder.type === 'Identifier' ? onlyInit(lookup(model, holder)) : holder;
  const table = value ? unwrap(value) : null;
  const first = table?.type === 'ObjectExpression' ? table.properties[0] : undefined;
  return first?.type === 'Property' ? first.value : null;
}

function onlyInit(binding: Binding | null): Node | null {
  const defs = binding?.defs.filter((def) => def.value !== null) ?? [];
  const [def] = defs;
  return defs.length === 1 && def?.kind === 'init' && def.path.length === 0 ? def.value : null;
}

/** What stands behind `object.key`, where that is written out. */
export function valueOf(
  model: Model,
  node: Extract<Node, { type: 'MemberExpression' }>,
  depth = 0,
): Node | null {
  const key = node.computed ? constantOf(model, node.property) : plainKey(node.property);
  if (key !== null) return propertyOf(model, node.object, key, depth);
  return isPlatform(model, node.property) ? firstOf(model, node.object) : null;
}

/** The only value that a field of a class is given. */
function fieldOf(model: Model, at: Node, key: string): Node | null {
  const values = model.fieldValues.get(fieldKey(at, key)) ?? [];
  return values.length === 1 ? (values[0] ?? null) : null;
}

const ASK: Ask = { nameOf, shapeOf, constantOf, keyOf, propertyOf, valueOf, find: findShape };

/** The texts of a list that is written out or made of one, with holes for what is not known; null if none is. */
export const textsIn = (model: Model, node: Node): string[] | null => listOf(ASK, model, node, 0);
