// Rules of point 3: threats.
import type { Rule } from '../../rule.ts';

export const threatsRules: Rule[] = [];
