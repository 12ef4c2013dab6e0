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

export interface Verdict {
  verdict: Readability;
  reason: string;
}

// What is counted is counted in samples: a bundle of megabytes is alike all through.
const SAMPLE_CHARS = 120_000;
const LONG_LINE = 400;
// How far apart the places are at which a run of 400 characters would show.
const STEP = 200;
const SIX_CHARACTERS = /(?:[[\]()!+]\s{0,2}){400}/;
const PART_OF_SIX_CHARACTERS = /(?:\s{0,2}[[\]()!+]){8}/y;
const FAR_OUT = /\S[ \t]{400,}[^\s*/\\|<>'"`]/;
const PART_OF_FAR_OUT = /[ \t]{100}/y;

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

/** Signs that no minifier leaves; null if there are none. */
function obfuscationIn(text: string): string | null {
  if (text.length < 150) return null;
  const per = (count: number, chars: number) => (count * chars) / text.length;
  const hexNames = count(text, /\b_0x[0-9a-f]{2,8}\b/gi);
  if (hexNames >= 8 && per(hexNames, 1000) >= 4) return 'names are hexadecimal numbers';
  const lookalikes = count(
    text,
    /(?:var |let |const |function |[,(;]\s?)(?:[Il1]{5,}|[O0o]{6,})\s?[=,(){.[]/g,
  );
  if (lookalikes >= 10 && per(lookalikes, 1000) >= 2)
    return 'names consist of letters that look alike';
  const escaped = count(
    text,
    /\\x(?:3\d|[46][1-9a-f]|[57][0-9a])|\\u00(?:[46][1-9a-f]|[57][0-9a])/gi,
  );
  if (escaped >= 30 && per(escaped, 100) >= 2) return 'plain letters are written as escapes';
  if (showsAtSteps(text, PART_OF_SIX_CHARACTERS) && SIX_CHARACTERS.test(text))
    return 'code made of six characters';
  if (/ﾟωﾟ|ﾟДﾟ|\(ﾟ-ﾟ\)/.test(text)) return 'code made of faces';
  if (rotates(text)) return 'strings are kept in a list that is turned before use';
  if (showsAtSteps(text, PART_OF_FAR_OUT) && FAR_OUT.test(text) && hidesCode(text))
    return 'code stands far beyond the edge of the window';
  return bracketed(text) ? 'every property is looked up by a computed text' : null;
}

/** Whether part of a long run stands at one of the places that no such run can miss: `part` is sticky. */
function showsAtSteps(text: string, part: RegExp): boolean {
  for (let at = 0; at < text.length; at += STEP) {
    part.lastIndex = at;
    if (part.test(text)) return true;
  }
  return false;
}

/** A list of strings that a loop shifts until a sum fits, read through a function of a number. */
function rotates(text: string): boolean {
  const turns =
    /(?:\[['"]push['"]\]|\.push)\(\s?[\w$]{1,20}(?:\[['"]shift['"]\]|\.shift)\(\)\)/.test(text);
  if (!turns) return false;
  const sums = count(text, /parseInt\([\w$]{1,20}\((?:0x[0-9a-f]+|\d+)/gi);
  const reads = count(text, /\b[\w$]{1,20}\(['"]?0x[0-9a-f]{1,4}['"]?[,)]/gi);
  return sums >= 3 || (reads >= 2 && /while\s?\((?:--[\w$]{1,20}|!!\[\]|!0|true)/.test(text));
}

function hidesCode(text: string): boolean {
  const hidden = /\S[ \t]{400,}([^\n]{1,200})/.exec(text)?.[1] ?? '';
  return /require|import|eval|global|process|Function|fetch|=\s?\[|=>|\(\)/.test(hidden);
}

function bracketed(text: string): boolean {
  if (count(text, /\b0x[0-9a-f]{1,6}\b/gi) < 20) return false;
  const brackets = count(text, /[\w$)\]]\[['"][A-Za-z_$][\w$]{1,30}['"]\](?!\s?=[^=])/g);
  if (brackets < 40) return false;
  const dots = count(text, /[\w$)\]]\.[A-Za-z_$]/g);
  return brackets > 4 * dots && (brackets * 1000) / text.length > 12;
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

function count(text: string, pattern: RegExp): number {
  let found = 0;
  pattern.lastIndex = 0;
  while (pattern.exec(text) !== null) found += 1;
  return found;
}
