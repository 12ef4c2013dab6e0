// Rules of point 2: pinning.
import type { Rule } from '../../rule.ts';

export const pinningRules: Rule[] = [];
