// A threat is told in every point that it is about, and only there.
import { describe, expect, test } from 'vitest';
import { runChecks } from '../../src/checks/index.ts';
import type { ThreatHit } from '../../src/types.ts';
import { analysisOf, evidenceOf, known } from '../support/evidence.ts';

const threat = (part: Partial<ThreatHit>): ThreatHit => ({
  ruleId: 'environment-exfiltration',
  severity: 'critical',
  confidence: 'high',
  message: 'the whole environment is sent to a foreign host',
  file: 'index.js',
  line: 3,
  excerpt: 'fetch(...)',
  reached: 'entry',
  ...part,
});
function findings(own: ThreatHit[], dependency: ThreatHit[] = []) {
  const source = known({
    subject: analysisOf({ threats: own }),
    dependencies: { 'node_modules/dep': analysisOf({ name: 'dep', threats: dependency }) },
    reachedNodes: ['node_modules/dep'],
    unread: [],
    stated: { functions: [], expectedCapabilities: [], expectedHosts: [] },
  });
  return runChecks(evidenceOf({ facts: { source } }))
    .flatMap((check) => check.findings.map((finding) => finding.ruleId))
    .filter((id) => id !== 'environment-exfiltration');
}

describe('derived findings', () => {
  test('exfiltration counts in network egress too', () => {
    expect(findings([threat({})])).toContain('code-sends-secrets');
  });
  test('a lifecycle threat counts in the dependency audit too', () => {
    expect(findings([threat({ reached: 'lifecycle' })])).toContain('harmful-install-script');
  });
  test('a dependency’s threat counts in the dependency audit, the server’s own does not', () => {
    expect(findings([], [threat({})])).toContain('harmful-dependency');
    expect(findings([threat({})])).not.toContain('harmful-dependency');
  });
  test('tool definitions from elsewhere count in response fuzzing too', () => {
    expect(findings([threat({ ruleId: 'remote-tool-definition', severity: 'high' })])).toContain(
      'changing-tool-definitions',
    );
  });
  test('unreached or minor threats count nowhere else', () => {
    expect(findings([threat({ reached: 'none' }), threat({ severity: 'moderate' })])).toEqual([]);
  });
});
