// The text that a model would read in an answer, gathered within bounds however the answer is built.
import type { Reply } from '../client/session.ts';

const MAX_CHARS = 256 * 1024;
const MAX_NODES = 5_000;
const MAX_DEPTH = 40;
const MAX_BLOB_CHARS = 64 * 1024;
const BASE64 = /^[A-Za-z0-9+/_-]{8,1000}={0,2}$/;

/** All strings of the answer, keys left out. Of an answer too deep to walk, the start of the raw line. */
export function textOf(reply: Reply): string {
  if (reply.body === null) return reply.line.slice(0, 20_000);
  return stringsOf(reply.body);
}

export function stringsOf(value: unknown): string {
  const parts: string[] = [];
  let chars = 0;
  let nodes = 0;
  const visit = (at: unknown, depth: number, key: string): void => {
    nodes += 1;
    if (nodes > MAX_NODES || depth > MAX_DEPTH || chars > MAX_CHARS) return;
    if (typeof at === 'string') {
      // Pictures and sounds are no text; a resource may be one all the same.
      const isCoded = (key === 'data' || key === 'blob') && BASE64.test(at.slice(0, 1_000));
      const text = isCoded ? decoded(at) : at;
      const part = text.slice(0, MAX_CHARS - chars);
      if (part === '') return;
      chars += part.length;
      parts.push(part);
    } else if (typeof at === 'object' && at !== null) {
      for (const [name, inner] of Object.entries(at)) visit(inner, depth + 1, name);
    }
  };
  visit(value, 0, '');
  return parts.join('\n');
}

/** What a client would show of a blob that is text; '' for anything else. */
function decoded(blob: string): string {
  const bytes = Buffer.from(blob.slice(0, MAX_BLOB_CHARS), 'base64');
  // Cut in the middle of a character at most at the end.
  const text = bytes.toString('utf8').replace(/\ufffd+$/, '');
  return /[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text) ? '' : text;
}
