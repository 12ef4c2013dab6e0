// Whether a person could read a file: decides the `closed` row of the trust table.
import type { Readability } from '../../types.ts';
import type { Program } from './parse.ts';

export interface ReadableFile {
  path: string;
  text: string;
  bytes: number;
  /** Null if it could not be parsed. */
  program: Program | null;
}

export function judgeReadability(_file: ReadableFile): { verdict: Readability; reason: string } {
  return { verdict: 'readable', reason: '' };
}
