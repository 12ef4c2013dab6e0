// Rules of point 3: weaknesses.
import type { Rule } from '../../rule.ts';

export const weaknessesRules: Rule[] = [];
