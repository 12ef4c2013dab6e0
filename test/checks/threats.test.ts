// Rules about threats and readability: each with what it reports and a near benign twin.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { threatTexts } from '../../src/checks/permission-review/threat-texts.ts';
import { threatsRules } from '../../src/checks/permission-review/threats.ts';
import type { PackageAnalysis, Readability, ThreatHit } from '../../src/types.ts';
import { analysisOf, evidenceOf, known } from '../support/evidence.ts';

const REPOSITORY = { url: 'https://github.com/acme/notes' };

function findingsOf(ruleId: string, subject: Partial<PackageAnalysis>, isDependency = false) {
  const rule = threatsRules.find(({ id }) => id === ruleId);
  if (!rule) throw new Error(`no rule ${ruleId}`);
  const analysis = analysisOf(subject);
  const source = {
    subject: isDependency ? analysisOf() : analysis,
    dependencies: isDependency ? { 'node_modules/x': analysis } : {},
    reachedNodes: [''],
    unread: [],
    stated: { functions: [], expectedCapabilities: [], expectedHosts: [] },
  };
  return rule.apply(evidenceOf({ facts: { source: known(source) } })).findings;
}

const threat = (ruleId: string, more: Partial<ThreatHit> = {}): Partial<PackageAnalysis> => ({
  threats: [
    {
      ruleId,
      severity: 'critical',
      confidence: 'high',
      message: 'Something harmful.',
      file: 'a.js',
      line: 3,
      excerpt: 'x',
      reached: 'entry',
      ...more,
    },
  ],
});

test('a script that one starts by hand sets an agent up on purpose', () => {
  const written = (script: string) => {
    const manifest = { ...analysisOf().manifest, scripts: { [script]: 'node scripts/a.js' } };
    const found = threat('agent-config-write', { reached: 'none', file: 'scripts/a.js' });
    return findingsOf('agent-config-write', { ...found, manifest }).map(({ severity }) => severity);
  };
  expect(written('setup')).toEqual(['low']);
  expect(written('build')).toEqual(['moderate']);
});

describe.each(threatTexts)('$id', ({ id, caps }) => {
  test('is reported where it is reached', () => {
    const [finding] = findingsOf(id, threat(id));
    expect(finding).toMatchObject({ ruleId: id, severity: 'critical', location: 'a.js:3' });
    expect(finding?.caps).toBe(caps);
  });

  test('does not cap where nothing starts it, or where it is not certain', () => {
    const [unreached] = findingsOf(id, threat(id, { reached: 'none' }));
    expect(unreached).toMatchObject({ severity: 'moderate' });
    expect(unreached?.caps).toBeUndefined();
    expect(findingsOf(id, threat(id, { confidence: 'medium' }))[0]?.caps).toBeUndefined();
  });

  test('is not reported for another threat', () => {
    expect(findingsOf(id, threat('some-other-threat'))).toEqual([]);
  });
});

describe('threats', () => {
  test('of a dependency name its package', () => {
    const [finding] = findingsOf('reverse-shell', threat('reverse-shell'), true);
    expect(finding?.package).toMatch(/@/);
  });

  test('in a test file that nothing starts are only mentioned', () => {
    const hit = threat('reverse-shell', { reached: 'none', file: 'dist/__tests__/a.test.js' });
    expect(findingsOf('reverse-shell', hit)[0]?.severity).toBe('info');
  });

  test('all have a fixture', () => {
    const fixtures = path.resolve(import.meta.dirname, '../../fixtures/threats');
    const covered = new Set(readdirSync(fixtures).map((name) => name.split('--')[0]));
    // Needs the hosts and capabilities of the whole package: see scripts.test.ts.
    covered.add('install-script-connects');
    // Needs several files of one package: see routes.test.ts.
    covered.add('build-differs');
    covered.add('package-manager-settings');
    covered.add('package-tampering');
    // Needs nothing but an address: see places.test.ts.
    covered.add('foreign-resolver');
    const missing = threatTexts.filter(({ id }) => !covered.has(id)).map(({ id }) => id);
    expect(missing).toEqual([]);
  });
});

const reads = (
  verdict: Readability,
  more: Partial<PackageAnalysis> = {},
): Partial<PackageAnalysis> => ({
  readability: { verdict, share: 1, files: [{ file: 'a.js', verdict, reason: 'because' }] },
  ...more,
});
const withSource = { manifest: { ...analysisOf().manifest, repository: REPOSITORY } };

describe('what README or tools announce', () => {
  const ofReadme = (readme: string, severity: 'moderate' | 'high') =>
    findingsOf('autostart-write', { ...threat('autostart-write', { severity }), readme })[0]
      ?.severity;
  test('is no more than worth knowing, where nothing shows that it happens unasked', () => {
    expect(ofReadme('`install-agent` writes a LaunchAgent.', 'moderate')).toBe('low');
    expect(ofReadme('Tells the weather.', 'moderate')).toBe('moderate');
    expect(ofReadme('`install-agent` writes a LaunchAgent.', 'high')).toBe('high');
  });
});

describe('readability', () => {
  test.each([
    ['obfuscated-source', 'obfuscated', 'critical'],
    ['bytecode', 'bytecode', 'high'],
    ['native-binary', 'native', 'info'],
    ['minified-source', 'minified', 'info'],
  ] as const)('%s is reported', (ruleId, verdict, severity) => {
    expect(findingsOf(ruleId, reads(verdict, withSource))).toMatchObject([{ severity }]);
    expect(findingsOf(ruleId, reads('readable', withSource))).toEqual([]);
  });

  test('minified code without a public source weighs more', () => {
    const { repository: _, ...manifest } = analysisOf().manifest;
    expect(findingsOf('minified-source', reads('minified', { manifest }))[0]?.severity).toBe(
      'moderate',
    );
  });

  test('minified dependencies are how things are', () => {
    expect(findingsOf('minified-source', reads('minified'), true)).toEqual([]);
  });
});

describe('what lasts and is done by a tool that says it only reads', () => {
  const lasting = (line: number, ruleId = 'agent-config-write') => ({
    ...threat(ruleId, { severity: 'low' }),
    weaknesses: [
      {
        ruleId: 'annotation-contradicts-handler',
        severity: 'high' as const,
        confidence: 'high' as const,
        message: 'A tool is annotated readOnlyHint: true, and its handler writes files',
        file: 'a.js',
        line,
        excerpt: 'x',
        reached: 'entry' as const,
        flow: [],
      },
    ],
  });
  test('is critical, whatever the texts announce', () => {
    expect(findingsOf('agent-config-write', lasting(3))).toMatchObject([{ severity: 'critical' }]);
  });
  test('but neither what another line does, nor what passes', () => {
    expect(findingsOf('agent-config-write', lasting(9))).toMatchObject([{ severity: 'low' }]);
    expect(findingsOf('runtime-install', lasting(3, 'runtime-install'))).toMatchObject([
      { severity: 'low' },
    ]);
  });
});
