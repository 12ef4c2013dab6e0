// Whether a person could read a file: decides the `closed` row of the trust table.
import type { Readability } from '../../types.ts';
import { obfuscationIn } from './obfuscation.ts';
import type { Program } from './parse.ts';

export interface ReadableFile {
  path: string;
  text: string;
  bytes: number;
  /** Null if it could not be parsed. */
  program: Program | null;
}

export interface Verdict {
  verdict: Readability;
  reason: string;
}

// What is counted is counted in samples: a bundle of megabytes is alike all through.
const SAMPLE_CHARS = 120_000;
const LONG_LINE = 400;

/** Linear in the first and last part of the text; the reason is in our own words. */
export function judgeReadability({ path, text }: ReadableFile): Verdict {
  if (/\.(?:jsc|bytenode)$/i.test(path))
    return { verdict: 'bytecode', reason: 'compiled bytecode' };
  const samples = samplesOf(text);
  for (const sample of samples) {
    const reason = obfuscationIn(sample);
    if (reason !== null) return { verdict: 'obfuscated', reason };
  }
  return minifiedShare(text) > 0.5
    ? { verdict: 'minified', reason: 'most of the text stands in very long lines' }
    : { verdict: 'readable', reason: '' };
}

function samplesOf(text: string): string[] {
  if (text.length <= 2 * SAMPLE_CHARS) return [text];
  return [text.slice(0, SAMPLE_CHARS), text.slice(-SAMPLE_CHARS)];
}

function minifiedShare(text: string): number {
  if (text.length < 800) return 0;
  let long = 0;
  let start = 0;
  for (let end = text.indexOf('\n'); start < text.length; end = text.indexOf('\n', start)) {
    const stop = end === -1 ? text.length : end;
    if (stop - start > LONG_LINE) long += stop - start;
    start = stop + 1;
    if (end === -1) break;
  }
  return long / text.length;
}
