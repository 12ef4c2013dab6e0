// Severity of an advisory: CVSS vectors are calculated, words mapped to npm's scale.
import cvssCalculator from 'ae-cvss-calculator';
import type { Severity } from '../../types.ts';

const MAX_VECTOR = 300;
const WORDS: ReadonlyMap<string, Severity> = new Map([
  ['none', 'info'],
  ['info', 'info'],
  ['informational', 'info'],
  ['low', 'low'],
  ['moderate', 'moderate'],
  ['medium', 'moderate'],
  ['important', 'high'],
  ['high', 'high'],
  ['critical', 'critical'],
]);

/** npm's word for a severity word in any case; undefined if it is none. */
export function severityOfWord(word: unknown): Severity | undefined {
  return typeof word === 'string' ? WORDS.get(word.slice(0, 20).toLowerCase()) : undefined;
}

/** FIRST's qualitative rating of a base score (0..10) in npm's words. */
export function severityOfScore(score: number): Severity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'moderate';
  return score > 0 ? 'low' : 'info';
}

/** Base score (0..10) of a CVSS 2, 3 or 4 vector; undefined if it is incomplete or no vector. */
export function scoreOfVector(vector: unknown): number | undefined {
  if (typeof vector !== 'string' || vector.length > MAX_VECTOR) return undefined;
  try {
    const parsed = cvssCalculator.fromVector(vector);
    if (!parsed?.isBaseFullyDefined()) return undefined;
    const { base } = parsed.calculateScores() as { base?: number };
    return typeof base === 'number' && base >= 0 && base <= 10 ? base : undefined;
  } catch {
    // The library throws on components it does not know: such a vector rates nothing.
    return undefined;
  }
}

/** The highest base score among OSV `severity` entries (`{ type, score }`). */
export function highestScore(...lists: unknown[]): number | undefined {
  let highest: number | undefined;
  for (const list of lists) {
    for (const entry of Array.isArray(list) ? list.slice(0, 20) : []) {
      const vector: unknown = (entry as { score?: unknown } | null)?.score;
      const score = scoreOfVector(vector);
      if (score !== undefined && score > (highest ?? -1)) highest = score;
    }
  }
  return highest;
}
