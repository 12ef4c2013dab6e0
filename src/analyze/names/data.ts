// The word lists and tables of the name check, as rules/ holds them.
import { ruleData, ruleText } from '../../rule-data.ts';
import type { KnownName } from '../../types.ts';

/** rules/names.json. */
export interface NameRules {
  /** Words that add nothing to a name: whoever appends one offers "the same package again". */
  noise: string[];
  /** The part of `noise` that hardly any honest package puts before or after a popular name. */
  strongPrefixes: string[];
  strongSuffixes: string[];
  /** Names that many honest packages continue: eslint-config-x. */
  families: string[];
  mcpWords: string[];
  /** What companies append to their brand when the bare scope is taken. */
  brandSuffixes: string[];
  spellings: [string, string][];
  homoglyphs: Record<string, string>;
  keyboard: string[];
}

/** An entry of rules/brands.json. */
export interface Brand {
  /** As it stands in package names, e.g. `stripe`. */
  brand: string;
  publisher: string;
  /** npm scopes that the publisher owns, without the @. */
  scopes: string[];
  /** MCP servers that the publisher has on npm; none: whoever uses the name is somebody else. */
  packages: string[];
}

export function nameRules(): NameRules {
  return ruleData('names', (data): data is NameRules => hasLists(data, LISTS));
}

export function listedBrands(): Brand[] {
  type File = { brands: Brand[] };
  return ruleData('brands', (data): data is File => hasLists(data, ['brands'])).brands;
}

/** Whoever others like to pass themselves off as: the publishers of the brands, and more that bear no server's name. */
export interface Maker {
  publisher: string;
  /** In lower case, letters and digits only. */
  words: string[];
  /** npm scopes of theirs, as far as known. */
  scopes: string[];
}

export function knownMakers(): readonly Maker[] {
  makers ??= mergeMakers();
  return makers;
}
let makers: Maker[] | null = null;

function mergeMakers(): Maker[] {
  type File = { makers: Maker[] };
  const more = ruleData('brands', (data): data is File => hasLists(data, ['makers'])).makers;
  const merged = new Map<string, Maker>();
  const brands = listedBrands().map(({ brand, ...rest }) => ({ ...rest, words: [brand] }));
  for (const { publisher, words, scopes } of [...brands, ...more]) {
    const known = merged.get(publisher) ?? { publisher, words: [], scopes: [] };
    merged.set(publisher, {
      publisher,
      words: [...new Set([...known.words, ...words])],
      scopes: [...new Set([...known.scopes, ...scopes])],
    });
  }
  return [...merged.values()].sort((a, b) => (a.publisher < b.publisher ? -1 : 1));
}

export function knownGoodNames(): KnownName[] {
  type File = { packages: KnownName[] };
  return ruleData('known-good', (data): data is File => hasLists(data, ['packages'])).packages;
}

/** The lines of a text file in rules/, without its comments. */
export function ruleLines(file: string): string[] {
  return ruleText(file)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

const LISTS = [
  'noise',
  'strongPrefixes',
  'strongSuffixes',
  'families',
  'mcpWords',
  'brandSuffixes',
  'spellings',
  'keyboard',
];

function hasLists(data: unknown, keys: readonly string[]): boolean {
  if (typeof data !== 'object' || data === null) return false;
  return keys.every((key) => Array.isArray((data as Record<string, unknown>)[key]));
}
