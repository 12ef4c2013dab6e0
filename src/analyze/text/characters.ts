// Characters that a reader does not see: finds the runs, decodes what they carry, tells the lawful uses.

import { ansiRuns, bidiRuns, runOf, type HiddenRun } from './controls.ts';

const MAX_RUNS = 400;
const INTERESTING =
  /[\u001b\u009b\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\u3164\ufe00-\ufe0f\ufeff\uffa0\udb40]/;
const FLAG_BASE = 0x1f3f4;
const CANCEL_TAG = 0xe007f;
// Tag sequences of the three flags that exist (RGI).
const FLAGS = new Set(['gbeng', 'gbsct', 'gbwls']);
// Scripts whose spelling needs joiners, or that mark word breaks with a zero-width space.
const JOINING =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\p{Script=Mongolian}\p{Script=Hangul}]/u;
const PICTURE =
  /[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}#*0-9\ufe0f\u20e3]/u;
const WORD = /[\p{L}\p{N}]/u;
/** True if the text holds none of the characters this file is about (the usual case, fast). */
export function isPlain(text: string): boolean {
  return !INTERESTING.test(text);
}

/** Every unlawful run of hidden characters, ascending. Linear. */
export function hiddenRuns(text: string): HiddenRun[] {
  if (isPlain(text)) return [];
  return [
    ...tagRuns(text),
    ...selectorRuns(text),
    ...zeroWidthRuns(text),
    ...bidiRuns(text),
    ...ansiRuns(text),
  ]
    .sort((a, b) => a.start - b.start)
    .slice(0, MAX_RUNS);
}

function tagRuns(text: string): HiddenRun[] {
  const runs: HiddenRun[] = [];
  for (const match of text.matchAll(
    /(?:[\u{e0000}-\u{e007f}](?:[\u{1f3f4} ]{0,2}(?=[\u{e0000}-\u{e007f}]))?)+/gu,
  )) {
    const decoded = Array.from(match[0], (character) => tagCharacter(character)).join('');
    if (text.codePointAt(match.index - 2) === FLAG_BASE && isFlag(match[0])) continue;
    runs.push(runOf('tags', match.index, match[0], decoded));
  }
  if (runs.length < 2) return runs;
  // One message may be spread over many short runs.
  const first = runs[0] as HiddenRun;
  const last = runs.at(-1) as HiddenRun;
  return [
    ...runs,
    { ...first, end: last.end, count: sum(runs), decoded: runs.map((run) => run.decoded).join('') },
  ];
}

function isFlag(run: string): boolean {
  return run
    .split('\u{1f3f4}')
    .every(
      (part) =>
        FLAGS.has(Array.from(part.trim(), tagCharacter).join('')) &&
        part.trim().endsWith('\u{e007f}'),
    );
}

function tagCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0xe0000) return character === ' ' ? ' ' : '';
  return code >= 0xe0020 && code !== CANCEL_TAG ? String.fromCharCode(code - 0xe0000) : '';
}

// Bytes 0-15 are written as U+FE00.., 16-255 as U+E0100.. after some carrier character.
function selectorRuns(text: string): HiddenRun[] {
  const runs: HiddenRun[] = [];
  for (const match of text.matchAll(
    /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{2,}|[\u{e0100}-\u{e01ef}]/gu,
  )) {
    const before = characterBefore(text, match.index);
    const length = Array.from(match[0]).length;
    // Ideographic variation sequences: one selector after one ideograph.
    if (length === 1 && /\p{Script=Han}/u.test(before)) continue;
    if (length <= 2 && PICTURE.test(before)) continue;
    const bytes = Array.from(match[0], (character) => {
      const code = character.codePointAt(0) ?? 0;
      return code < 0xe0100 ? code - 0xfe00 : code - 0xe0100 + 16;
    });
    runs.push(
      runOf('variation-selectors', match.index, match[0], Buffer.from(bytes).toString('utf8')),
    );
  }
  return runs;
}

function zeroWidthRuns(text: string): HiddenRun[] {
  const runs: HiddenRun[] = [];
  for (const match of text.matchAll(
    /[\u034f\u115f\u1160\u180b-\u180e\u200b-\u200d\u2060-\u2064\u3164\ufeff\uffa0]+/g,
  )) {
    const before = characterBefore(text, match.index);
    const after = characterAfter(text, match.index + match[0].length);
    if (match[0].length <= 2 && (JOINING.test(before) || JOINING.test(after))) continue;
    if (match[0] === '\u200d' && PICTURE.test(before) && PICTURE.test(after)) continue;
    if (match[0] === '\ufeff' && match.index === 0) continue;
    // A word joiner or zero-width space beside a digit or punctuation sets line breaks.
    const breaksLine =
      /^[\u200b\u2060\ufeff]$/.test(match[0]) && !(isLetter(before) && isLetter(after));
    if (breaksLine && !WORD.test(after + before)) continue;
    if (/^[\u2060\u200b]$/.test(match[0]) && (/\d/.test(before) || /\d/.test(after))) continue;
    runs.push(runOf('zero-width', match.index, match[0], binaryOf(match[0])));
  }
  return runs;
}

// Two kinds of zero-width characters are used as the bits of a message.
function binaryOf(run: string): string {
  if (run.length < 24) return '';
  const zero = run[0];
  const kinds = new Set(run);
  if (kinds.size > 3) return '';
  const readings = [false, true].map((flip) => {
    const bits = Array.from(run, (character) => ((character === zero) !== flip ? '0' : '1')).join(
      '',
    );
    const bytes = (bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2));
    return Buffer.from(bytes).toString('utf8');
  });
  return readings.find((reading) => /^[\x20-\x7e\s]{3,}$/.test(reading)) ?? '';
}

function sum(runs: readonly HiddenRun[]): number {
  return runs.reduce((total, run) => total + run.count, 0);
}

function characterBefore(text: string, index: number): string {
  return Array.from(text.slice(Math.max(0, index - 2), index)).at(-1) ?? '';
}

function characterAfter(text: string, index: number): string {
  return Array.from(text.slice(index, index + 2))[0] ?? '';
}

function isLetter(character: string): boolean {
  return /\p{L}/u.test(character);
}
