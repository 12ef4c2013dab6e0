// What `replace` leaves of an argument's danger.
import { UNKNOWN, concat, marked, taintsOf, textOf, type Mark, type Value } from './values.ts';

/** Something made of the value by small changes that make it no safer. */
export function carry(self: Value): Value {
  if (self.kind === 'text' || self.kind === 'unknown') return self;
  const taints = taintsOf(self);
  return taints.length === 0 ? UNKNOWN : { kind: 'unknown', taints };
}

/** What is left are letters, digits and `_`: `.replace(/\W+/g, '-')`. */
const ONLY_WORDS = /^(?:\\W|\[\\W[_\s-]{0,3}\])[+*]?$/;

export function replaced(self: Value, pattern: Value, by: Value, isAll: boolean): Value {
  // What is put in a known text, e.g. for a placeholder; how it is taken apart is not worked out.
  if (textOf(self) !== undefined) return taintsOf(by).length > 0 ? concat([self, by]) : self;
  if (isZeros(pattern, by) || isSlashes(pattern, by)) return carry(self);
  if (isOnePass(pattern, by, isAll)) return marked(carry(self), 'one-pass');
  const mark = shellMark(self, pattern, by) ?? replacementMark(pattern, by);
  const value = carry(self);
  return mark ? marked(value, mark) : value;
}

// What parts commands, ends quotes or starts another program.
const SHELL_SIGNS = [...'"$`;|&<>', "'"];

/** `.replace(/[\x00-\x1f]/g, '').replace(/[&;`$"'<>|]/g, '')`: nothing is left that a shell acts on. */
function shellMark(self: Value, pattern: Value, by: Value): Mark | undefined {
  if (pattern.kind !== 'regex' || textOf(by) !== '' || !pattern.flags.includes('g'))
    return undefined;
  const { source } = pattern;
  if (!/^\[(?!\^)[^\]]+\][+*]?$/.test(source)) return undefined;
  const breaksNone = /\\n|\\x00-\\x1f|\\s/i.test(source);
  const isOneLine = breaksNone || taintsOf(self).every(({ marks }) => marks.has('one-line'));
  if (isOneLine && SHELL_SIGNS.every((sign) => source.includes(sign))) return 'shell-quoted';
  return breaksNone ? 'one-line' : undefined;
}

/**
 * What leaves `..` as dangerous as it was: taken out once, of `....//` another `../` is left; only
 * the dots themselves can be taken out in one go.
 */
function isOnePass(pattern: Value, by: Value, isAll: boolean): boolean {
  if (textOf(by) !== '') return false;
  if (pattern.kind !== 'regex') {
    const text = textOf(pattern) ?? '';
    return text.includes('..') && (!isAll || text !== '..');
  }
  const { source, flags } = pattern;
  if (source.startsWith('^') || !source.includes('\\.\\.')) return false;
  return !flags.includes('g') || !/^(?:\\\.){2}\+?$/.test(source);
}

/** Zero characters are no matter of paths. */
const isZeros = (pattern: Value, by: Value) =>
  textOf(by) === '' &&
  (pattern.kind === 'regex'
    ? /^\\(?:0|x00|u0000)\+?$/.test(pattern.source)
    : textOf(pattern) === '\0');

/** Other slashes, or fewer, take no `..` away: `.replace(/\\/g, '/')`. */
const isSlashes = (pattern: Value, by: Value) =>
  textOf(by) === '/' &&
  (pattern.kind === 'regex'
    ? /^(?:\\[\\/]|\[(?:\\?[\\/]){1,4}\])[+*]?(?:\{\d,\})?$/.test(pattern.source)
    : textOf(pattern) === '\\' || textOf(pattern) === '//');

function replacementMark(pattern: Value, by: Value): Mark | undefined {
  const insert = textOf(by) ?? '';
  if (pattern.kind !== 'regex') {
    return textOf(pattern) === "'" && insert.includes("'\\''") ? 'shell-quoted' : 'half-quoted';
  }
  const { source, flags } = pattern;
  if (!flags.includes('g')) return undefined;
  if (source === "'" && /'(?:\\|"'")''?/.test(insert)) return 'shell-quoted';
  if (source.startsWith('[^') && !/[/;&|$`]/.test(source.replace(/\\[/.]/g, ''))) return 'stripped';
  if (ONLY_WORDS.test(source) && /^[\w-]*$/.test(insert)) return 'stripped';
  if (insert === '\\$&' || insert === '\\\\$&') {
    return source.includes('*') && source.includes('(') ? 'regex-escaped' : 'half-quoted';
  }
  if (/\$&|\\\$1|\\\\/.test(insert) && source.includes('$') && source.includes('`'))
    return 'stripped';
  if (/\\\.\\\./.test(source)) return 'half-quoted';
  return 'half-quoted';
}
