// The known names, indexed under every key by which a lookalike of one would be found.
import type { KnownName } from '../../types.ts';
import { nameRules, ruleLines } from './data.ts';
import { parseName, singularOf, skeletonOf, soundOf, type ParsedName } from './parse.ts';

export interface Catalogue {
  targets: ParsedName[];
  byName: Map<string, number>;
  byFolded: Map<string, number[]>;
  bySquash: Map<string, number[]>;
  byBag: Map<string, number[]>;
  byCore: Map<string, number[]>;
  bySkeleton: Map<string, number[]>;
  bySound: Map<string, number[]>;
  /** By length of `folded`, with a bit for each kind of character: the cheap half of an edit search. */
  byLength: Map<number, { ids: number[]; masks: number[] }>;
  /** How many known names each scope has. */
  scopes: Map<string, number>;
  /** How many unscoped known names begin with this word. */
  heads: Map<string, number>;
  byHead: Map<string, number[]>;
  /** Words that a name may well mean, as opposed to slips of the finger. */
  vocabulary: ReadonlySet<string>;
  noise: ReadonlySet<string>;
}

/** Names that npm's grammar cannot hold are left out. */
export function catalogueOf(known: Iterable<string | KnownName>): Catalogue {
  const { noise } = nameRules();
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
    scopes: new Map(),
    heads: new Map(),
    byHead: new Map(),
    vocabulary: new Set(),
    noise: new Set(noise),
  };
  for (const entry of known) {
    const parsed = parseName(typeof entry === 'string' ? entry : entry.name);
    if (parsed && !catalogue.byName.has(parsed.name)) addTarget(catalogue, parsed);
  }
  catalogue.vocabulary = vocabularyOf(catalogue.targets);
  return catalogue;
}

/** The words left when noise and plurals are taken away, in alphabetical order; '' if none is left. */
export function coreOf(words: readonly string[], noise: ReadonlySet<string>): string {
  const left = words.filter((word) => !noise.has(word) && !/^v?\d+$/.test(word));
  return [...new Set(left.map(singularOf))].sort().join(' ');
}

export const bagOf = (words: readonly string[]): string => [...words].sort().join(' ');

export const soundKeyOf = (words: readonly string[]): string =>
  soundOf(words.map(singularOf).join(''));

/** A 32-bit set of the characters in a text. */
export function maskOf(text: string): number {
  let mask = 0;
  for (let i = 0; i < text.length; i += 1) mask |= 1 << (text.charCodeAt(i) & 31);
  return mask;
}

function addTarget(catalogue: Catalogue, parsed: ParsedName): void {
  const id = catalogue.targets.push(parsed) - 1;
  catalogue.byName.set(parsed.name, id);
  push(catalogue.byFolded, parsed.folded, id);
  push(catalogue.bySquash, parsed.squash, id);
  push(catalogue.bySkeleton, skeletonOf(parsed.folded), id);
  push(catalogue.bySound, soundKeyOf(parsed.words), id);
  if (parsed.words.length > 1) push(catalogue.byBag, bagOf(parsed.words), id);
  const core = coreOf(parsed.words, catalogue.noise);
  if (core !== '') push(catalogue.byCore, core, id);
  if (parsed.scope) increment(catalogue.scopes, parsed.scope);
  else if (parsed.tokens.length > 1) {
    increment(catalogue.heads, parsed.tokens[0] ?? '');
    push(catalogue.byHead, parsed.tokens.slice(0, 2).join('-'), id);
  }
  const bucket = catalogue.byLength.get(parsed.folded.length) ?? { ids: [], masks: [] };
  bucket.ids.push(id);
  bucket.masks.push(maskOf(parsed.folded));
  catalogue.byLength.set(parsed.folded.length, bucket);
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

function push(map: Map<string, number[]>, key: string, id: number): void {
  const list = map.get(key);
  if (list) list.push(id);
  else map.set(key, [id]);
}

function increment(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
