// Texts that are written as codes, escapes or parts of an address; the mark for what is not known.
import { Buffer } from 'node:buffer';
import type { Node } from '../../parse.ts';
import { unwrap } from './unwrap.ts';

/** Stands in a text for a part that is not known. */
export const HOLE = '\u0000';

export function elementsOf(node: Node): Node[] {
  const list = unwrap(node);
  return list.type === 'ArrayExpression' ? list.elements.filter((element) => element !== null) : [];
}

export function charCodes(nodes: Node[]): string | null {
  const flat = nodes.flatMap((node) =>
    node.type === 'SpreadElement' ? elementsOf(node.argument) : [node],
  );
  if (flat.length === 0 || flat.length > 4000) return null;
  const codes = flat.map((node) => (node.type === 'Literal' ? Number(node.value) : Number.NaN));
  return codes.every((code) => Number.isInteger(code) && code >= 0 && code < 0x11_0000)
    ? codes.map((code) => String.fromCodePoint(code)).join('')
    : null;
}

export function decode(text: string | null, encoding: string): string | null {
  if (text === null || !/^(?:base64|base64url|hex|utf-?8|latin1|ascii)$/i.test(encoding))
    return null;
  return Buffer.from(text, encoding as BufferEncoding).toString('utf8');
}

export function percent(text: string | null): string | null {
  try {
    return text === null ? null : decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** `new URL(path, base)`, near enough. */
export function resolved(path: string | null, base: string | null): string | null {
  if (base === null || (path !== null && /^[a-z]{2,10}:/.test(path))) return path;
  return `${base.replace(/\/+$/, '')}/${(path ?? HOLE).replace(/^\/+/, '')}`;
}
