// Signals of the "slip of the finger" family: edit distance, look-alike characters, sound and spelling.
import type { Confidence, LookalikeKind } from '../../types.ts';
import { idsOf, soundKeyOf, type Catalogue } from './catalogue.ts';
import { editDistance, firstDifference, headOf, maskOf, slipOf, tailOf } from './distance.ts';
import { singularOf, skeletonOf, usualSpelling, type ParsedName } from './parse.ts';

const CROWDED = 40;

/** A possible target; `weight` (0..1) orders matches of equal confidence. */
export interface Candidate {
  id: number;
  kind: LookalikeKind;
  confidence: Confidence;
  weight: number;
}

export function editCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  const out: Candidate[] = [];
  const limit = name.folded.length >= 8 ? 2 : 1;
  for (const id of withinReach(name.folded, limit, catalogue)) {
    const target = catalogue.targets[id];
    if (!target || (name.scope !== '' && name.scope === target.scope)) continue;
    const distance = editDistance(name.folded, target.folded, limit);
    if (distance === 0 || distance > limit) continue;
    const confidence = editConfidence(name, target, distance, catalogue);
    if (confidence) {
      const kind = distance === 1 && isGlyphSwap(name.folded, target.folded) ? 'homoglyph' : 'edit';
      out.push({ id, kind, confidence, weight: 1 / distance - 1 / target.folded.length });
    }
  }
  return out;
}

export function glyphCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  const ids = idsOf(catalogue, 'bySkeleton', skeletonOf(name.folded));
  return others(ids, name, catalogue).map((id) => {
    const target = catalogue.targets[id] as ParsedName;
    const isPlain =
      onlyDigitsDiffer(name.folded, target.folded) ||
      name.folded.length < 4 ||
      meansOtherWord(name, target, catalogue);
    const confidence = isPlain ? 'low' : name.folded.length < 6 ? 'medium' : 'high';
    return { id, kind: 'homoglyph', confidence, weight: 1 };
  });
}

export function spellingCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  if (name.folded.length < 5) return [];
  const ids = idsOf(catalogue, 'bySound', soundKeyOf(name.words));
  return others(ids, name, catalogue).map((id) => {
    const target = catalogue.targets[id] as ParsedName;
    const isPlain =
      name.folded.length < 7 ||
      name.scope !== '' ||
      name.words.every((word) => isWord(word, catalogue)) ||
      meansOtherWord(name, target, catalogue);
    const isOrtho = usualSpelling(name.folded) === usualSpelling(target.folded);
    const confidence = isOrtho || !isPlain ? 'medium' : 'low';
    return { id, kind: 'spelling', confidence, weight: 0.8 };
  });
}

/** Without those that are written the same but for delimiters, and those of the same owner. */
function others(ids: readonly number[], name: ParsedName, catalogue: Catalogue): number[] {
  return ids.filter((id) => {
    const target = catalogue.targets[id];
    return isOther(name, target) && target?.folded !== name.folded;
  });
}

export function isOther(name: ParsedName, target: ParsedName | undefined): boolean {
  return target !== undefined && (name.scope === '' || name.scope !== target.scope);
}

/**
 * Ids whose name has nearly this length, nearly these characters, and the same beginning or the same
 * end: one slip in six letters leaves one of the two whole.
 */
export function withinReach(
  text: string,
  limit: number,
  catalogue: Catalogue,
  lengths = catalogue.byLength,
): number[] {
  const mask = maskOf(text);
  const [head, tail] = [headOf(text), tailOf(text)];
  const isShort = text.length < 6;
  const out: number[] = [];
  for (let length = text.length - limit; length <= text.length + limit; length += 1) {
    const bucket = lengths.get(length);
    if (!bucket) continue;
    for (let i = 0; i < bucket.ids.length; i += 1) {
      if (!isShort && bucket.heads[i] !== head && bucket.tails[i] !== tail) continue;
      if (bitCount(mask ^ (bucket.masks[i] ?? 0)) <= 2 * limit) out.push(bucket.ids[i] ?? 0);
    }
  }
  return out;
}

