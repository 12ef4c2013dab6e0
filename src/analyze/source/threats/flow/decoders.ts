// What comes out of a decoder: everyday unescaping, or text that was encoded so that nobody reads it.
import { parentOf } from '../../nodes.ts';
import type { Node } from '../../parse.ts';
import type { Flow } from './callees.ts';
import { DECODED, FILES, REMOTE, throughUnknown } from './labels.ts';
import type { Call } from './model.ts';
import { isFunction } from './model.ts';
import { constantOf, keyOf, unwrap } from './names.ts';

// `&#105;`, `\\u0069`, `%69`: how many formats write a character, and hardly anybody a whole program.
const ESCAPE = /&#|\\\\[ux]|%/;
const ESCAPED_TEXT =
  /(?:&#x?[\da-fA-F]{2,6};?){8}|(?:\\\\u[\da-fA-F]{4}){8}|(?:\\\\x[\da-fA-F]{2}){8}|(?:%[\da-fA-F]{2}){8}/;
/** What a program in code looks like; letters and digits are worked out in many a library. */
export const PAYLOAD = /["'`](?:\\.|[^"'`\s\\]){100,}["'`]|(?:\b\d{1,5},\s{0,9}){30}/;
const CASE_DISTANCE = '32';

/** Unpacking and unescaping are everyday work unless what goes in was encoded as text before. */
export function decoded(flow: Flow, node: Call, name: string, given: number): number {
  const passed = throughUnknown(given) | (given & (REMOTE | DECODED));
  if (/^(?:zlib|pako)\./.test(name)) return passed | (given & FILES ? DECODED : 0);
  if (name.startsWith('String.')) return passed | (computes(flow, node) ? DECODED : 0);
  if (name !== 'decodeURIComponent' && name !== 'unescape') return passed | DECODED;
  const text = constantOf(flow.model, node.arguments[0]) ?? '';
  return passed | (text.length > 20 ? DECODED : 0);
}

/** Codes that are worked out, other than by putting bytes together, changing case or unescaping. */
function computes(flow: Flow, node: Call): boolean {
  const text = flow.model.text.slice(node.start, Math.min(node.end, node.start + 300));
  if (!/\^|parseInt|Number\(|[\w)\]]\s?[-+]\s?[\w(]/.test(text)) return false;
  if (/<<|>>|\||\*\s?256\b/.test(text)) return false;
  if (node.arguments.every((code) => changesCase(flow, code))) return false;
  // Sums, and `\033`.
  const isEveryday = !/\^|parseInt\((?![^()]{1,80},\s?8\))|Number\(/.test(text);
  if (isEveryday && !flow.isClose && !flow.holdsPayload()) return false;
  return !unescapes(flow, node) || ESCAPED_TEXT.test(flow.model.text);
}

/** `code + 32`. */
function changesCase(flow: Flow, code: Node): boolean {
  const sum = unwrap(code);
  if (sum.type !== 'BinaryExpression' || !/^[-+]$/.test(sum.operator)) return false;
  return constantOf(flow.model, sum.right) === CASE_DISTANCE;
}

/** Inside of `text.replace(/&#(\d+);/g, …)`. */
function unescapes(flow: Flow, node: Node): boolean {
  let at: Node | null = node;
  for (let depth = 0; at && !isFunction(at) && depth < 20; depth++) at = parentOf(at);
  const call = at && parentOf(at);
  if (call?.type !== 'CallExpression' || call.arguments[1] !== at) return false;
  const [pattern] = call.arguments;
  const callee = unwrap(call.callee);
  const isReplace =
    callee.type === 'MemberExpression' && /^replace(?:All)?$/.test(keyOf(flow.model, callee) ?? '');
  return (
    isReplace &&
    pattern?.type === 'Literal' &&
    ESCAPE.test(flow.model.text.slice(pattern.start, pattern.end))
  );
}
