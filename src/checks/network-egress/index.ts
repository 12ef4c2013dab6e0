// Point 4 of the checklist: its rules.
import type { Rule } from '../../rule.ts';
import { sendingCode } from '../derived.ts';
import { staticRules } from './static.ts';
import { observedRules } from './observed.ts';
import { weaknessRules } from './weaknesses.ts';

export const rules: Rule[] = [...staticRules, ...observedRules, ...weaknessRules, sendingCode];
