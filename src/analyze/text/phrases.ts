// rules/instructions.json and rules/intents.json, compiled: concepts (lists of phrases) and the rules made of them.
import { ruleData } from '../../rule-data.ts';
import type { Severity, TextLocation } from '../../types.ts';
import { isDenied } from './denial.ts';
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
  /** True: a part that is denied ("never the whole conversation") is not there. */
  affirmed?: boolean;
  /** Concepts that excuse the rule where they stand close by, unless they are denied. */
  unless?: string[];
  /** Where the examples stand; a tool description unless said otherwise. */
  loc?: TextLocation;
  /** Other severities at some locations. */
  at?: Partial<Record<TextLocation, Severity>>;
  matches: string[];
  ignores: string[];
}
interface PhraseData {
  concepts: Record<string, string[]>;
  rules: PhraseRule[];
}
interface SignalData extends PhraseData {
  /** Points that a concept adds on its own. */
  signals: Record<string, number>;
}
/** A place where a concept was found; offsets in the folded text. */
export interface Place {
  start: number;
  end: number;
}

/** Phrases by what they are written in: most texts need only the first. */
interface Concept {
  ascii: RegExp | null;
  other: RegExp | null;
}

const MAX_PLACES = 60;
const isAscii = (text: string) => !/[^\x00-\x7f]/.test(text);
const isPhraseData = (data: unknown): data is PhraseData =>
  typeof data === 'object' && data !== null && 'concepts' in data && 'rules' in data;

const isSignalData = (data: unknown): data is SignalData => isPhraseData(data) && 'signals' in data;

// Wordings that were seen, and what an order is about in whatever words.
const wordings = ruleData('instructions', isSignalData);
const intents = ruleData('intents', isPhraseData);
export const RULES: readonly PhraseRule[] = [...wordings.rules, ...intents.rules];
export const SIGNALS: readonly [string, number][] = Object.entries(wordings.signals);
const CONCEPTS: ReadonlyMap<string, Concept> = new Map(
  Object.entries({ ...wordings.concepts, ...intents.concepts }).map(([name, phrases]) => [
    name,
    {
      ascii: compile(phrases.filter(isAscii)),
      other: compile(phrases.filter((phrase) => !isAscii(phrase))),
    },
  ]),
);

/** Looks concepts up in one folded text, each at most once. */
export class Phrasebook {
  readonly #places = new Map<string, Place[]>();
  readonly #affirmed = new Map<string, Place[]>();
  readonly #isWide: boolean;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
    this.#isWide = !isAscii(text);
  }

  /** Where the concept stands, at most 60 places of each kind of script. */
  places(concept: string): readonly Place[] {
    const known = this.#places.get(concept);
    if (known !== undefined) return known;
    const patterns = CONCEPTS.get(concept);
    if (patterns === undefined) throw new Error(`no rule file has the concept ${concept}`);
    const found = placesOf(patterns.ascii, this.text);
    if (this.#isWide) found.push(...placesOf(patterns.other, this.text));
    this.#places.set(concept, found);
    return found;
  }

  /** Of those, the ones that no denial governs. */
  affirmedPlaces(concept: string): readonly Place[] {
    const known = this.#affirmed.get(concept);
    if (known !== undefined) return known;
    const found = this.places(concept).filter((place) => !isDenied(this.text, place));
    this.#affirmed.set(concept, found);
    return found;
  }
}

function placesOf(pattern: RegExp | null, text: string): Place[] {
  const found: Place[] = [];
  if (pattern === null) return found;
  for (const match of text.matchAll(pattern)) {
    found.push({ start: match.index, end: match.index + match[0].length });
    if (found.length >= MAX_PLACES) break;
  }
  return found;
}

// `<40>` in a phrase stands for up to 40 characters of anything; \w means letters of every script.
function compile(phrases: readonly string[]): RegExp | null {
  if (phrases.length === 0) return null;
  const sources = phrases.map((phrase) => {
    const gaps = foldPattern(phrase).replace(/<(\d{1,3})>/g, '.{0,$1}?');
    const source = /[^\x00-\x7f]/.test(gaps)
      ? gaps.replaceAll('\\w', '[\\w\\u0080-\\uffff]')
      : gaps;
    return /^(?:\(\?:)*[a-z0-9]/.test(source) ? `\\b(?:${source})` : `(?:${source})`;
  });
  return new RegExp(sources.join('|'), 'g');
}
