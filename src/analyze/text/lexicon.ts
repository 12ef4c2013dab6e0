// The words that orders to a model are made of, in many languages: where each idea stands in a text.
import { ruleData } from '../../rule-data.ts';
import { foldPattern } from './normalise.ts';
import type { PhraseRule, Place } from './phrases.ts';

/** A word or phrase of one language; offsets in the folded text. */
export interface Hit extends Place {
  concept: string;
  language: string;
}
/** A rule over the ideas of one sentence and of its neighbours. */
export type OrderRule = Pick<
  PhraseRule,
  'id' | 'severity' | 'loc' | 'at' | 'matches' | 'ignores'
> & {
  /** Ideas that one sentence holds, each part met by any of its concepts. */
  here: string[][];
  /** Ideas that this sentence or one beside it holds. */
  near?: string[][];
};
interface Lexicon {
  /** concept -> language -> words, parted by bars; `*` ends a stem, ` ~ ` stands for a few words. */
  concepts: Record<string, Record<string, string>>;
  orders: OrderRule[];
}
interface Entry {
  concept: string;
  language: string;
  head: string;
  /** What follows a gap; '' if there is none. */
  tail: string;
  isStem: boolean;
}

type Index = ReadonlyMap<string, readonly Entry[]>;

const isLexicon = (data: unknown): data is Lexicon =>
  typeof data === 'object' && data !== null && 'concepts' in data && 'orders' in data;
const data = ruleData('instructions-lexicon', isLexicon);
export const ORDERS: readonly OrderRule[] = data.orders;

const KEY = 4;
const GAP = 48;
const MAX_HITS = 200_000;
const WORD = /[\p{L}\p{M}\p{N}_]/u;
// Scripts that part no words, or that glue particles to them: every unit may begin a word, none must end it.
const GLUED = /[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7ff]/;
// Arabic, Persian and Hebrew write particles at the head of the word and pronouns at its end.
const SEMITIC = /[\u0590-\u06ff]/;
const PARTICLES =
  /^[\u0648\u0641\u0628\u0644\u0643\u0627\u05d5\u05d4\u05d1\u05dc\u05de\u05e9\u05db]$/;
const MAX_PARTICLES = 3;
const SCRIPTS: readonly { languages: readonly string[]; script: RegExp }[] = [
  { languages: ['ru', 'uk'], script: /[\u0400-\u04ff]/ },
  { languages: ['el'], script: /[\u0370-\u03ff]/ },
  { languages: ['he'], script: /[\u0590-\u05ff]/ },
  { languages: ['ar', 'fa'], script: /[\u0600-\u06ff]/ },
  { languages: ['hi'], script: /[\u0900-\u097f]/ },
  { languages: ['th'], script: /[\u0e00-\u0e7f]/ },
  { languages: ['ja'], script: /[\u3040-\u30ff]/ },
  { languages: ['zh'], script: /[\u4e00-\u9fff]/ },
  { languages: ['ko'], script: /[\uac00-\ud7ff]/ },
];
const OTHER_SCRIPT = new Set(SCRIPTS.flatMap(({ languages }) => languages));
const indexes = new Map<string, Index>();

/** Every word of the lexicon in a folded text, ascending. Linear. */
export function hitsIn(text: string): Hit[] {
  const found: Hit[] = [];
  const used = indexesFor(text);
  let wasWord = false;
  for (let i = 0; i < text.length && found.length < MAX_HITS; i++) {
    const isLetter = isWord(text, i);
    const isGlued = isLetter && text.charCodeAt(i) > 0x580 && GLUED.test(text[i] ?? '');
    if (isGlued) for (const index of used) collectGlued(text, i, index, found);
    else if (isLetter && !wasWord) {
      for (const start of beginnings(text, i))
        for (const index of used) collectWord(text, start, index, found);
    }
    wasWord = isLetter;
  }
  return found;
}

