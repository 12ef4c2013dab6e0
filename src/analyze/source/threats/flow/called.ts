// The text that a small function of a file's own yields for what one call hands to it.
import type { Node } from '../../parse.ts';
import { lookup, plainKey } from './model.ts';
import type { Binding, Fn, Model } from './model.ts';
import { HOLE } from './texts.ts';
import { unwrap } from './unwrap.ts';

type About<T = Node | null | undefined> = (model: Model, node: T, depth?: number) => string | null;
/** What a parameter stands for within one call. */
export interface Given {
  shape: string | null;
  list: string[] | null;
}
/** What is known of the parts of an expression. */
export interface Ask {
  nameOf: About;
  shapeOf: About;
  constantOf: About;
  keyOf: About<Extract<Node, { type: 'MemberExpression' }>>;
  propertyOf: (model: Model, node: Node | null, key: string) => Node | null;
  valueOf: (model: Model, node: Extract<Node, { type: 'MemberExpression' }>) => Node | null;
  find: (ask: Ask, model: Model, node: Node, depth: number) => string | null;
  /** Within a function that is looked at for one call: what its parameters are. */
  given?: ReadonlyMap<Binding, Given>;
  budget?: { left: number; calls: number };
}

const MAX_DEPTH = 30;
const MAX_STEPS = 4000;
const MAX_CALLS = 3;
const MAX_BODY = 1500;

/** What a function yields for these; null if it is not one short expression, or that is not known. */
export function yieldedShape(
  ask: Ask,
  model: Model,
  fn: Fn | null,
  args: readonly Given[],
): string | null {
  const [only, ...others] = fn?.returns ?? [];
  const calls = ask.budget?.calls ?? 0;
  if (!fn || !only || others.length > 0 || calls >= MAX_CALLS) return null;
  if (fn.node.end - fn.node.start > MAX_BODY || args.length === 0) return null;
  const given = new Map(ask.given);
  fn.params.forEach((param, index) => {
    const isRest = param.type === 'RestElement';
    const target = isRest
      ? param.argument
      : param.type === 'AssignmentPattern'
        ? param.left
        : param;
    const binding = target.type === 'Identifier' ? lookup(model, target) : null;
    if (!binding) return;
    const list = isRest ? args.slice(index).map(({ shape }) => shape ?? HOLE) : null;
    given.set(binding, isRest ? { shape: null, list } : (args[index] ?? UNKNOWN));
  });
  const budget = { left: ask.budget?.left ?? MAX_STEPS, calls: calls + 1 };
  const shape = within(ask, given, budget).shapeOf(model, only, 0);
  if (ask.budget) ask.budget.left = budget.left;
  return shape;
}

const UNKNOWN: Given = { shape: null, list: null };

/** The function that a callee is, without looking at who calls it. */
export function calledFunction(ask: Ask, model: Model, callee: Node): Fn | null {
  const value = unwrap(callee);
  const own = model.fnOf.get(value);
  if (own) return own;
  if (value.type === 'MemberExpression') {
    const key = value.computed ? null : plainKey(value.property);
    const held = key === null ? null : ask.propertyOf(model, value.object, key);
    return held ? (model.fnOf.get(unwrap(held)) ?? null) : null;
  }
  if (value.type !== 'Identifier') return null;
  const defs = lookup(model, value)?.defs.filter((def) => def.value !== null) ?? [];
  const [def] = defs;
  if (!def?.value || defs.length > 1 || def.kind === 'import' || def.path.length > 1) return null;
  const [key] = def.path;
  const held = key === undefined ? def.value : ask.propertyOf(model, def.value, key);
  const target = held ? unwrap(held) : null;
  if (target?.type === 'Identifier' && target !== value) return aliased(model, target);
  return target ? (model.fnOf.get(target) ?? null) : null;
}

function aliased(model: Model, identifier: Node): Fn | null {
  const defs = lookup(model, identifier)?.defs.filter((def) => def.value !== null) ?? [];
  const value = defs.length === 1 && defs[0]?.path.length === 0 ? defs[0].value : null;
  return value ? (model.fnOf.get(unwrap(value)) ?? null) : null;
}

/** As `ask`, but with parameters standing for what is given; nothing of it is remembered. */
function within(
  ask: Ask,
  given: ReadonlyMap<Binding, Given>,
  budget: { left: number; calls: number },
): Ask {
  const shapeOf: About = (model, node, depth = 0) => {
    if (!node || depth > MAX_DEPTH || --budget.left < 0) return null;
    const value = unwrap(node);
    const holder = value.type === 'MemberExpression' ? unwrap(value.object) : value;
    const binding = holder.type === 'Identifier' ? lookup(model, holder) : null;
    const known = binding ? given.get(binding) : undefined;
    if (known && value === holder) return known.shape;
    if (known && value.type === 'MemberExpression') return part(self, model, value, known);
    return ask.find(self, model, value, depth + 1);
  };
  const self: Ask = {
    ...ask,
    given,
    budget,
    shapeOf,
    constantOf: (model, node, depth) => {
      const shape = shapeOf(model, node, depth);
      return shape === null || shape.includes(HOLE) ? null : shape;
    },
    keyOf: (model, node, depth) => {
      if (!node.computed) return plainKey(node.property);
      return self.constantOf(model, node.property, depth);
    },
  };
  return self;
}

/** `list[0]` and `list.length` of a parameter. */
function part(
  ask: Ask,
  model: Model,
  node: Extract<Node, { type: 'MemberExpression' }>,
  { shape, list }: Given,
): string | null {
  const key = ask.keyOf(model, node);
  if (key === 'length') return String(list?.length ?? shape?.length ?? '') || null;
  if (key === null || !/^\d{1,4}$/.test(key)) return null;
  return list?.[Number(key)] ?? shape?.[Number(key)] ?? null;
}
