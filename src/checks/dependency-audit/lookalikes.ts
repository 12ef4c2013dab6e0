// Rules of point 2: lookalikes.
import type { Rule } from '../../rule.ts';

export const lookalikesRules: Rule[] = [];
