// rules/instructions.json, compiled: concepts (lists of phrases) and the rules made of them.
import { ruleData } from '../../rule-data.ts';
import type { Severity, TextLocation } from '../../types.ts';
import { foldPattern } from './normalise.ts';

export interface PhraseRule {
  id: string;
  severity: Severity;
  /** Units within which one match of every part must lie; 0 for rules of one part. */
  within: number;
  /** Each part is met by any one of its concepts. */
  parts: string[][];
  /** For rules of one part: that many different places must match. */
  distinct?: number;
  /** True: all parts must stand in one sentence. */
  sentence?: boolean;
  /** Where the examples stand; a tool description unless said otherwise. */
  loc?: TextLocation;
  /** Other severities at some locations. */
  at?: Partial<Record<TextLocation, Severity>>;
  matches: string[];
  ignores: string[];
}
interface PhraseData {
  concepts: Record<string, string[]>;
  /** Points that a concept adds on its own. */
  signals: Record<string, number>;
  rules: PhraseRule[];
}
/** A place where a concept was found; offsets in the folded text. */
export interface Place {
  start: number;
  end: number;
}

const MAX_PLACES = 60;
const isPhraseData = (data: unknown): data is PhraseData =>
  typeof data === 'object' && data !== null && 'concepts' in data && 'rules' in data;

const data = ruleData('instructions', isPhraseData);
export const RULES: readonly PhraseRule[] = data.rules;
export const SIGNALS: readonly [string, number][] = Object.entries(data.signals);
const CONCEPTS: ReadonlyMap<string, RegExp> = new Map(
  Object.entries(data.concepts).map(([name, phrases]) => [name, compile(phrases)]),
);

/** Looks concepts up in one folded text, each at most once. */
export class Phrasebook {
  readonly #places = new Map<string, Place[]>();
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Where the concept stands, ascending, at most 60 places. */
  places(concept: string): readonly Place[] {
    const known = this.#places.get(concept);
    if (known !== undefined) return known;
    const found: Place[] = [];
    const pattern = CONCEPTS.get(concept);
    if (pattern === undefined) throw new Error(`rules/instructions.json has no concept ${concept}`);
    // Not `matchAll`, which copies the pattern: a copy is never used often enough to be compiled.
    pattern.lastIndex = 0;
    for (let match = pattern.exec(this.text); match; match = pattern.exec(this.text)) {
      found.push({ start: match.index, end: match.index + match[0].length });
      if (found.length >= MAX_PLACES) break;
      if (match[0] === '') pattern.lastIndex += 1;
    }
    this.#places.set(concept, found);
    return found;
  }
}

// `<40>` in a phrase stands for up to 40 characters of anything; \w means letters of every script.
function compile(phrases: readonly string[]): RegExp {
  const sources = phrases.map((phrase) => {
    const gaps = foldPattern(phrase).replace(/<(\d{1,3})>/g, '.{0,$1}?');
    const source = /[^\x00-\x7f]/.test(gaps)
      ? gaps.replaceAll('\\w', '[\\w\\u0080-\\uffff]')
      : gaps;
    return /^(?:\(\?:)*[a-z0-9]/.test(source) ? `\\b(?:${source})` : `(?:${source})`;
  });
  return new RegExp(sources.join('|'), 'g');
}
