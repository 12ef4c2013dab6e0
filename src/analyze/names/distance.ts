// Damerau-Levenshtein on top of fast-levenshtein, and what kind of slip a one-step difference is.
import levenshtein from 'fast-levenshtein';
import { nameRules } from './data.ts';

export type Slip =
  'swap' | 'repeat' | 'omit' | 'insert' | 'keyboard' | 'bitflip' | 'digit' | 'replace';

/** Edit distance in which a swap of neighbours costs one; more than `limit` is told as limit + 1. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  const plain = levenshtein.get(a, b);
  if (plain <= 1) return plain;
  const at = firstDifference(a, b);
  let best = plain;
  // A swap touches the first difference, or lies wholly after an edit there.
  for (let i = at; i < Math.min(a.length - 1, at + 2 * limit + 16); i += 1) {
    if (a[i] === a[i + 1]) continue;
    const swapped = a.slice(0, i) + a[i + 1] + a[i] + a.slice(i + 2);
    if (swapped === b) return 1;
    if (limit > 1 && best > 2) best = Math.min(best, 1 + levenshtein.get(swapped, b));
  }
  return Math.min(best, limit + 1);
}

/** How `typed` came out of `meant`, given that they are one step apart. */
export function slipOf(typed: string, meant: string): Slip {
  const at = firstDifference(typed, meant);
  const t = typed[at] ?? '';
  const m = meant[at] ?? '';
  if (typed.length < meant.length) return 'omit';
  if (typed.length > meant.length) {
    if (/\d/.test(t)) return 'digit';
    return t === typed[at - 1] || t === typed[at + 1] ? 'repeat' : 'insert';
  }
  if (typed[at + 1] === m && t === meant[at + 1]) return 'swap';
  if (/\d/.test(t) || /\d/.test(m)) return 'digit';
  if (areNeighbours(t, m)) return 'keyboard';
  const bits = t.charCodeAt(0) ^ m.charCodeAt(0);
  return bits !== 0 && (bits & (bits - 1)) === 0 ? 'bitflip' : 'replace';
}

/** A 32-bit set of the characters in a text. */
export function maskOf(text: string): number {
  let mask = 0;
  for (let i = 0; i < text.length; i += 1) mask |= 1 << (text.charCodeAt(i) & 31);
  return mask;
}

export const headOf = (text: string): number => text.charCodeAt(0) * 65536 + text.charCodeAt(1);
export const tailOf = (text: string): number =>
  text.charCodeAt(text.length - 2) * 65536 + text.charCodeAt(text.length - 1);

export function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}

function areNeighbours(a: string, b: string): boolean {
  const rows = nameRules().keyboard;
  const place = (char: string) => {
    const row = rows.findIndex((keys) => keys.includes(char));
    return { row, column: rows[row]?.indexOf(char) ?? -9 };
  };
  const x = place(a);
  const y = place(b);
  if (x.row < 0 || y.row < 0) return false;
  return Math.abs(x.row - y.row) <= 1 && Math.abs(x.column - y.column) <= 1;
}
