// Point 7's rules: what is on record about the package itself.
import { describe, expect, test } from 'vitest';
import { historyRules } from '../../src/checks/disclosure-history/history.ts';
import type { AdvisoriesFact, Advisory, Facts, Subject, Vulnerability } from '../../src/types.ts';
import {
  analysisOf,
  evidenceOf,
  known,
  unknown,
  type EvidenceChanges,
} from '../support/evidence.ts';

const advisory = (extra: Partial<Advisory> = {}): Advisory => ({
  id: 'GHSA-aaaa-bbbb-cccc',
  aliases: [],
  kind: 'vulnerability',
  summary: 'Command injection',
  severity: 'critical',
  package: 'weather-mcp',
  range: '<1.0.1',
  fixedIn: '1.0.1',
  published: '2026-09-01T00:00:00Z',
  references: [],
  from: 'database',
  isVerified: true,
  ...extra,
});
const own = (extra: Partial<Advisory> = {}): Vulnerability => ({
  advisory: advisory(extra),
  node: '',
  name: 'weather-mcp',
  installed: '1.0.0',
  path: ['weather-mcp@1.0.0'],
  fixWithinRange: null,
  isReached: true,
});
const malware = { id: 'MAL-2026-1', kind: 'malware', range: '*' } as const;

function apply(
  advisories: Partial<AdvisoriesFact>,
  facts: EvidenceChanges['facts'] = {},
  subject: Partial<Subject> = {},
) {
  const evidence = evidenceOf({
    subject,
    facts: {
      advisories: known({
        sources: [],
        vulnerabilities: [],
        ownHistory: [],
        unmatched: [],
        ...advisories,
      }),
      ...facts,
    },
  });
  const results = historyRules.map((rule) => rule.apply(evidence));
  return {
    findings: results.flatMap(({ findings }) => findings),
    gaps: results.flatMap(({ gaps }) => gaps),
  };
}
const valueOf = <K extends keyof Facts>(name: K): Facts[K] => {
  const fact = evidenceOf().facts[name];
  if (!fact.known) throw new Error(fact.reason);
  return fact.value;
};

test('a package with nothing on record has no findings and no gaps', () => {
  expect(apply({})).toEqual({ findings: [], gaps: [] });
});

describe('unfixed-advisory', () => {
  test.each([
    ['critical', 'low'],
    ['high', 'low'],
    ['moderate', undefined],
    ['low', undefined],
  ] as const)('one that is %s caps at %s', (severity, caps) => {
    const { findings } = apply({ vulnerabilities: [own({ severity })] });
    expect(findings).toMatchObject([
      {
        ruleId: 'unfixed-advisory',
        severity,
        message: 'weather-mcp@1.0.0 is affected by GHSA-aaaa-bbbb-cccc (fixed in 1.0.1).',
        fix: 'Use weather-mcp@1.0.1 or later.',
      },
    ]);
    expect(findings[0]?.caps).toBe(caps);
  });

  test('says so where no fix is known', () => {
    const { fixedIn: _, ...unfixed } = advisory();
    const messageOf = (range: string) =>
      apply({ vulnerabilities: [{ ...own(), advisory: { ...unfixed, range } }] }).findings[0]
        ?.message;
    expect(messageOf('*')).toContain('(every version; no fix is known)');
    expect(messageOf('<=1.4.0')).toContain('(affected: <=1.4.0)');
  });

  test('an id that stands in no record, and a folder that says its own name, do not cap', () => {
    const unverified = apply({ vulnerabilities: [own({ isVerified: false })] }).findings[0];
    expect([unverified?.severity, unverified?.caps]).toEqual(['moderate', undefined]);
    const folder = apply({ vulnerabilities: [own()] }, {}, { source: 'folder' }).findings[0];
    expect([folder?.severity, folder?.caps]).toEqual(['critical', undefined]);
  });

  test('an advisory of a dependency is not the package’s own', () => {
    const dependency = { ...own(), node: 'node_modules/dep', name: 'dep' };
    expect(apply({ vulnerabilities: [dependency] }).findings).toEqual([]);
  });
});

