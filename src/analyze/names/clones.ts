// Copies: how many of a package's files are byte for byte another's.
import { ruleData } from '../../rule-data.ts';

export interface Clone {
  of: string;
  /** Of the package's own files that say something, the part that is the other's, 0..1. */
  share: number;
  files: number;
  /** All of the other is in it, among files of its own. */
  isContained?: true;
}

/** rules/fingerprints.json: what tells the files of well-known servers. */
interface Fingerprints {
  packages: Record<string, Fingerprint>;
}
/**
 * `files` files with different content, of which `hashes` holds the lowest hashes (their first hex digits, one
 * after the other): the same part of anybody's files is what lies below the last of them.
 */
interface Fingerprint {
  files: number;
  hashes: string;
}

const HASH_DIGITS = 12;
const SKETCH_SIZE = 48;
const MIN_SHARE = 0.5;
const MIN_CONTAINED_FILES = 5;
const CONTAINED_SHARE = 0.9;
// What every second package has word for word, what changes with the name alone, and other packages' files.
const COMMON_FILES =
  /(^|\/)(licen[cs]e|copying|notice|package\.json|tsconfig[^/]*\.json|\.[^/]+)(\.\w{1,5})?$|(^|\/)node_modules\//i;

/** Null if less than half is shared and the other is not wholly in it, or there is nothing to compare. */
export function cloneOf(
  own: Record<string, string>,
  of: string,
  theirs: Record<string, string>,
): Clone | null {
  return compare(comparableHashes(own), of, comparableHashes(theirs));
}

/** Copies of the servers whose fingerprints are shipped: works offline. */
export function knownClonesOf(own: Record<string, string>): Clone[] {
  const hashes = comparableHashes(own);
  if (hashes.length === 0) return [];
  const out = Object.entries(fingerprints().packages).flatMap(([name, { files, hashes: text }]) => {
    const sketch = text.match(/.{12}/g) ?? [];
    const last = sketch.at(-1) ?? '';
    const isWhole = sketch.length >= files;
    return compare(isWhole ? hashes : hashes.filter((hash) => hash <= last), name, sketch) ?? [];
  });
  return out.sort((a, b) => b.share - a.share || (a.of < b.of ? -1 : 1));
}

export function fingerprintOf(files: Record<string, string>): Fingerprint {
  const hashes = comparableHashes(files);
  return { files: hashes.length, hashes: hashes.slice(0, SKETCH_SIZE).join('') };
}

function compare(own: string[], of: string, theirs: string[]): Clone | null {
  if (own.length === 0) return null;
  const known = new Set(theirs);
  const files = own.filter((hash) => known.has(hash)).length;
  const share = Math.round((100 * files) / own.length) / 100;
  if (share >= MIN_SHARE) return { of, share, files };
  const isContained = files >= MIN_CONTAINED_FILES && files >= CONTAINED_SHARE * known.size;
  return isContained ? { of, share, files, isContained } : null;
}

/** Of different files that say something, in order. */
function comparableHashes(own: Record<string, string>): string[] {
  const kept = Object.entries(own).filter(([file]) => !COMMON_FILES.test(file));
  return [...new Set(kept.map(([, hash]) => hash.slice(0, HASH_DIGITS)))].sort();
}

function fingerprints(): Fingerprints {
  return ruleData('fingerprints', (data): data is Fingerprints => {
    const packages = (data as Fingerprints | null)?.packages;
    if (typeof packages !== 'object') return false;
    return Object.values(packages).every(({ hashes }) => /^(?:[0-9a-f]{12})+$/.test(hashes));
  });
}
