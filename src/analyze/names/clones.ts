// Copies: how many of a package's files are byte for byte another's.
import { ruleData } from '../../rule-data.ts';

export interface Clone {
  of: string;
  /** Of the package's own files that say something, the part that is the other's, 0..1. */
  share: number;
  files: number;
}

/** rules/fingerprints.json: hashes (first 16 hex digits) of the files of well-known servers. */
interface Fingerprints {
  packages: Record<string, string[]>;
}

const HASH_DIGITS = 16;
const MIN_SHARE = 0.5;
// What every second package has word for word, or what changes with the name alone.
const COMMON_FILES =
  /(^|\/)(licen[cs]e|copying|notice|package\.json|tsconfig[^/]*\.json|\.[^/]+)(\.\w{1,5})?$/i;

/** Null if less than half is shared, or there is nothing to compare. */
export function cloneOf(
  own: Record<string, string>,
  of: string,
  theirs: Iterable<string>,
): Clone | null {
  const hashes = comparableHashes(own);
  if (hashes.length === 0) return null;
  const known = new Set([...theirs].map((hash) => hash.slice(0, HASH_DIGITS)));
  const files = hashes.filter((hash) => known.has(hash)).length;
  const share = Math.round((100 * files) / hashes.length) / 100;
  return share >= MIN_SHARE ? { of, share, files } : null;
}

/** Copies of the servers whose fingerprints are shipped: works offline. */
export function knownClonesOf(own: Record<string, string>): Clone[] {
  const out: Clone[] = [];
  for (const [name, hashes] of Object.entries(fingerprints().packages)) {
    const clone = cloneOf(own, name, hashes);
    if (clone) out.push(clone);
  }
  return out.sort((a, b) => b.share - a.share || (a.of < b.of ? -1 : 1));
}

export function comparableHashes(own: Record<string, string>): string[] {
  const kept = Object.entries(own).filter(([file]) => !COMMON_FILES.test(file));
  return [...new Set(kept.map(([, hash]) => hash.slice(0, HASH_DIGITS)))];
}

function fingerprints(): Fingerprints {
  return ruleData('fingerprints', (data): data is Fingerprints => {
    const packages = (data as Fingerprints | null)?.packages;
    return typeof packages === 'object' && Object.values(packages).every(Array.isArray);
  });
}