describe('malware-record', () => {
  test('caps at do-not-use', () => {
    expect(apply({ vulnerabilities: [own(malware)] }).findings).toMatchObject([
      {
        ruleId: 'malware-record',
        severity: 'critical',
        caps: 'do-not-use',
        message: 'weather-mcp@1.0.0 is malware according to MAL-2026-1.',
      },
    ]);
  });

  test('an unverified id and a list without versions do not', () => {
    const vague = { ...malware, range: 'not stated', severity: 'high' } as const;
    for (const extra of [vague, { ...malware, isVerified: false }]) {
      const [finding] = apply({ vulnerabilities: [own(extra)] }).findings;
      expect([finding?.confidence, finding?.caps]).toEqual(['medium', undefined]);
    }
  });

  test('a release that the known-good list calls compromised is one; its neighbour is not', () => {
    const names = (version: string) =>
      known({
        ...valueOf('names'),
        known: { name: 'weather-mcp', tier: 'vendor' as const, compromisedVersions: [version] },
      });
    expect(apply({}, { names: names('1.0.0') }).findings).toMatchObject([
      { ruleId: 'malware-record', caps: 'do-not-use' },
    ]);
    expect(apply({}, { names: names('1.0.2') }).findings).toEqual([]);
  });
});

describe('history', () => {
  test('handled advisories are told, with how fast, and are no fault', () => {
    const releases = known({
      ...valueOf('releases'),
      releases: [{ version: '0.9.5', publishedAt: '2026-09-04T00:00:00.000Z' }],
    });
    const past = advisory({ range: '<0.9.5', fixedIn: '0.9.5' });
    expect(apply({ ownHistory: [past] }, { releases }).findings).toMatchObject([
      {
        ruleId: 'past-advisories',
        severity: 'info',
        message:
          '1 past advisories of weather-mcp do not apply to 1.0.0: GHSA-aaaa-bbbb-cccc; the slowest fix came 3 days after publication.',
      },
    ]);
    const early = known({
      ...valueOf('releases'),
      releases: [{ version: '0.9.5', publishedAt: '2026-08-30T00:00:00.000Z' }],
    });
    expect(apply({ ownHistory: [past] }, { releases: early }).findings[0]?.message).toContain(
      'each was fixed before it was published',
    );
  });

  test('an advisory that applies is not told twice', () => {
    const { findings } = apply({ vulnerabilities: [own()], ownHistory: [advisory()] });
    expect(findings.map(({ ruleId }) => ruleId)).toEqual(['unfixed-advisory']);
  });

  test('malicious releases other than this one are told without a cap', () => {
    const other = advisory({ ...malware, range: '0.9.1, 0.9.2', severity: 'critical' });
    const { findings } = apply({ ownHistory: [other] });
    expect(findings).toMatchObject([{ ruleId: 'compromised-release-history', severity: 'info' }]);
    expect(findings[0]?.caps).toBe(undefined);
  });

  test('versions that were taken back are told', () => {
    const releases = known({ ...valueOf('releases'), unpublished: ['0.1.0', '0.1.1'] });
    expect(apply({}, { releases }).findings).toMatchObject([
      {
        ruleId: 'unpublished-versions',
        severity: 'info',
        message: '2 versions of weather-mcp were unpublished: 0.1.0, 0.1.1.',
      },
    ]);
  });
});

describe('deprecated', () => {
  const packument = (deprecated: string | undefined, servesDeprecations: boolean) => {
    const value = valueOf('packument');
    const versions = value.versions.map((version) => ({
      ...version,
      ...(deprecated === undefined ? {} : { deprecated }),
    }));
    return { packument: known({ ...value, versions, servesDeprecations }) };
  };
  test('caps at low, with the message escaped', () => {
    expect(apply({}, packument('use \u001b[31mother-mcp', false)).findings).toMatchObject([
      { ruleId: 'deprecated', caps: 'low', excerpt: 'use \\u{1b}[31mother-mcp' },
    ]);
  });
  test('a registry that strips the field leaves a gap; one that serves it does not', () => {
    expect(apply({}, packument(undefined, false))).toMatchObject({
      findings: [],
      gaps: [{ ruleId: 'deprecated' }],
    });
    expect(apply({}, packument(undefined, true))).toEqual({ findings: [], gaps: [] });
  });
});

describe('no-security-policy', () => {
  const facts = (inTarball: boolean, inRepository: boolean | undefined) => {
    const { securityPolicy: _, ...bare } = analysisOf();
    const { hasSecurityPolicy: __, ...repository } = valueOf('repository');
    return {
      source: known({ ...valueOf('source'), subject: inTarball ? analysisOf() : bare }),
      repository: known({
        ...repository,
        ...(inRepository === undefined ? {} : { hasSecurityPolicy: inRepository }),
      }),
    };
  };
  test.each([
    [false, false, 1],
    [true, false, 0],
    [false, true, 0],
    [false, undefined, 0],
  ])('in the tarball: %s, in the repository: %s', (inTarball, inRepository, count) => {
    expect(apply({}, facts(inTarball, inRepository)).findings).toHaveLength(count);
  });
  test('nothing is asked where the repository could not be read', () => {
    expect(apply({}, { repository: unknown('not reachable') })).toEqual({ findings: [], gaps: [] });
  });
});
