// What kind of thing a file is, by its name and its first bytes.
import { Buffer } from 'node:buffer';

export type FileKind =
  /** JavaScript by its name. */
  | 'javascript'
  /** TypeScript; node does not start it inside node_modules. */
  | 'typescript'
  /** A text that node may be told to run: no extension, or a hashbang. */
  | 'maybe-javascript'
  | 'wasm'
  | 'native'
  | 'bytecode'
  | 'other';

const JAVASCRIPT = /\.(?:[cm]?js|jsx)$/i;
const TYPESCRIPT = /\.(?:[cm]?ts|tsx)$/i;
const DECLARATION = /\.d\.(?:[\w-]{1,40}\.)?[cm]?ts$/i;
const HASHBANG = /^#!.{0,80}\b(?:node|bun|deno|tsx?)\b/;
const NATIVE_MAGIC = ['7f454c46', 'feedface', 'feedfacf', 'cefaedfe', 'cffaedfe', 'cafebabe'];

export function fileKindOf(path: string, bytes: Uint8Array): FileKind {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 128));
  const magic = head.toString('hex', 0, 4);
  if (magic === '0061736d') return 'wasm';
  if (NATIVE_MAGIC.includes(magic) || (magic.startsWith('4d5a') && head.includes(0)))
    return 'native';
  // V8's code cache begins with 0xC0DE0xxx, little-endian.
  if (/\.(?:jsc|bytenode|cjsc)$/i.test(path) || /^....dec0/.test(magic)) return 'bytecode';
  if (JAVASCRIPT.test(path)) return 'javascript';
  if (TYPESCRIPT.test(path)) return isTypeScript(path, head) ? 'typescript' : 'other';
  if (HASHBANG.test(head.toString('latin1'))) return 'maybe-javascript';
  const hasExtension = /\.[^/]*$/.test(path.replace(/^(?:.*\/)?\./, ''));
  return hasExtension || head.includes(0) ? 'other' : 'maybe-javascript';
}

/** Not a declaration file, nor an MPEG transport stream. */
function isTypeScript(path: string, head: Buffer): boolean {
  return !DECLARATION.test(path) && !(head[0] === 0x47 && head.includes(0));
}
