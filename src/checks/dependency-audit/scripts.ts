// Rules of point 2: scripts.
import type { Rule } from '../../rule.ts';

export const scriptsRules: Rule[] = [];
