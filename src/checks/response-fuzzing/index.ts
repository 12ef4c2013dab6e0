// Point 5 of the checklist: its rules.
import type { Rule } from '../../rule.ts';
import { changingDefinitions } from '../derived.ts';
import { textsRules } from './texts.ts';
import { surfaceRules } from './surface.ts';
import { observedRules } from './observed.ts';

export const rules: Rule[] = [
  ...textsRules,
  ...surfaceRules,
  ...observedRules,
  changingDefinitions,
];
