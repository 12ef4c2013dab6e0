// The texts in a list: written out, split from a text, turned round, or made from another one by one.
import type { Node } from '../../parse.ts';
import { calledFunction, yieldedShape } from './called.ts';
import type { Ask } from './called.ts';
import { lookup } from './model.ts';
import type { Model } from './model.ts';
import { HOLE } from './texts.ts';
import { unwrap } from './unwrap.ts';

const MAX_ITEMS = 4000;
const MAX_DEPTH = 20;
/** `/.{2}/g`, `/../g`: parts of equal length. */
const PARTS = /^(?:\.\{(?:1,)?(\d{1,3})\}|(\.{1,8})|\\w\{(\d)\}|\[\\da-f\]\{(\d)\})$/i;

/** Null where it is not known what is in it; unknown parts are holes. */
export function listOf(ask: Ask, model: Model, node: Node, depth: number): string[] | null {
  const list = unwrap(node);
  if (depth > MAX_DEPTH) return null;
  if (list.type === 'ArrayExpression')
    return list.elements
      .slice(0, MAX_ITEMS)
      .flatMap((element) => itemsOf(ask, model, element ?? undefined, depth));
  if (list.type === 'Identifier') {
    const binding = lookup(model, list);
    const given = binding ? ask.given?.get(binding) : undefined;
    if (given) return given.list;
    const defs = binding?.defs.filter((def) => def.value !== null) ?? [];
    return defs.length === 1 && defs[0]?.kind === 'init' && defs[0].value
      ? listOf(ask, model, defs[0].value, depth + 1)
      : null;
  }
  if (list.type === 'MemberExpression') {
    const key = ask.keyOf(model, list, depth);
    const held = key === null ? null : ask.propertyOf(model, list.object, key);
    return held ? listOf(ask, model, held, depth + 1) : null;
  }
  return list.type === 'CallExpression' ? madeList(ask, model, list, depth) : null;
}

/** What an element or an argument adds: several with a spread. */
export function itemsOf(ask: Ask, model: Model, node: Node | undefined, depth: number): string[] {
  if (node?.type !== 'SpreadElement') return [holed(ask, model, node, depth)];
  const spread = listOf(ask, model, node.argument, depth + 1);
  if (spread) return spread;
  const text = ask.constantOf(model, node.argument, depth + 1);
  return text === null ? [HOLE] : [...text].slice(0, MAX_ITEMS);
}

function madeList(
  ask: Ask,
  model: Model,
  call: Extract<Node, { type: 'CallExpression' }>,
  depth: number,
): string[] | null {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return null;
  const method = ask.keyOf(model, callee, depth);
  const [first, second] = call.arguments;
  const listed = (from: Node | undefined) => (from ? listOf(ask, model, from, depth + 1) : null);
  const text = () => ask.constantOf(model, callee.object, depth + 1);
  switch (method) {
    case 'reverse':
    case 'toReversed':
      return listed(callee.object)?.reverse() ?? null;
    case 'split': {
      const glue = ask.constantOf(model, first, depth + 1);
      return glue === null ? null : (text()?.split(glue).slice(0, MAX_ITEMS) ?? null);
    }
    case 'match':
      return partsOf(text(), first);
    case 'filter':
      return first?.type === 'Identifier' && first.name === 'Boolean'
        ? (listed(callee.object)?.filter((one) => one !== '') ?? null)
        : null;
    case 'slice': {
      const from = Number(ask.constantOf(model, first, depth + 1) ?? Number.NaN);
      const to = second ? Number(ask.constantOf(model, second, depth + 1)) : undefined;
      return Number.isInteger(from) ? (listed(callee.object)?.slice(from, to) ?? null) : null;
    }
    case 'concat':
      return listed(callee.object)?.concat(listed(first) ?? [HOLE]) ?? null;
    case 'map':
      return mapped(ask, model, listed(callee.object), first, depth);
    case 'from': {
      if (ask.nameOf(model, call.callee) !== 'Array.from' || !first) return null;
      const items = listed(first) ?? itemsOfText(ask.constantOf(model, first, depth + 1));
      return second ? mapped(ask, model, items, second, depth) : items;
    }
    case 'values':
      return ask.nameOf(model, call.callee) === 'Object.values'
        ? valuesOf(ask, model, first, depth + 1)
        : null;
    default:
      return null;
  }
}

/** `Object.values(parts)` of an object that is written out. */
function valuesOf(ask: Ask, model: Model, node: Node | undefined, depth: number): string[] | null {
  const holder = node ? unwrap(node) : null;
  if (!holder || depth > MAX_DEPTH) return null;
  if (holder.type === 'Identifier') {
    const defs = lookup(model, holder)?.defs.filter((def) => def.value !== null) ?? [];
    const [def] = defs;
    return defs.length === 1 && def?.kind === 'init' && def.path.length === 0 && def.value
      ? valuesOf(ask, model, def.value, depth + 1)
      : null;
  }
  if (holder.type !== 'ObjectExpression') return null;
  return holder.properties
    .slice(0, MAX_ITEMS)
    .map((one) => (one.type === 'Property' ? holed(ask, model, one.value, depth) : HOLE));
}

const itemsOfText = (text: string | null) => (text === null ? null : [...text].slice(0, MAX_ITEMS));

function mapped(
  ask: Ask,
  model: Model,
  items: string[] | null,
  by: Node | undefined,
  depth: number,
): string[] | null {
  if (!items || !by || items.length > MAX_ITEMS) return null;
  const name = ask.nameOf(model, by, depth) ?? '';
  if (/^(?:String|Number|Object)$/.test(name)) return items;
  if (/^String\.from(?:CharCode|CodePoint)$/.test(name)) return items.map((one) => codeText(one));
  const fn = calledFunction(ask, model, by);
  const texts = items.map((shape, index) =>
    yieldedShape(ask, model, fn, [
      { shape: shape.includes(HOLE) ? null : shape, list: null },
      { shape: String(index), list: null },
    ]),
  );
  return texts.some((one) => one !== null) ? texts.map((one) => one ?? HOLE) : null;
}

/** The character of a code; a hole for what is no code. */
export function codeText(code: string): string {
  const value = /^\d{1,7}$/.test(code) ? Number(code) : Infinity;
  return value < 0x11_0000 ? String.fromCodePoint(value) : HOLE;
}

function partsOf(text: string | null, pattern: Node | undefined): string[] | null {
  if (text === null || pattern?.type !== 'Literal' || !('regex' in pattern) || !pattern.regex)
    return null;
  const match = PARTS.exec(pattern.regex.pattern);
  const size = Number(match?.[1] ?? match?.[2]?.length ?? match?.[3] ?? match?.[4] ?? 0);
  if (size < 1) return null;
  const parts: string[] = [];
  for (let at = 0; at < text.length && parts.length < MAX_ITEMS; at += size)
    parts.push(text.slice(at, at + size));
  return parts;
}

/** The text of a part, with a hole where it is not known. */
export function holed(ask: Ask, model: Model, node: Node | undefined, depth: number): string {
  return node === undefined ? '' : (ask.shapeOf(model, node, depth) ?? HOLE);
}
