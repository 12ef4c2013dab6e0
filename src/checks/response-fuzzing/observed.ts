// Rules of point 5: observed.
import type { Rule } from '../../rule.ts';

export const observedRules: Rule[] = [];
