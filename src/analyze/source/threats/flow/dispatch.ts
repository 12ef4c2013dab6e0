// Functions chosen at run time: out of a table by a key, or by the name of an event.
import type { Node } from '../../parse.ts';
import { lookup, plainKey } from './model.ts';
import type { Fn, Model } from './model.ts';
import { constantOf, keyOf, nameOf } from './names.ts';
import { unwrap } from './unwrap.ts';

const MAX_FUNCTIONS = 16;
const MAX_DEPTH = 6;
const LISTENS = /^(?:on|once|addListener|prependListener|addEventListener)$/;

/** What `table[key]`, `table.get(key)` or a choice between functions may be; [] for anything else. */
export function chosenFunctions(model: Model, node: Node, depth = 0): Fn[] {
  if (depth > MAX_DEPTH) return [];
  const value = unwrap(node);
  const own = model.fnOf.get(value);
  if (own) return depth === 0 ? [] : [own];
  const of = (one: Node) => chosenFunctions(model, one, depth + 1);
  switch (value.type) {
    case 'ConditionalExpression':
      return [...of(value.consequent), ...of(value.alternate)].slice(0, MAX_FUNCTIONS);
    case 'LogicalExpression':
      return [...of(value.left), ...of(value.right)].slice(0, MAX_FUNCTIONS);
    case 'MemberExpression':
      return value.computed && keyOf(model, value) === null
        ? functionsOfTable(model, value.object)
        : [];
    case 'CallExpression': {
      const callee = unwrap(value.callee);
      return callee.type === 'MemberExpression' && keyOf(model, callee) === 'get'
        ? functionsOfTable(model, callee.object)
        : [];
    }
    case 'Identifier': {
      const defs = lookup(model, value)?.defs.filter((def) => def.value !== null) ?? [];
      const def = defs.length === 1 ? defs[0] : undefined;
      return def?.value && def.kind === 'init' && def.path.length === 0 ? of(def.value) : [];
    }
    default:
      return [];
  }
}

/** Functions that listen to an event of that name in this file; to any, if its name is not known. */
export function listenersOf(model: Model, event: string | null): Fn[] {
  if (!model.listeners) model.listeners = readListeners(model);
  if (event !== null) return model.listeners.get(event) ?? [];
  const all = [...model.listeners.values()].flat();
  return all.length > MAX_FUNCTIONS ? [] : all;
}

function readListeners(model: Model): Map<string, Fn[]> {
  const listeners = new Map<string, Fn[]>();
  for (const call of model.calls) {
    const callee = unwrap(call.callee);
    if (callee.type !== 'MemberExpression' || !LISTENS.test(keyOf(model, callee) ?? '')) continue;
    const event = constantOf(model, call.arguments[0]);
    const fn = functionAt(model, call.arguments[1]);
    if (event === null || !fn) continue;
    listeners.set(event, [...(listeners.get(event) ?? []).slice(0, MAX_FUNCTIONS), fn]);
  }
  return listeners;
}

/** The functions that an object, a list of pairs or a map of this file holds. */
function functionsOfTable(model: Model, node: Node, depth = 0): Fn[] {
  const holder = unwrap(node);
  if (holder.type === 'ObjectExpression' || holder.type === 'NewExpression')
    return writtenIn(model, holder);
  const key = nameKey(model, holder);
  if (key === null) return [];
  if (!model.tables) model.tables = readTables(model);
  const found = model.tables.get(key);
  if (found || typeof key === 'string' || depth > MAX_DEPTH) return found ?? [];
  // `connect(operations)`: the table that callers hand over.
  return key.given
    .slice(0, 2)
    .flatMap((one) => functionsOfTable(model, one, depth + 1))
    .slice(0, MAX_FUNCTIONS);
}

function readTables(model: Model): NonNullable<Model['tables']> {
  const tables: NonNullable<Model['tables']> = new Map();
  const add = (holder: Node, functions: Fn[]) => {
    const key = functions.length === 0 ? null : nameKey(model, holder);
    if (key !== null)
      tables.set(key, [...(tables.get(key) ?? []), ...functions].slice(0, MAX_FUNCTIONS));
  };
  for (const binding of model.bindings) {
    const value = binding.defs.find((def) => def.value !== null && def.kind === 'init')?.value;
    const functions = value ? writtenIn(model, unwrap(value)) : [];
    if (functions.length > 0) tables.set(binding, functions);
  }
  for (const field of model.properties)
    if (field.value) {
      const functions = writtenIn(model, unwrap(field.value));
      if (functions.length > 0) tables.set(plainKey(field.key), functions);
    }
  for (const { left, right } of model.assigns) {
    if (left.type !== 'MemberExpression') continue;
    add(left, writtenIn(model, unwrap(right)));
    const fn = functionAt(model, right);
    if (fn) add(left.object, [fn]);
  }
  for (const call of model.calls) {
    const callee = unwrap(call.callee);
    if (callee.type !== 'MemberExpression' || keyOf(model, callee) !== 'set') continue;
    const fn = functionAt(model, call.arguments[1]);
    if (fn) add(callee.object, [fn]);
  }
  return tables;
}

/** A variable, or the name of a field of `this`. */
function nameKey(model: Model, node: Node) {
  if (node.type === 'Identifier') return lookup(model, node);
  return node.type === 'MemberExpression' && unwrap(node.object).type === 'ThisExpression'
    ? keyOf(model, node)
    : null;
}

function writtenIn(model: Model, holder: Node): Fn[] {
  if (holder.type === 'ObjectExpression')
    return holder.properties
      .flatMap((one) => (one.type === 'Property' ? (functionAt(model, one.value) ?? []) : []))
      .slice(0, MAX_FUNCTIONS);
  if (
    holder.type === 'CallExpression' &&
    /^Object\.(?:freeze|assign|create)$/.test(nameOf(model, holder.callee) ?? '')
  )
    return holder.arguments.flatMap((one) => writtenIn(model, unwrap(one))).slice(0, MAX_FUNCTIONS);
  if (holder.type !== 'NewExpression' || nameOf(model, holder.callee) !== 'Map') return [];
  const first = holder.arguments[0];
  const rows = first?.type === 'ArrayExpression' ? first.elements : [];
  return rows
    .flatMap((row) =>
      row?.type === 'ArrayExpression' ? (functionAt(model, row.elements[1]) ?? []) : [],
    )
    .slice(0, MAX_FUNCTIONS);
}

function functionAt(model: Model, node: Node | null | undefined): Fn | undefined {
  if (!node) return undefined;
  const value = unwrap(node);
  const own = model.fnOf.get(value);
  if (own || value.type !== 'Identifier') return own;
  const def = lookup(model, value)?.defs.find((one) => one.value !== null);
  return def?.value && def.path.length === 0 ? model.fnOf.get(unwrap(def.value)) : undefined;
}