function editConfidence(
  name: ParsedName,
  target: ParsedName,
  distance: number,
  catalogue: Catalogue,
): Confidence | null {
  const length = Math.min(name.folded.length, target.folded.length);
  if (length < 3) return null;
  if (onlyDigitsDiffer(name.folded, target.folded)) return length >= 5 ? 'low' : null;
  if (meansOtherWord(name, target, catalogue)) return distance === 1 ? 'low' : null;
  if ((name.scope === '') !== (target.scope === '')) return distance === 1 ? 'low' : null;
  if (distance === 2 && isCrowdedHead(name, catalogue)) return length >= 9 ? 'low' : null;
  if (distance === 2) return isLongSlip(name, target) ? 'medium' : length >= 9 ? 'low' : null;
  if (length === 3 || isOwnVariant(name, target, catalogue)) return 'low';
  // isError for is-error would be a delimiter; is it also a letter off, it is another name.
  if (name.words.length !== target.words.length && length < 8) return 'low';
  const slip = slipOf(name.folded, target.folded);
  const isTyped = slip === 'swap' || slip === 'repeat' || slip === 'omit';
  if (length <= 5 && !isTyped && slip !== 'keyboard') return 'low';
  // Another first letter makes a rhyme more often than a slip: wouter, mockjs.
  const isRhyme = slip === 'replace' && firstDifference(name.folded, target.folded) === 0;
  if (isRhyme && length <= 7) return 'low';
  return length >= 6 && isTyped ? 'high' : 'medium';
}

/** Two slips in one long word are no coincidence. */
function isLongSlip(name: ParsedName, target: ParsedName): boolean {
  if (Math.min(name.folded.length, target.folded.length) < 10) return false;
  const theirs = new Set(target.words);
  const own = name.words.filter((word) => !theirs.has(word));
  if (name.words.length === 1 && target.words.length > 1) {
    return (
      headOf(name.folded) === headOf(target.folded) && tailOf(name.folded) === tailOf(target.folded)
    );
  }
  if (name.words.length !== target.words.length) return false;
  return own.length === 1 && (own[0]?.length ?? 0) >= 8;
}

/** One-step differences by which honest packages tell themselves apart from an older one. */
function isOwnVariant(name: ParsedName, target: ParsedName, catalogue: Catalogue): boolean {
  const [a, b] = [name.folded, target.folded];
  const isLonger = a.length > b.length;
  const [long, short] = isLonger ? [a, b] : [b, a];
  if (long.length > short.length) {
    const at = firstDifference(long, short);
    const extra = long[at] ?? '';
    // A letter in front (preact, gaxios), a number (xmlbuilder2), a letter as a word (base-x).
    if (at === 0 && extra !== long[1] && (isLonger || short.length < 6)) return true;
    if (/\d/.test(extra)) return true;
    if ((isLonger ? name : target).words.includes(extra)) return true;
    // Singular and plural of a common word.
    if (
      long === `${short}s` &&
      !short.endsWith('s') &&
      isWord((isLonger ? target : name).words.at(-1) ?? '', catalogue)
    ) {
      return true;
    }
  }
  return isFamilyMember(name, target, catalogue);
}

/** In a crowded family (eslint-plugin-*, react-*), short last words are near each other by chance. */
function isFamilyMember(name: ParsedName, target: ParsedName, catalogue: Catalogue): boolean {
  const [head, otherHead] = [name.words[0] ?? '', target.words[0] ?? ''];
  if (head !== otherHead || name.words.length < 2) return false;
  const tail = Math.min(name.words.at(-1)?.length ?? 0, target.words.at(-1)?.length ?? 0);
  return tail < 6 && isCrowdedHead(name, catalogue);
}

function isCrowdedHead(name: ParsedName, catalogue: Catalogue): boolean {
  return (catalogue.heads.get(name.words[0] ?? '') ?? 0) >= CROWDED;
}

/** Whether every word in which the names differ is a word in its own right: rgb-regex and rgba-regex. */
export function meansOtherWord(
  name: ParsedName,
  target: ParsedName,
  catalogue: Catalogue,
): boolean {
  const theirs = new Set(target.words.map(singularOf));
  const own = name.words.filter((word) => !theirs.has(singularOf(word)));
  if (own.length === 0) return false;
  return own.every((word) => isWord(word, catalogue) || /^\d+$/.test(word));
}

export function isWord(word: string, catalogue: Catalogue): boolean {
  return catalogue.vocabulary.has(word) || catalogue.vocabulary.has(singularOf(word));
}

/** i for l, or l for i: the one pair of letters that many typefaces draw alike. */
function isGlyphSwap(a: string, b: string): boolean {
  const at = firstDifference(a, b);
  return a.length === b.length && 'il'.includes(a[at] ?? '-') && 'il'.includes(b[at] ?? '-');
}

function onlyDigitsDiffer(a: string, b: string): boolean {
  return a.replace(/\d+/g, '#') === b.replace(/\d+/g, '#');
}

function bitCount(value: number): number {
  let v = value - ((value >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
