// The texts that a value may be: both sides of a condition, every language of a table.
import { foldText } from './eval/json.ts';
import type { Value } from './eval/values.ts';

const MAX_ALTERNATIVES = 8;
const MAX_TEXTS = 200;
const MAX_DEPTH = 12;
const MAX_NESTING = 4;
const MAX_VISITS = 3000;
// A sentence; shorter ones are names and units.
const MIN_CHARS = 20;

/** The most telling one first; unknown parts are `${}`. */
export function alternativesOf(value: Value): string[] {
  const found = new Set([foldText(value), ...variants(value)]);
  found.delete('${}');
  return [...found].slice(0, MAX_ALTERNATIVES);
}

function variants(value: Value, depth = 0): string[] {
  if (depth > MAX_NESTING) return [];
  if (value.kind === 'lazy') return variants(value.force(), depth + 1);
  if (value.kind === 'union')
    return value.options.flatMap((one) => variants(one, depth + 1)).slice(0, MAX_ALTERNATIVES);
  if (value.kind !== 'text') {
    const text = foldText(value);
    return text === '${}' ? [] : [text];
  }
  const parts = value.parts.map((part) => {
    const some = variants(part, depth + 1);
    return some.length === 0 ? ['${}'] : some;
  });
  // One part at a time: all combinations are too many, and say nothing more.
  return parts
    .flatMap((some, index) =>
      some.map((text) =>
        parts.map((other, at) => (at === index ? text : (other[0] ?? ''))).join(''),
      ),
    )
    .slice(0, MAX_ALTERNATIVES);
}

interface Search {
  found: Set<string>;
  left: number;
}

/** Sentences anywhere inside the value. */
export function textsWithin(value: Value): string[] {
  const search = { found: new Set<string>(), left: MAX_VISITS };
  gather(value, 0, search);
  return [...search.found];
}

function gather(value: Value, depth: number, search: Search): void {
  // Objects may hold one another: the visits are counted.
  if (depth > MAX_DEPTH || search.found.size >= MAX_TEXTS || search.left-- <= 0) return;
  switch (value.kind) {
    case 'literal':
    case 'text':
      for (const text of variants(value)) if (isSentence(text)) search.found.add(text);
      return;
    case 'union':
      for (const option of value.options) gather(option, depth + 1, search);
      return;
    case 'array':
      for (const item of value.items) gather(item, depth + 1, search);
      return;
    case 'object':
      for (const member of value.props.values()) gather(member, depth + 1, search);
      return;
    case 'lazy':
      gather(value.force(), depth + 1, search);
      return;
    default:
  }
}

function isSentence(text: string): boolean {
  return text.length >= MIN_CHARS ? /\s/.test(text) : /[^\u0000-\u024f]{6}/.test(text);
}
