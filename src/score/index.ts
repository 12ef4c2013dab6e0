// Check results -> score, verified, lost; never blended.
import type { CheckResult } from '../types.ts';

export { gateOf } from './gate.ts';
export { isAtLeast, placeInTable } from './trust.ts';

export interface Score {
  /** Points won. */
  score: number;
  /** How many of the seven were answered. */
  verified: number;
  /** Points that evidence took away. */
  lost: number;
}

export function scoreOf(checks: CheckResult[]): Score {
  const answered = checks.flatMap((check) => (check.score === null ? [] : [check.score]));
  const score = answered.reduce<number>((sum, points) => sum + points, 0);
  return { score, verified: answered.length, lost: answered.length - score };
}
