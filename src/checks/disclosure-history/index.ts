// Point 7 of the checklist: its rules.
import type { Rule } from '../../rule.ts';
import { historyRules } from './history.ts';

export const rules: Rule[] = [...historyRules];
