// Texts that are written as numbers of their characters, or in an encoding.
import { Buffer } from 'node:buffer';
import { isReadable } from '../../../text/decode.ts';
import { literal, type Value } from './values.ts';

const MAX_ENCODED_CHARS = 100_000;

/** The text that the numbers of its characters spell. */
export function spelled(codes: readonly Value[]): Value | undefined {
  if (codes.length === 0 || codes.length > MAX_ENCODED_CHARS) return undefined;
  let text = '';
  for (const code of codes) {
    if (code.kind !== 'literal' || typeof code.value !== 'number') return undefined;
    if (!(code.value >= 0 && code.value <= 0x10ffff)) return undefined;
    text += String.fromCodePoint(Math.floor(code.value));
  }
  return literal(text);
}

/** What an encoding hides, if it is text. */
export function decoded(text: string, encoding: string): Value | undefined {
  if (!/^(?:base64(?:url)?|hex)$/.test(encoding) || text.length > MAX_ENCODED_CHARS)
    return undefined;
  const plain = Buffer.from(text, encoding as BufferEncoding).toString('utf8');
  return isReadable(plain) ? literal(plain) : undefined;
}
