// Point 6 of the checklist: its rules.
import type { Rule } from '../../rule.ts';
import { releasesRules } from './releases.ts';

export const rules: Rule[] = [...releasesRules];
