// A threat is told in every point that it is about, and only there.
import { describe, expect, test } from 'vitest';
import { runChecks } from '../../src/checks/index.ts';
import type { Readability, ThreatHit } from '../../src/types.ts';
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

function unreadable(verdict: Readability) {
  const files = verdict === 'readable' ? [] : [{ file: 'a.js', verdict, reason: 'because' }];
  const { repository: _, ...manifest } = analysisOf().manifest;
  return known({
    subject: analysisOf({ manifest, readability: { verdict, share: 1, files } }),
    dependencies: {},
    reachedNodes: [],
    unread: [],
    stated: { functions: [], expectedCapabilities: [], expectedHosts: [] },
  });
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
  test('code that hides from its readers counts in source verification too', () => {
    for (const ruleId of ['decoded-code-executed', 'invisible-payload', 'disguised-code']) {
      expect(findings([threat({ ruleId })])).toContain('code-hides-itself');
    }
    expect(findings([threat({})])).not.toContain('code-hides-itself');
  });
  test('files that nobody can read count in source verification too', () => {
    const verdictOf = (verdict: Readability) =>
      runChecks(evidenceOf({ facts: { source: unreadable(verdict) } }))
        .find(({ id }) => id === 'source-verification')
        ?.findings.filter(({ ruleId }) => ruleId === 'unreadable-source')
        .map(({ severity }) => severity);
    expect(verdictOf('obfuscated')).toEqual(['critical']);
    expect(verdictOf('bytecode')).toEqual(['high']);
    expect(verdictOf('minified')).toEqual(['moderate']);
    expect(verdictOf('readable')).toEqual([]);
  });
  test('programs for a processor need a source, or a way to build them', () => {
    const verdictOf = (file: string, ...more: string[]) => {
      const hit = { capability: 'native-code' as const, detail: 'native', line: 1 };
      const source = known({
        subject: analysisOf({
          capabilities: [{ ...hit, file, reached: 'none' }],
          hashes: Object.fromEntries([file, ...more].map((path) => [path, ''])),
        }),
        dependencies: {},
        reachedNodes: [],
        unread: [],
        stated: { functions: [], expectedCapabilities: [], expectedHosts: [] },
      });
      return runChecks(evidenceOf({ facts: { source } }))
        .flatMap(({ findings }) => findings)
        .filter(({ ruleId }) => ruleId === 'native-without-source')
        .map(({ severity }) => severity);
    };
    expect(verdictOf('lib/idle.node')).toEqual(['moderate']);
    expect(verdictOf('lib/linux-x64.dat')).toEqual(['high']);
    // Where Apple's bundles keep their program, and a folder that is no bundle.
    expect(verdictOf('assets/driver/Runner.app/Runner')).toEqual(['moderate']);
    expect(verdictOf('assets/driver/Runner/Runner')).toEqual(['high']);
    expect(verdictOf('lib/idle.node', 'binding.gyp', 'src/idle.cc')).toEqual([]);
  });
  test('unreached or minor threats count nowhere else', () => {
    expect(findings([threat({ reached: 'none' }), threat({ severity: 'moderate' })])).toEqual([]);
  });
});
