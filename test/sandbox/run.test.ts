// Whole runs of our own fixtures, in plain processes: what is reported, and what is not.
import { describe, expect, test } from 'vitest';
import { runPhases } from '../../src/sandbox/phases.ts';
import type { RunFact } from '../../src/types.ts';
import { inputFor, plainIsolation, QUICK, QUICK_FUZZ } from './plain.ts';

async function run(fixture: string, more: Parameters<typeof inputFor>[1] = {}): Promise<RunFact> {
  const fact = await runPhases(plainIsolation(), inputFor(fixture, more), {
    seed: 7,
    seedText: '7',
    timing: QUICK,
    fuzzLimits: QUICK_FUZZ,
  });
  if (!fact.known) throw new Error(fact.reason);
  return fact.value;
}
const rulesOf = (fact: RunFact): string[] =>
  [
    ...new Set(
      fact.observations.filter(({ severity }) => severity !== 'info').map(({ ruleId }) => ruleId),
    ),
  ].sort();

describe.concurrent('a run', () => {
  test.each([
    ['good'],
    ['echo'],
    ['crash-twin'],
    ['hang-twin'],
    ['long-line-twin'],
    ['flood-twin'],
    ['deep-twin'],
    ['rug-pull-twin'],
    ['two-faced-twin'],
    ['injected-twin'],
    ['leak-env-twin'],
    ['shell-twin'],
    ['modern'],
    ['fragile'],
    ['quiet'],
    ['noise'],
  ])(
    'of the benign %s finds no fault and is complete',
    async (fixture) => {
      const fact = await run(fixture);
      const found = fact.observations.filter(({ severity }) => severity !== 'info');
      expect(found).toEqual([]);
      expect(fact.reason).toBeUndefined();
      expect(fact.complete).toBe(true);
      expect(fact.fuzz.toolsAccepted).toBe(fact.fuzz.tools);
      expect(fact.fuzz.tools).toBeGreaterThan(0);
    },
    30_000,
  );

  test('of schemas made to hurt the reader ends in time, and is no fault by itself', async () => {
    const fact = await run('regex-schema');
    expect(rulesOf(fact)).toEqual([]);
    expect(fact.fuzz.calls).toBeGreaterThan(20);
  }, 30_000);

  test.each([
    ['crash', 'crashes-on-input'],
    ['hang', 'hangs-on-input'],
    ['long-line', 'response-flood'],
    ['flood', 'response-flood'],
    ['deep', 'response-flood'],
    ['rug-pull', 'tool-definitions-changed'],
    ['two-faced', 'tool-definitions-changed'],
    ['injected', 'injected-response'],
  ])(
    'of %s reports %s',
    async (fixture, ruleId) => {
      expect(rulesOf(await run(fixture))).toContain(ruleId);
    },
    30_000,
  );
});
