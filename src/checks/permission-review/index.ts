// Point 3 of the checklist: its rules.
import type { Rule } from '../../rule.ts';
import { capabilitiesRules } from './capabilities.ts';
import { privateDataRules } from './private-data.ts';
import { threatsRules } from './threats.ts';
import { toolsRules } from './tools.ts';
import { weaknessesRules } from './weaknesses.ts';

export const rules: Rule[] = [
  ...capabilitiesRules,
  ...privateDataRules,
  ...threatsRules,
  ...toolsRules,
  ...weaknessesRules,
];
