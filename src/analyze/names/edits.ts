// Signals of the "slip of the finger" family: edit distance, look-alike characters, sound and spelling.
import type { Confidence, LookalikeKind } from '../../types.ts';
import { maskOf, soundKeyOf, type Catalogue } from './catalogue.ts';
import { editDistance, slipOf } from './distance.ts';
import { singularOf, skeletonOf, type ParsedName } from './parse.ts';

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
      out.push({ id, kind: 'edit', confidence, weight: 1 / distance - 1 / target.folded.length });
    }
  }
  return out;
}

export function glyphCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  const ids = catalogue.bySkeleton.get(skeletonOf(name.folded)) ?? [];
  return ids
    .filter((id) => isOther(name, catalogue.targets[id]))
    .filter((id) => catalogue.targets[id]?.folded !== name.folded)
    .map((id) => {
      const target = catalogue.targets[id]?.folded ?? '';
      const isNumber = onlyDigitsDiffer(name.folded, target);
      const isLong = name.folded.length >= 4;
      return {
        id,
        kind: 'homoglyph',
        confidence: isNumber ? 'low' : isLong ? 'high' : 'medium',
        weight: 1,
      };
    });
}

export function spellingCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  if (name.folded.length < 5) return [];
  const ids = catalogue.bySound.get(soundKeyOf(name.words)) ?? [];
  return ids
    .filter((id) => isOther(name, catalogue.targets[id]))
    .filter((id) => catalogue.targets[id]?.folded !== name.folded)
    .map((id) => {
      const isShort = name.folded.length < 7;
      return { id, kind: 'spelling', confidence: isShort ? 'low' : 'medium', weight: 0.8 };
    });
}

export function isOther(name: ParsedName, target: ParsedName | undefined): boolean {
  return target !== undefined && (name.scope === '' || name.scope !== target.scope);
}

/** Ids whose name has nearly this length and nearly these characters. */
export function withinReach(text: string, limit: number, catalogue: Catalogue): number[] {
  const mask = maskOf(text);
  const out: number[] = [];
  for (let length = text.length - limit; length <= text.length + limit; length += 1) {
    const bucket = catalogue.byLength.get(length);
    if (!bucket) continue;
    for (let i = 0; i < bucket.ids.length; i += 1) {
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
  if (distance === 2) return length >= 9 ? 'low' : null;
  if (length === 3) return 'low';
  const slip = slipOf(name.folded, target.folded);
  if (length >= 6 && (slip === 'swap' || slip === 'repeat' || slip === 'omit')) return 'high';
  return 'medium';
}

/** Whether every word in which the names differ is a word in its own right: rgb-regex and rgba-regex. */
function meansOtherWord(name: ParsedName, target: ParsedName, catalogue: Catalogue): boolean {
  const theirs = new Set(target.words.map(singularOf));
  const own = name.words.filter((word) => !theirs.has(singularOf(word)));
  if (own.length === 0) return false;
  return own.every((word) => catalogue.vocabulary.has(word) || /^\d+$/.test(word));
}

function onlyDigitsDiffer(a: string, b: string): boolean {
  return a.replace(/\d+/g, '#') === b.replace(/\d+/g, '#');
}

function bitCount(value: number): number {
  let v = value - ((value >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
