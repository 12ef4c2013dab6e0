// Rules of point 2: advisories.
import type { Rule } from '../../rule.ts';

export const advisoriesRules: Rule[] = [];
