// Point 1 of the checklist: its rules.
import type { Rule } from '../../rule.ts';
import { borrowedCommand } from '../commands.ts';
import { claimRules } from './claims.ts';
import { imitationRules } from './imitation.ts';
import { knownRules } from './known.ts';
import { listedRules } from './listed.ts';
import { changeKindRules } from './change-kinds.ts';
import { changeRules } from './changes.ts';
import { publisherRules } from './publisher.ts';
import { signatureRules } from './signatures.ts';
import { unreadableRules } from './unreadable.ts';

export const rules: Rule[] = [
  ...imitationRules,
  borrowedCommand,
  ...claimRules,
  ...knownRules,
  ...listedRules,
  ...signatureRules,
  ...publisherRules,
  ...changeRules,
  ...changeKindRules,
  ...unreadableRules,
];
