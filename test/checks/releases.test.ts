// Point 6: each rule with an example that it reports and a near neighbour that it must not.
import { describe, expect, test } from 'vitest';
import { releasesRules } from '../../src/checks/update-cadence/releases.ts';
import type { Change, Facts } from '../../src/types.ts';
import {
  analysisOf,
  evidenceOf,
  known,
  unknown,
  type EvidenceChanges,
} from '../support/evidence.ts';

function find(id: string, changes: EvidenceChanges) {
  const rule = releasesRules.find((one) => one.id === id);
  if (!rule) throw new Error(`no rule ${id}`);
  return rule.apply(evidenceOf(changes));
}
const severities = (id: string, changes: EvidenceChanges) =>
  find(id, changes).findings.map((finding) => finding.severity);
const releases = (dates: Record<string, string>, unpublished: string[] = []) => ({
  releases: known({
    releases: Object.entries(dates).map(([version, day]) => ({
      version,
      publishedAt: `${day}T00:00:00.000Z`,
    })),
    createdAt: '2020-01-01T00:00:00.000Z',
    unpublished,
  }),
});
const change = (...changes: Partial<Change>[]) => ({
  change: known<Facts['change']>({
    from: '0.9.9',
    to: '1.0.0',
    changes: changes.map((one) => ({
      kind: 'dependency-added',
      what: 'left-pad',
      severity: 'info',
      confidence: 'high',
      ...one,
    })),
  }),
});
const source = (changelog: string | undefined) => {
  const { changelog: _, ...rest } = analysisOf();
  const subject = changelog === undefined ? rest : { ...rest, changelog };
  const stated = { functions: [], expectedCapabilities: [], expectedHosts: [] };
  return {
    source: known({ subject, dependencies: {}, reachedNodes: [], unread: [], stated }),
  };
};
const packument = (versions: string[], latest: string) => ({
  packument: known<Facts['packument']>({
    registry: 'https://registry.example/',
    isStripped: true,
    stripped: [],
    distTags: { latest },
    versions: versions.map((version) => ({
      version,
      hasInstallScript: false,
      dependencies: {},
      scripts: {},
    })),
    servesDeprecations: true,
  }),
});

describe('abandoned', () => {
  test.each([
    ['2026-06-01', []],
    ['2025-10-01', ['low']],
    ['2024-01-01', ['moderate']],
  ])('with a last release of %s: %j', (day, expected) => {
    expect(severities('abandoned', { facts: releases({ '1.0.0': day }) })).toEqual(expected);
  });

  test('is a gap, and nothing else, where the registry has no reliable times', () => {
    const result = find('abandoned', { facts: { releases: unknown('no times here') } });
    expect(result).toEqual({
      findings: [],
      gaps: [{ ruleId: 'abandoned', reason: 'no times here' }],
    });
  });
});

describe('fresh-release', () => {
  const dates = { '0.9.9': '2026-10-01', '1.0.0': '2026-11-18' };

  test('is information, and names the newest version past the cooldown', () => {
    const [finding] = find('fresh-release', { facts: releases(dates) }).findings;
    expect(finding).toMatchObject({
      severity: 'info',
      message: 'weather-mcp@1.0.0 is 2 days old; newest version past the cooldown of 7 days: 0.9.9',
    });
  });

  test.each([
    ['a new install script', { kind: 'install-script-added', what: 'postinstall' }, 'moderate'],
    ['another publisher', { kind: 'publisher-changed', what: 'mallory' }, 'moderate'],
    ['a dependency that is itself new', { ageDays: 1 }, 'moderate'],
    ['a dependency that is years old', { ageDays: 2_000 }, 'info'],
  ] as const)('with %s', (_name, one, expected) => {
    const facts = { ...releases(dates), ...change(one) };
    expect(severities('fresh-release', { facts })).toEqual([expected]);
  });

  test('says nothing of a version that is a week old', () => {
    expect(severities('fresh-release', { facts: releases({ '1.0.0': '2026-11-13' }) })).toEqual([]);
  });
});

describe('dormant-then-released', () => {
  test('is louder with another publisher', () => {
    const dates = releases({ '0.9.9': '2024-01-01', '1.0.0': '2026-11-01' });
    expect(severities('dormant-then-released', { facts: dates })).toEqual(['info']);
    const facts = { ...dates, ...change({ kind: 'publisher-changed', what: 'mallory' }) };
    expect(severities('dormant-then-released', { facts })).toEqual(['moderate']);
  });

  test('says nothing of a release after half a year', () => {
    const facts = releases({ '0.9.9': '2026-05-01', '1.0.0': '2026-11-01' });
    expect(severities('dormant-then-released', { facts })).toEqual([]);
  });
});

describe('versions', () => {
  test.each([
    [['1.0.0', '99.0.0'], '99.0.0', ['low']],
    [['1.0.0', '2.0.0'], '2.0.0', []],
    // A change to calendar versions.
    [['0.6.2', '2025.1.14'], '2025.1.14', []],
  ])('version-jump of %j', (versions, version, expected) => {
    const facts = packument(versions, version);
    expect(severities('version-jump', { subject: { version }, facts })).toEqual(expected);
  });

  test.each([
    [['1.0.0', '1.1.0'], '1.0.0', {}, ['low']],
    [['1.0.0', '1.1.0'], '1.1.0', {}, []],
    [['1.0.0', '2.0.0-beta.1'], '1.0.0', {}, []],
    // An old line that is mended later than the new one.
    [['1.0.9', '2.0.0'], '1.0.9', { '2.0.0': '2026-01-01', '1.0.9': '2026-02-01' }, []],
  ])('dist-tag-backwards of %j with latest %s', (versions, latest, dates, expected) => {
    const facts = {
      ...packument(versions, latest),
      ...(Object.keys(dates).length > 0 ? releases(dates) : { releases: unknown('no times') }),
    };
    expect(severities('dist-tag-backwards', { facts })).toEqual(expected);
  });
});

describe('changelog', () => {
  test.each([
    [undefined, ['info'], []],
    ['# 0.9.0\nFirst.', [], ['info']],
    ['# 11.0.0\n# 1.0.01', [], ['info']],
    ['## [1.0.0] - 2026-08-20', [], []],
    ['Released v1.0.0.', [], []],
  ])('%j', (text, missing, unmentioned) => {
    expect(severities('no-changelog', { facts: source(text) })).toEqual(missing);
    expect(severities('changelog-misses-version', { facts: source(text) })).toEqual(unmentioned);
  });
});
