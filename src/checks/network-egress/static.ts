// Rules of point 4: static.
import type { Rule } from '../../rule.ts';

export const staticRules: Rule[] = [];
