// Every rule of rules/instructions*.json finds its own examples and leaves its near neighbours alone.
import { describe, expect, test } from 'vitest';
import { findInstructions } from '../../src/analyze/text/index.ts';
import { ORDERS } from '../../src/analyze/text/lexicon.ts';
import { RULES } from '../../src/analyze/text/phrases.ts';

const ALL = [...RULES, ...ORDERS];

const reported = (
  text: string,
  location: NonNullable<(typeof ALL)[number]['loc']>,
  id: string,
  floor?: string,
) =>
  findInstructions(text, { location }).findings.some(
    ({ ruleId, severity }) => ruleId === id && severity !== 'info' && severity !== floor,
  );
const cases = (key: 'matches' | 'ignores') =>
  ALL.flatMap((rule) => rule[key].map((text) => ({ id: rule.id, text, loc: rule.loc })));

describe('rules/instructions.json and rules/instructions-lexicon.json', () => {
  test.each(cases('matches'))('$id reports "$text"', ({ id, text, loc }) => {
    expect(reported(text, loc ?? 'tool-description', id)).toBe(true);
  });

  test.each(cases('ignores'))('$id leaves alone "$text"', ({ id, text, loc }) => {
    expect(reported(text, loc ?? 'tool-description', id, 'low')).toBe(false);
  });

  test('every rule has an example and a benign twin', () => {
    for (const { id, matches, ignores } of ALL) {
      expect(matches, id).not.toHaveLength(0);
      expect(ignores, id).not.toHaveLength(0);
    }
  });
});
