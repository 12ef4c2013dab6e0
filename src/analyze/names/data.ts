// The word lists and tables of the name check, as rules/ holds them.
import { ruleData, ruleText } from '../../rule-data.ts';

/** rules/names.json. */
export interface NameRules {
  /** Words that add nothing to a name: whoever appends one offers "the same package again". */
  noise: string[];
  /** The part of `noise` that hardly any honest package puts before or after a popular name. */
  strongPrefixes: string[];
  strongSuffixes: string[];
  /** Names that many honest packages continue: eslint-config-x. */
  families: string[];
  mcpWords: string[];
  /** What companies append to their brand when the bare scope is taken. */
  brandSuffixes: string[];
  spellings: [string, string][];
  homoglyphs: Record<string, string>;
  keyboard: string[];
}

export function nameRules(): NameRules {
  return ruleData('names', isNameRules);
}

/** The lines of a text file in rules/, without its comments. */
export function ruleLines(file: string): string[] {
  return ruleText(file)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function isNameRules(data: unknown): data is NameRules {
  return (
    typeof data === 'object' &&
    data !== null &&
    [
      'noise',
      'strongPrefixes',
      'strongSuffixes',
      'mcpWords',
      'families',
      'brandSuffixes',
      'spellings',
    ].every((key) => Array.isArray((data as Record<string, unknown>)[key]))
  );
}
