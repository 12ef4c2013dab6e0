// Every threat has a fixture that it reports and a benign twin that it must not report.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { vetFixture } from './vet-fixture.ts';

const ROOT =
  process.env['THREAT_FIXTURES'] ??
  path.resolve(import.meta.dirname, '../../../../fixtures/threats');
// Twins of rules that are moderate anyway: here even that would be an alarm.
const QUIET = /--(?:mode|enum|browser|answered|setupbin|listed)$/;
const GRAVE = new Set(['high', 'critical']);

describe.each(readdirSync(ROOT).sort())('%s', (name) => {
  const ruleId = name.split('--')[0] ?? '';
  const dir = path.join(ROOT, name);

  // Some folders hold only a lawful neighbour of several rules.
  if (ruleId !== 'benign')
    test('is reported', () => {
      const { threats, verdicts } = vetFixture(dir, 'bad');
      if (ruleId === 'obfuscated-source') expect(verdicts).toContain('obfuscated');
      else
        expect(
          threats.filter(({ severity }) => severity !== 'low').map((threat) => threat.ruleId),
        ).toContain(ruleId);
    });

  test('is not reported on its benign twin', () => {
    const { threats, verdicts } = vetFixture(dir, 'benign');
    expect(
      threats
        .filter(
          ({ severity }) => GRAVE.has(severity) || (QUIET.test(name) && severity === 'moderate'),
        )
        .map((threat) => `${threat.severity} ${threat.ruleId}:${threat.line}`),
    ).toEqual([]);
    expect(verdicts).not.toContain('obfuscated');
  });
});
