// The known names, indexed under every key by which a lookalike of one would be found.
import type { KnownName } from '../../types.ts';
import { addBrand, addListedBrand, emptyBrandIndex, type BrandIndex } from './brand-index.ts';
import { nameRules, ruleLines, type Brand } from './data.ts';
import { headOf, maskOf, tailOf } from './distance.ts';
import { parseName, singularOf, skeletonOf, soundOf, type ParsedName } from './parse.ts';

/** Ids by key; most keys have one, and an array for each would be most of the index. */
export type NameIndex = Map<string, number | number[]>;

export interface LengthBucket {
  ids: number[];
  masks: number[];
  /** The first two characters, and the last two, as one number each. */
  heads: number[];
  tails: number[];
}

export interface Catalogue {
  targets: ParsedName[];
  byName: Map<string, number>;
  byFolded: NameIndex;
  /** Scoped names only; see idsOfBase. */
  bySquash: NameIndex;
  byBag: NameIndex;
  byCore: NameIndex;
  bySkeleton: NameIndex;
  bySound: NameIndex;
  /** By length of `folded`, with a bit for each kind of character: the cheap half of an edit search. */
  byLength: Map<number, LengthBucket>;
  /** The same for the bases of scoped names of several words. */
  basesByLength: Map<number, LengthBucket>;
  /** How many known names each scope has. */
  scopes: Map<string, number>;
  /** How many unscoped known names begin with this word. */
  heads: Map<string, number>;
  /** How many known names of a scope begin with this word, as `scope/word`. */
  scopeHeads: Map<string, number>;
  /** How many known names are this one's and a word more. */
  extensions: Map<string, number>;
  /** Words that a name may well mean, as opposed to slips of the finger. */
  vocabulary: ReadonlySet<string>;
  noise: ReadonlySet<string>;
  families: ReadonlySet<string>;
  isComplete: boolean;
  brands: BrandIndex;
}

/** Names that npm's grammar cannot hold are left out. */
export function catalogueOf(
  known: Iterable<string | KnownName>,
  brands: readonly Brand[] = [],
): Catalogue {
  const { noise, families } = nameRules();
  const catalogue: Catalogue = {
    targets: [],
    byName: new Map(),
    byFolded: new Map(),
    bySquash: new Map(),
    byBag: new Map(),
    byCore: new Map(),
    bySkeleton: new Map(),
    bySound: new Map(),
    byLength: new Map(),
    basesByLength: new Map(),
    scopes: new Map(),
    heads: new Map(),
    scopeHeads: new Map(),
    extensions: new Map(),
    vocabulary: new Set(),
    noise: new Set(noise),
    families: new Set(families),
    isComplete: false,
    brands: emptyBrandIndex(),
  };
  for (const entry of known) {
    const parsed = parseName(typeof entry === 'string' ? entry : entry.name);
    if (!parsed || catalogue.byName.has(parsed.given)) continue;
    const id = addTarget(catalogue, parsed);
    addBrand(catalogue.brands, id, parsed, typeof entry === 'string' ? undefined : entry.tier);
  }
  // Families known from the popular names hold also where `known` is a short list.
  for (const line of ruleLines('families.txt')) {
    const [head = '', count = '0'] = line.split(' ');
    catalogue.heads.set(head, Math.max(Number(count), catalogue.heads.get(head) ?? 0));
  }
  for (const brand of brands) addListedBrand(catalogue, brand);
  return catalogue;
}

/** The half of the index that only names off the list need: made once, when the first is asked about. */
export function completeIndex(catalogue: Catalogue): void {
  if (catalogue.isComplete) return;
  catalogue.isComplete = true;
  catalogue.vocabulary = vocabularyOf(catalogue.targets);
  for (const id of catalogue.byName.values()) {
    const target = catalogue.targets[id];
    if (target) addDerivedKeys(catalogue, target, id);
  }
}

export function idsIn(index: NameIndex, key: string): readonly number[] {
  const ids = index.get(key);
  return typeof ids === 'number' ? [ids] : (ids ?? []);
}

/** Ids under a key of `index`, and those whose folded name is that key. */
export function idsOf(
  catalogue: Catalogue,
  index: 'byBag' | 'byCore' | 'bySkeleton' | 'bySound',
  key: string,
): readonly number[] {
  const derived = idsIn(catalogue[index], key);
  const plain = idsIn(catalogue.byFolded, key);
  return derived.length === 0 ? plain : [...plain, ...derived];
}

