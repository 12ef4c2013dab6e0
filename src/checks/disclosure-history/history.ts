// Rules of point 7: history.
import type { Rule } from '../../rule.ts';

export const historyRules: Rule[] = [];
