// A package name taken apart: scope, base, tokens, and the keys under which names that look alike meet.
import { nameRules } from './data.ts';

const MAX_LENGTH = 214;
const DELIMITERS = /[-_.~]+/;
const ODD_DELIMITER = /[_.~]/;
const ODD_CHARACTER = /[^\x21-\x7e]/;
// Fifteen thousand names are indexed in a go, and most of them are their own key.
const HAS_GLYPHS = /[^a-z]|rn|vv/;
const HAS_SOUNDS = /[kqzy]|ph|(.)\1/;

export interface ParsedName {
  /** As it was given; old packages have capitals in their names. */
  given: string;
  name: string;
  /** Without the @; '' for an unscoped name. */
  scope: string;
  base: string;
  /** The base's words, e.g. `lru-cache` -> lru, cache. */
  tokens: string[];
  /** The base without delimiters. */
  squash: string;
  /** Scope and base without delimiters: what `@azure/x` and `azure-x` have in common. */
  folded: string;
  /** The scope's words, then the base's. */
  words: string[];
}

/** Lower-cased and folded to NFKC; null for what cannot be a package name at all. */
export function parseName(input: string): ParsedName | null {
  if (typeof input !== 'string' || input.length === 0 || input.length > MAX_LENGTH) return null;
  const name = (ODD_CHARACTER.test(input) ? input.normalize('NFKC') : input).toLowerCase();
  const slash = name.startsWith('@') ? name.indexOf('/') : -1;
  const scope = slash > 1 ? name.slice(1, slash) : '';
  const base = slash > 1 ? name.slice(slash + 1) : name;
  const tokens = tokensOf(base);
  const squash = tokens.join('');
  if (squash === '') return null;
  const scopeTokens = tokensOf(scope);
  return {
    given: input,
    name,
    scope,
    base,
    tokens,
    squash,
    folded: scopeTokens.join('') + squash,
    words: [...scopeTokens, ...tokens],
  };
}

function tokensOf(text: string): string[] {
  const tokens = text.split(ODD_DELIMITER.test(text) ? DELIMITERS : '-');
  return tokens.includes('') ? tokens.filter((token) => token !== '') : tokens;
}

/** Equal for names that differ only in characters people confuse (0 and o, 1 and l, rn and m). */
export function skeletonOf(text: string): string {
  if (!HAS_GLYPHS.test(text)) return text;
  let out = '';
  const plain = /[^a-z0-9]/.test(text) ? text.normalize('NFKD') : text;
  for (let i = 0; i < plain.length; i += 1) {
    const char = plain[i] ?? '';
    const pair = char + (plain[i + 1] ?? '');
    if (pair === 'rn' || pair === 'vv') {
      out += pair === 'rn' ? 'm' : 'w';
      i += 1;
    } else out += GLYPHS.get(char) ?? (/[a-z0-9]/.test(char) ? char : '');
  }
  return out;
}

/** Equal for words that sound or are spelt alike: colour and color, disscord and dizcord. */
export function soundOf(squash: string): string {
  const text = usualSpelling(squash);
  if (!HAS_SOUNDS.test(text)) return text;
  let out = '';
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i] ?? '';
    if (char === 'h' && text[i - 1] === 'p') out = `${out.slice(0, -1)}f`;
    else {
      const sound = SOUNDS.get(char) ?? char;
      if (!out.endsWith(sound)) out += sound;
    }
  }
  return out;
}

/** American for British spellings. */
export function usualSpelling(text: string): string {
  return UNUSUAL.test(text)
    ? text.replaceAll(EACH_UNUSUAL, (word) => USUAL.get(word) ?? word)
    : text;
}

/** A word without its plural ending. */
export function singularOf(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 3 && word.endsWith('s') && !word.endsWith('ss')) return word.slice(0, -1);
  return word;
}

// Digits and letters that pass for another; also Cyrillic and Greek ones, which npm refuses and a
// client configuration does not.
const GLYPHS = new Map([
  ...Object.entries(nameRules().homoglyphs),
  ...Array.from('аaеeоoрpсcуyхxіlјjѕsһhԁdԛqԝwοoαaνvιlκkρpτtυuıl'.match(/../gu) ?? [], (pair) => {
    const [odd = '', usual = ''] = pair;
    return [odd, usual] as const;
  }),
]);
// Towards the commoner letter, so that most names are their own key.
const SOUNDS = new Map(Object.entries({ k: 'c', q: 'c', z: 's', y: 'i' }));

const USUAL = new Map(nameRules().spellings);
const UNUSUAL = new RegExp([...USUAL.keys()].join('|'));
const EACH_UNUSUAL = new RegExp(UNUSUAL, 'g');
