// The kinds of calls that matter, by name; asked once for each name.
import * as calls from './vocabulary.ts';

export const CLIENT = 1;
export const CONNECTION = 1 << 1;
export const EXEC = 1 << 2;
export const EVAL = 1 << 3;
export const READ = 1 << 4;
export const WRITE = 1 << 5;
export const REMOVE = 1 << 6;
export const DNS = 1 << 7;
export const DECODER = 1 << 8;
export const HOST = 1 << 9;
export const CLIP_READ = 1 << 10;
export const CLIP_WRITE = 1 << 11;
export const CHMOD = 1 << 12;
/** See code-runners.ts, which has the last word. */
export const MAY_RUN_CODE = 1 << 13;
/** Kinds that something harmful must end in. */
export const SINKS = CLIENT | CONNECTION | EXEC | EVAL | WRITE | REMOVE | DNS | CLIP_WRITE;

const MAX_NAMES = 20_000;
const kinds = new Map<string, number>();

export function kindOf(name: string): number {
  if (name === '') return 0;
  let kind = kinds.get(name);
  if (kind === undefined) {
    kind = find(name);
    if (kinds.size > MAX_NAMES) kinds.clear();
    kinds.set(name, kind);
  }
  return kind;
}

export const is = (name: string, kind: number): boolean => (kindOf(name) & kind) !== 0;

function find(name: string): number {
  const is = (test: (name: string) => boolean, kind: number) => (test(name) ? kind : 0);
  return (
    is(calls.isClient, CLIENT) |
    is(calls.isConnection, CONNECTION) |
    is(calls.isExec, EXEC) |
    is(calls.isEval, EVAL) |
    is(calls.isFileRead, READ) |
    is(calls.isFileWrite, WRITE) |
    is(calls.isRemove, REMOVE) |
    is(calls.isDnsQuery, DNS) |
    is(calls.isDecoder, DECODER) |
    is(calls.isHostInfo, HOST) |
    is(calls.isClipboardRead, CLIP_READ) |
    is(calls.isClipboardWrite, CLIP_WRITE) |
    is(calls.isChmod, CHMOD) |
    is(calls.mayRunCode, MAY_RUN_CODE)
  );
}