// Where a word may begin: at its first letter, and after each particle glued to it.
function beginnings(text: string, at: number): number[] {
  const found = [at];
  if (!SEMITIC.test(text[at] ?? '')) return found;
  for (let i = at; i < at + MAX_PARTICLES && PARTICLES.test(text[i] ?? ''); i++) found.push(i + 1);
  return found;
}

function isWord(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0x80) return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 95;
  return WORD.test(text[at] ?? '');
}

function indexesFor(text: string): Index[] {
  const used = [indexOf('latin', (language) => !OTHER_SCRIPT.has(language))];
  if (!/[\u0370-\uffff]/.test(text)) return used;
  const hasKana = /[\u3040-\u30ff]/.test(text);
  for (const { languages, script } of SCRIPTS) {
    if (!script.test(text) || (languages[0] === 'zh' && hasKana)) continue;
    used.push(indexOf(languages.join(), (language) => languages.includes(language)));
  }
  return used;
}

function indexOf(name: string, isWanted: (language: string) => boolean): Index {
  const known = indexes.get(name);
  if (known !== undefined) return known;
  const index = new Map<string, Entry[]>();
  for (const [concept, byLanguage] of Object.entries(data.concepts)) {
    for (const [language, words] of Object.entries(byLanguage)) {
      if (!isWanted(language)) continue;
      for (const word of words.split('|')) addEntry(index, entryOf(concept, language, word));
    }
  }
  indexes.set(name, index);
  return index;
}

function entryOf(concept: string, language: string, word: string): Entry {
  const isAscii = !/[^\x00-\x7f]/.test(word);
  const isStem =
    word.endsWith('*') ||
    (!isAscii && (GLUED.test(word) || (SEMITIC.test(word) && word.length >= KEY)));
  const plain = word.endsWith('*') ? word.slice(0, -1) : word;
  const [head = '', tail = ''] = (isAscii ? plain : foldPattern(plain)).split(' ~ ');
  return { concept, language, head, tail, isStem };
}

function addEntry(index: Map<string, Entry[]>, entry: Entry): void {
  const key = entry.head.slice(0, KEY);
  const known = index.get(key);
  if (known === undefined) index.set(key, [entry]);
  else known.push(entry);
}

// Short words stand whole under their own key; short stems under three letters.
function collectWord(text: string, start: number, index: Index, found: Hit[]): void {
  const key = text.slice(start, start + KEY);
  collect(text, start, index.get(key), found);
  for (let length = 1; length < KEY; length++) {
    if (length === KEY - 1 || !isWord(text, start + length))
      collect(text, start, index.get(key.slice(0, length)), found);
    if (!isWord(text, start + length)) break;
  }
}

function collectGlued(text: string, start: number, index: Index, found: Hit[]): void {
  for (let length = 1; length <= KEY; length++)
    collect(text, start, index.get(text.slice(start, start + length)), found);
}

function collect(
  text: string,
  start: number,
  entries: readonly Entry[] | undefined,
  found: Hit[],
): void {
  if (entries === undefined) return;
  for (const entry of entries) {
    const end = endOf(text, start, entry);
    if (end >= 0) found.push({ start, end, concept: entry.concept, language: entry.language });
  }
}

// The end of the entry if it stands there, or -1.
function endOf(text: string, start: number, entry: Entry): number {
  if (!text.startsWith(entry.head, start)) return -1;
  const end = start + entry.head.length;
  if (entry.tail === '') return isEnd(text, end, entry) ? end : -1;
  if (text[end] !== ' ') return -1;
  const gap = text.slice(end, end + GAP + entry.tail.length + 1);
  const at = gap.indexOf(` ${entry.tail}`);
  if (at < 0 || /[.!?;]/.test(gap.slice(0, at))) return -1;
  const last = end + at + 1 + entry.tail.length;
  return isEnd(text, last, entry) ? last : -1;
}

function isEnd(text: string, end: number, entry: Entry): boolean {
  return entry.isStem || end >= text.length || !isWord(text, end) || !isWord(text, end - 1);
}
