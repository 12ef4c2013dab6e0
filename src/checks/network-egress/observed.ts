// Rules of point 4: observed.
import type { Rule } from '../../rule.ts';

export const observedRules: Rule[] = [];
