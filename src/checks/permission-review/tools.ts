// Rules of point 3: tools.
import type { Rule } from '../../rule.ts';

export const toolsRules: Rule[] = [];
