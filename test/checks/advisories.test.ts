// Point 2's rules about advisories.
import { describe, expect, test } from 'vitest';
import { advisoriesRules } from '../../src/checks/dependency-audit/advisories.ts';
import type {
  AdvisoriesFact,
  Advisory,
  AdvisorySource,
  Subject,
  TreeNode,
  Vulnerability,
} from '../../src/types.ts';
import { evidenceOf, known, nodeOf, NOW, unknown } from '../support/evidence.ts';

const SOURCE: AdvisorySource = {
  id: 'database',
  kind: 'database',
  covers: ['vulnerability', 'malware'],
  answered: true,
  asOf: NOW,
};
const advisory = (extra: Partial<Advisory> = {}): Advisory => ({
  id: 'GHSA-aaaa-bbbb-cccc',
  aliases: ['CVE-2026-1'],
  kind: 'vulnerability',
  summary: 'Path traversal in dep',
  severity: 'high',
  package: 'dep',
  range: '<1.2.0',
  fixedIn: '1.2.0',
  references: [],
  from: 'database',
  isVerified: true,
  ...extra,
});
const vulnerability = (
  about: Partial<Advisory> = {},
  extra: Partial<Vulnerability> = {},
): Vulnerability => ({
  advisory: advisory(about),
  node: 'node_modules/dep',
  name: 'dep',
  installed: '1.0.0',
  path: ['weather-mcp@1.0.0', 'dep@1.0.0'],
  fixWithinRange: null,
  isReached: null,
  ...extra,
});

function apply(
  fact: Partial<AdvisoriesFact>,
  options: { node?: Partial<TreeNode>; subject?: Partial<Subject> } = {},
) {
  const root = nodeOf({ name: 'weather-mcp', id: '', kind: 'subject' });
  const evidence = evidenceOf({
    ...(options.subject ? { subject: options.subject } : {}),
    facts: {
      tree: known({
        nodes: [root, nodeOf({ name: 'dep', ...options.node })],
        from: 'resolved',
        problems: [],
      }),
      advisories: known({
        sources: [SOURCE],
        vulnerabilities: [],
        ownHistory: [],
        unmatched: [],
        ...fact,
      }),
    },
  });
  const results = advisoriesRules.map((rule) => rule.apply(evidence));
  return {
    findings: results.flatMap(({ findings }) => findings),
    gaps: results.flatMap(({ gaps }) => gaps),
  };
}
const find = (vulnerabilities: Vulnerability[], options = {}) =>
  apply({ vulnerabilities }, options).findings;
const malware = { kind: 'malware', severity: 'critical', id: 'MAL-2026-1' } as const;

test('a tree without advisories has no findings and no gaps', () => {
  expect(apply({})).toEqual({ findings: [], gaps: [] });
});

describe('vulnerable-dependency', () => {
  test('says what, where, by which way, and where it is fixed', () => {
    expect(find([vulnerability()])).toMatchObject([
      {
        ruleId: 'vulnerable-dependency',
        severity: 'high',
        message: 'dep@1.0.0 is affected by GHSA-aaaa-bbbb-cccc (fixed in 1.2.0).',
        location: 'node_modules/dep',
        package: 'dep@1.0.0',
        excerpt: 'Path traversal in dep',
        advisory: { id: 'GHSA-aaaa-bbbb-cccc', path: ['weather-mcp@1.0.0', 'dep@1.0.0'] },
      },
    ]);
  });

  test.each(['info', 'low', 'moderate', 'high', 'critical'] as const)(
    'an advisory that is %s is a finding that is, and caps nothing',
    (severity) => {
      const [finding] = find([vulnerability({ severity })]);
      expect(finding?.severity).toBe(severity);
      expect(finding?.caps).toBe(undefined);
    },
  );

  test('a fix within the declared ranges is named', () => {
    const [finding] = find([vulnerability({}, { fixWithinRange: true })]);
    expect(finding?.fix).toBe('An update to dep@1.2.0 is within the declared ranges.');
  });

  test('whether the server imports it is said where it is known', () => {
    const messageOf = (isReached: boolean | null) =>
      find([vulnerability({}, { isReached })])[0]?.message;
    expect(messageOf(true)).toContain('the server imports it');
    expect(messageOf(false)).toContain('no import of the server was seen');
    expect(messageOf(null)).not.toContain('import');
  });

  test('a development tool that nothing reaches is moderate at most; one that is reached is not', () => {
    const dev = { node: { isDev: true } };
    expect(find([vulnerability({}, { isReached: false })], dev)[0]?.severity).toBe('moderate');
    expect(find([vulnerability({}, { isReached: true })], dev)[0]?.severity).toBe('high');
    expect(find([vulnerability({}, { isReached: false })])[0]?.severity).toBe('high');
  });

  test('an id that stands in no record is moderate at most', () => {
    expect(find([vulnerability({ isVerified: false, severity: 'critical' })])[0]?.severity).toBe(
      'moderate',
    );
  });

  test('the subject’s own advisories belong to point 7', () => {
    expect(find([vulnerability({}, { node: '' })])).toEqual([]);
  });
});

