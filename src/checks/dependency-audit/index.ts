// Point 2 of the checklist: its rules.
import type { Rule } from '../../rule.ts';
import { dangerousScript, fetchedProgram, harmfulDependency } from '../derived.ts';
import { advisoriesRules } from './advisories.ts';
import { aliasRules } from './aliases.ts';
import { commandRules } from '../commands.ts';
import { lookalikesRules } from './lookalikes.ts';
import { movingRules } from './moving.ts';
import { pinningRules } from './pinning.ts';
import { scriptsRules } from './scripts.ts';

export const rules: Rule[] = [
  ...advisoriesRules,
  ...lookalikesRules,
  ...pinningRules,
  ...movingRules,
  ...aliasRules,
  ...scriptsRules,
  ...commandRules,
  dangerousScript,
  harmfulDependency,
  fetchedProgram,
];
