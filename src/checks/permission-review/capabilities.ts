// Rules of point 3: capabilities.
import type { Rule } from '../../rule.ts';

export const capabilitiesRules: Rule[] = [];
