// Rules of point 5: observed.
import type { Rule } from '../../rule.ts';
import type { RunFact } from '../../types.ts';

export const observedRules: Rule[] = [];

/** Whether enough tools accepted a call for the point to pass. */
export function isCovered(run: RunFact): boolean {
  return run.complete && run.fuzz.tools > 0 && run.fuzz.toolsAccepted / run.fuzz.tools >= 0.8;
}
