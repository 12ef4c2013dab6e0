// Rules of point 1: imitation.
import type { Rule } from '../../rule.ts';

export const imitationRules: Rule[] = [];