describe('malicious-dependency', () => {
  test('caps at do-not-use, also where it is optional or for another platform', () => {
    for (const node of [{}, { isOptional: true }, { isOtherPlatform: true }]) {
      expect(find([vulnerability(malware)], { node })).toMatchObject([
        {
          ruleId: 'malicious-dependency',
          severity: 'critical',
          caps: 'do-not-use',
          message: 'dep@1.0.0 is malware according to MAL-2026-1.',
        },
      ]);
    }
  });

  test('a development dependency caps where an install brings it', () => {
    const node = { isDev: true };
    expect(find([vulnerability(malware)], { node })[0]?.caps).toBe(undefined);
    const locked = { node, subject: { source: 'lockfile' as const } };
    expect(find([vulnerability(malware)], locked)[0]?.caps).toBe('do-not-use');
  });

  test('a list that names no versions, and an id that stands in no record, never cap', () => {
    const vague = { ...malware, range: 'not stated', severity: 'high' } as const;
    expect(find([vulnerability(vague)])).toMatchObject([
      { severity: 'high', confidence: 'medium' },
    ]);
    expect(find([vulnerability(vague)])[0]?.caps).toBe(undefined);
    const unverified = find([vulnerability({ ...malware, isVerified: false })]);
    expect(unverified).toMatchObject([{ severity: 'moderate', confidence: 'medium' }]);
    expect(unverified[0]?.caps).toBe(undefined);
  });

  test('an entry without a number is called a list, not by our name for it', () => {
    const [finding] = find([vulnerability({ ...malware, id: 'unnumbered:some-list' })]);
    expect(finding?.message).toBe(
      'dep@1.0.0 is malware according to a list of malicious packages.',
    );
  });
});

describe('advisory-sources-unanswered', () => {
  const gapsWith = (...sources: AdvisorySource[]) =>
    apply({ sources }).gaps.map(({ reason }) => reason);
  test('silence is a gap with what each source said, never a finding', () => {
    const silent = { ...SOURCE, answered: false, reason: 'it could not be reached (ENOTFOUND)' };
    expect(apply({ sources: [silent] })).toMatchObject({
      findings: [],
      gaps: [
        {
          ruleId: 'advisory-sources-unanswered',
          reason:
            'no current vulnerability or malware source answered (database: it could not be reached (ENOTFOUND))',
        },
      ],
    });
  });

  test('a source that is too old, covers one kind, or is embedded leaves a gap', () => {
    expect(gapsWith({ ...SOURCE, asOf: '2026-11-01T00:00:00.000Z' })[0]).toContain('19 days old');
    expect(gapsWith({ ...SOURCE, covers: ['malware'] })).toHaveLength(1);
    expect(gapsWith({ ...SOURCE, kind: 'embedded' })[0]).toContain('none was asked');
    expect(
      gapsWith({ ...SOURCE, covers: ['malware'] }, { ...SOURCE, covers: ['vulnerability'] }),
    ).toEqual([]);
  });

  test('an unknown tree leaves the reason', () => {
    const evidence = evidenceOf({ facts: { advisories: unknown('the tree is not known') } });
    expect(advisoriesRules.flatMap((rule) => rule.apply(evidence).gaps)).toContainEqual({
      ruleId: 'advisory-sources-unanswered',
      reason: 'the tree is not known',
    });
  });
});
