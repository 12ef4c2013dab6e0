// Every threat has a fixture that it reports and a benign twin that it must not report.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { vetFixture } from './vet-fixture.ts';

const ROOT =
  process.env['THREAT_FIXTURES'] ??
  path.resolve(import.meta.dirname, '../../../../fixtures/threats');
// Twins of rules that are moderate anyway: here even that would be an alarm.
const QUIET = /--(?:mode|enum|browser|answered|setupbin|listed|leftovers)$/;
const CASES = path.resolve(import.meta.dirname, '../../../../fixtures/cases');
/** Labelled cases that are the fixture of a rule as well. */
const SHARED: [ruleId: string, dir: string][] = [
  ['agent-permission-bypass', 'first/agent-launch'],
  ['conversation-exfiltration', 'second/b2-copy'],
  ['credential-exfiltration', 'first/tg-exfil'],
  ['destructive-wipe', 'first/cache-clean'],
  ['download-and-execute', 'first/self-update'],
  ['environment-exfiltration', 'first/issue-triage'],
  ['fetched-code-executed', 'second/b2-timer'],
  ['git-hook-write', 'first/commit-helper'],
];
const GRAVE = new Set(['high', 'critical']);

const OWN = readdirSync(ROOT)
  .sort()
  .map((name): [string, string] => [name.split('--')[0] ?? '', path.join(ROOT, name)]);
const BORROWED = SHARED.map(([ruleId, dir]): [string, string] => [ruleId, path.join(CASES, dir)]);

describe.each([...OWN, ...BORROWED])('%s in %s', (ruleId, dir) => {
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
          ({ severity }) =>
            GRAVE.has(severity) || (QUIET.test(path.basename(dir)) && severity === 'moderate'),
        )
        .map((threat) => `${threat.severity} ${threat.ruleId}:${threat.line}`),
    ).toEqual([]);
    expect(verdicts).not.toContain('obfuscated');
  });
});
