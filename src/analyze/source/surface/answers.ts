// What tools are seen to answer, as far as the code itself writes it: a model reads it as it reads descriptions.
import type { InstructionFinding, ServerText } from '../../../types.ts';
import { findInstructions } from '../../text/index.ts';
import type { ServerSource } from '../package-context.ts';
import { textsWithin } from './alternatives.ts';
import { isScanner, lettersOf } from './loose-texts.ts';
import type { ServerModel } from './model.ts';

const MIN_CHARS = 40;
const MAX_CHARS = 8000;
const MAX_LOOKED_AT = 600;
const MAX_TEXTS = 30;

// What a handler gives back or throws.
const ANSWERS = /^result$|^(?:new )?(?:[@\w/.-]{1,80}\.)?\w{0,20}Error$/;

/** Answers that give orders, and say more than what is `known` of them; a plain answer is no text of the server's. */
export function answerTexts(
  server: ServerSource,
  model: ServerModel,
  known: readonly ServerText[],
): ServerText[] {
  if (isScanner(server)) return [];
  const found: ServerText[] = [];
  const told = known.map(({ text, location }) => ({
    letters: lettersOf(text),
    rank: rankOf(findInstructions(text, { location }).findings),
  }));
  const seen = new Set<string>();
  for (const { name, tool, args, file, node } of model.uses) {
    if (tool === '' || !ANSWERS.test(name)) continue;
    for (const text of args.flatMap((arg) => textsWithin(arg))) {
      if (text.length < MIN_CHARS || text.length > MAX_CHARS || seen.has(text)) continue;
      if (seen.size >= MAX_LOOKED_AT || found.length >= MAX_TEXTS) return found;
      seen.add(text);
      const { findings } = findInstructions(text, { location: 'tool-response' });
      if (!isOrder(findings)) continue;
      const all = lettersOf(text);
      if (told.some(({ letters, rank }) => rank >= rankOf(findings) && all.includes(letters)))
        continue;
      const line = file.lineOf(node);
      found.push({ location: 'tool-response', owner: tool, text, file: file.path, line });
    }
  }
  return found;
}

const rankOf = (findings: readonly InstructionFinding[]): number =>
  Math.max(-1, ...findings.map(({ severity }) => LEVELS.indexOf(severity)));
const LEVELS = ['info', 'low', 'moderate', 'high', 'critical'];

/** One that is beyond doubt, or two of different kinds: a single one may be a hint for the next call. */
function isOrder(findings: readonly InstructionFinding[]): boolean {
  const grave = findings.filter(({ severity }) => severity === 'high' || severity === 'critical');
  const kinds = new Set(grave.map(({ ruleId }) => ruleId));
  return (
    grave.some(({ severity }) => severity === 'critical') || kinds.size > 1 || kinds.has(OBEYED)
  );
}

const OBEYED = 'embedded-commands-obeyed';