/** Ids of names with this base, whatever their scope. */
export function idsOfBase(catalogue: Catalogue, squash: string): readonly number[] {
  const scoped = idsIn(catalogue.bySquash, squash);
  const plain = idsIn(catalogue.byFolded, squash).filter((id) => !catalogue.targets[id]?.scope);
  return scoped.length === 0 ? plain : [...plain, ...scoped];
}

/** The words left when noise and plurals are taken away, in alphabetical order; '' if none is left. */
export function coreOf(words: readonly string[], noise: ReadonlySet<string>): string {
  const left = words.filter((word) => !noise.has(word) && !/^v?\d+$/.test(word));
  if (left.length < 2) return singularOf(left[0] ?? '');
  return bagOf([...new Set(left.map(singularOf))]);
}

/** The words in alphabetical order; nearly all names have one or two. */
export function bagOf(words: readonly string[]): string {
  const [first = '', second = ''] = words;
  if (words.length > 2) return [...words].sort().join('');
  return second < first ? second + first : first + second;
}

export const soundKeyOf = (words: readonly string[]): string =>
  soundOf(words.map(singularOf).join(''));

function addTarget(catalogue: Catalogue, parsed: ParsedName): number {
  const id = catalogue.targets.push(parsed) - 1;
  catalogue.byName.set(parsed.given, id);
  const { folded } = parsed;
  push(catalogue.byFolded, folded, id);
  if (parsed.scope) push(catalogue.bySquash, parsed.squash, id);
  if (parsed.scope) {
    increment(catalogue.scopes, parsed.scope);
    increment(catalogue.scopeHeads, `${parsed.scope}/${parsed.tokens[0] ?? ''}`);
  } else if (parsed.tokens.length > 1) {
    increment(catalogue.heads, parsed.tokens[0] ?? '');
    increment(catalogue.extensions, parsed.name.replace(/[-_.~][^-_.~]*$/, ''));
  }
  addLength(catalogue.byLength, folded, id);
  return id;
}

function addLength(lengths: Map<number, LengthBucket>, text: string, id: number): void {
  let bucket = lengths.get(text.length);
  if (!bucket) {
    bucket = { ids: [], masks: [], heads: [], tails: [] };
    lengths.set(text.length, bucket);
  }
  bucket.ids.push(id);
  bucket.masks.push(maskOf(text));
  bucket.heads.push(headOf(text));
  bucket.tails.push(tailOf(text));
}

function addDerivedKeys(catalogue: Catalogue, parsed: ParsedName, id: number): void {
  const { folded } = parsed;
  // A key that is the folded name itself is found there; see idsOf.
  const add = (index: NameIndex, key: string) => {
    if (key !== '' && key !== folded) push(index, key, id);
  };
  add(catalogue.bySkeleton, skeletonOf(folded));
  add(catalogue.bySound, soundKeyOf(parsed.words));
  add(catalogue.byBag, bagOf(parsed.words));
  add(catalogue.byCore, coreOf(parsed.words, catalogue.noise));
  if (parsed.scope && parsed.tokens.length > 1) {
    addLength(catalogue.basesByLength, parsed.squash, id);
  }
}

function vocabularyOf(targets: readonly ParsedName[]): Set<string> {
  const words = new Set(ruleLines('words.txt'));
  // A word in the names of several owners is a word of the trade; a scope is one owner.
  const seen = new Map<string, { owner: string; owners: number }>();
  for (const { scope, name, tokens } of targets) {
    const owner = scope || name;
    for (const token of tokens) {
      const entry = seen.get(token);
      if (!entry) seen.set(token, { owner, owners: 1 });
      else if (entry.owner !== owner) {
        entry.owner = owner;
        entry.owners += 1;
      }
    }
  }
  for (const [token, { owners }] of seen) if (owners >= 4) words.add(token);
  return words;
}

function push(index: NameIndex, key: string, id: number): void {
  const there = index.get(key);
  if (there === undefined) index.set(key, id);
  else if (typeof there === 'number') index.set(key, [there, id]);
  else there.push(id);
}

function increment(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
