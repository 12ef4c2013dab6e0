// Rules of point 5: texts.
import type { Rule } from '../../rule.ts';

export const textsRules: Rule[] = [];
