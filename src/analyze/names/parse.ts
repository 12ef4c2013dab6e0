// A package name taken apart: scope, base, tokens, and the keys under which names that look alike meet.
import { nameRules } from './data.ts';

const MAX_LENGTH = 214;
const DELIMITERS = /[-_.~]+/;

export interface ParsedName {
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
  const name = input.normalize('NFKC').toLowerCase();
  const slash = name.startsWith('@') ? name.indexOf('/') : -1;
  const scope = slash > 1 ? name.slice(1, slash) : '';
  const base = slash > 1 ? name.slice(slash + 1) : name;
  const tokens = base.split(DELIMITERS).filter((token) => token !== '');
  const squash = tokens.join('');
  if (squash === '') return null;
  const scopeTokens = scope.split(DELIMITERS).filter((token) => token !== '');
  return {
    name,
    scope,
    base,
    tokens,
    squash,
    folded: scopeTokens.join('') + squash,
    words: [...scopeTokens, ...tokens],
  };
}

/** Equal for names that differ only in characters people confuse (0 and o, 1 and l, rn and m). */
export function skeletonOf(text: string): string {
  let out = text.replaceAll('rn', 'm').replaceAll('vv', 'w').replaceAll('cl', 'd');
  const { homoglyphs } = nameRules();
  out = Array.from(out.normalize('NFKD'), (char) => {
    if (Object.hasOwn(homoglyphs, char)) return homoglyphs[char];
    return CONFUSABLE.get(char) ?? char;
  }).join('');
  return out.replace(/[^a-z0-9]/g, '');
}

/** Equal for words that sound or are spelt alike: colour and color, disscord and dizcord. */
export function soundOf(squash: string): string {
  let out = squash;
  for (const [other, usual] of nameRules().spellings) out = out.replaceAll(other, usual);
  return out
    .replaceAll('ph', 'f')
    .replaceAll('ck', 'k')
    .replace(/[cq]/g, 'k')
    .replaceAll('z', 's')
    .replaceAll('x', 'ks')
    .replaceAll('y', 'i')
    .replace(/(.)\1+/g, '$1');
}

/** A word without its plural ending. */
export function singularOf(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.length > 3 && word.endsWith('s') && !word.endsWith('ss')) return word.slice(0, -1);
  return word;
}

// Cyrillic and Greek letters that look Latin; npm refuses them, a client configuration does not.
const CONFUSABLE = new Map(
  Object.entries({
    а: 'a',
    е: 'e',
    о: 'o',
    р: 'p',
    с: 'c',
    у: 'y',
    х: 'x',
    і: 'l',
    ј: 'j',
    ѕ: 's',
    һ: 'h',
    ԁ: 'd',
    ԛ: 'q',
    ԝ: 'w',
    ο: 'o',
    α: 'a',
    ν: 'v',
    ι: 'l',
    κ: 'k',
    ρ: 'p',
    τ: 't',
    υ: 'u',
    ı: 'l',
    ɡ: 'g',
    к: 'k',
    м: 'm',
    т: 't',
    в: 'b',
    н: 'h',
  }),
);
