// Rules about imitation: the subject's name, brand, claims and content.
import { describe, expect, test } from 'vitest';
import { SPEAKS } from '../../src/analyze/names/compare.ts';
import { imitationRules } from '../../src/checks/source-verification/imitation.ts';
import { knownRules } from '../../src/checks/source-verification/known.ts';
import type { Finding, ImitationFact, NameMatch, NamesFact } from '../../src/types.ts';
import { evidenceOf, known, unknown } from '../support/evidence.ts';

const OFFICIAL = '@modelcontextprotocol/server-filesystem';

const denied = { repository: unknown('not looked at') };

function find(ruleId: string, names: Partial<NamesFact>, facts: object = {}): Finding[] {
  const rule = [...imitationRules, ...knownRules].find(({ id }) => id === ruleId);
  if (!rule) throw new Error(`no rule ${ruleId}`);
  const fact = known<NamesFact>({ imitations: [], known: null, securityHolding: [], ...names });
  return rule.apply(evidenceOf({ facts: { ...facts, names: fact } })).findings;
}

function imitation(part: Partial<NameMatch>, evidence = {}, clones: ImitationFact['clones'] = []) {
  const match: NameMatch = { target: OFFICIAL, kind: 'homoglyph', confidence: 'high', ...part };
  const one: ImitationFact = {
    node: '',
    name: 'weather-mcp',
    version: '1.0.0',
    verdict: { name: 'weather-mcp', verdict: 'lookalike', matches: [match] },
    evidence: [{ target: match.target, supports: [], refutes: [], ...evidence }],
    clones,
  };
  return { imitations: [one] };
}

describe('lookalike-name', () => {
  test('caps at low when nothing refutes a look-alike character', () => {
    expect(find('lookalike-name', imitation({}), denied)).toMatchObject([
      { severity: 'moderate', caps: 'low', confidence: 'high' },
    ]);
  });

  test('caps at do-not-use when the description is the same word for word', () => {
    const copied = imitation({}, { supports: [SPEAKS.sameDescription] });
    expect(find('lookalike-name', copied, denied)).toMatchObject([
      { severity: 'critical', caps: 'do-not-use' },
    ]);
  });

  test('does not take a package that moved into a scope for an imitation', () => {
    const supports = [SPEAKS.sameDescription, SPEAKS.sameRepository];
    const [finding] = find(
      'lookalike-name',
      imitation({ kind: 'scope-dropped' }, { supports }),
      denied,
    );
    expect(finding).toMatchObject({ severity: 'moderate' });
    expect(finding?.caps).toBeUndefined();
  });

  test('never caps for an affix', () => {
    const [finding] = find(
      'lookalike-name',
      imitation({ kind: 'affix', confidence: 'medium' }),
      denied,
    );
    expect(finding).toMatchObject({ severity: 'low' });
    expect(finding?.caps).toBeUndefined();
  });

  test('says nothing when both have the same publisher', () => {
    const moved = imitation({}, { refutes: [SPEAKS.samePublisher] });
    expect(find('lookalike-name', moved)).toEqual([]);
  });

  test('only mentions a name whose package is older', () => {
    const older = imitation({}, { refutes: [SPEAKS.isOlder] });
    expect(find('lookalike-name', older)).toMatchObject([{ severity: 'info' }]);
  });

  test('only mentions a name that its repository claims back', () => {
    expect(find('lookalike-name', imitation({}))).toMatchObject([{ severity: 'info' }]);
  });

  test('says nothing of a faint match', () => {
    expect(find('lookalike-name', imitation({ confidence: 'low' }))).toEqual([]);
  });
});

describe('brand-without-scope', () => {
  const brand = { target: '@acme/mcp-server', kind: 'brand', confidence: 'low' } as const;
  test('is low on its own and never caps', () => {
    const [finding] = find('brand-without-scope', imitation(brand));
    expect(finding).toMatchObject({ severity: 'low' });
    expect(finding?.caps).toBeUndefined();
  });
  test('is moderate with a copied description', () => {
    const copied = imitation(brand, { supports: [SPEAKS.sameDescription] });
    expect(find('brand-without-scope', copied)).toMatchObject([{ severity: 'moderate' }]);
  });
  test('says nothing when the repository of the brand claims the package', () => {
    const repository = { url: '', host: 'git.example', owner: 'Acme', name: 'x', exists: true };
    const facts = { repository: known({ ...repository, claimsPackage: true }) };
    expect(find('brand-without-scope', imitation(brand), facts)).toEqual([]);
  });
  test('says nothing of a package on the known-good list', () => {
    const listed = {
      ...imitation(brand),
      known: { name: 'weather-mcp', tier: 'community' },
    } as const;
    expect(find('brand-without-scope', listed)).toEqual([]);
  });
});

describe('forged-identity', () => {
  const forged = { claim: 'repository', of: OFFICIAL, excerpt: 'https://git.example/x' } as const;
  test('reports a repository that belongs to another', () => {
    expect(find('forged-identity', { forged: [forged] }, denied)).toMatchObject([
      { severity: 'moderate', location: 'package.json#/repository' },
    ]);
  });
  test('is high under a name that is one slip away from the other', () => {
    const both = { forged: [forged], ...imitation({ kind: 'edit' }) };
    expect(find('forged-identity', both, denied)).toMatchObject([{ severity: 'high' }]);
    const scoped = { forged: [forged], ...imitation({ kind: 'scope-added' }) };
    expect(find('forged-identity', scoped, denied)).toMatchObject([{ severity: 'moderate' }]);
  });
  test('says nothing when the repository claims the package back', () => {
    expect(find('forged-identity', { forged: [forged] })).toEqual([]);
  });
});

describe('copied-content', () => {
  const clone = { of: OFFICIAL, share: 1, files: 6 };
  test('caps at do-not-use when every file is the other package’s', () => {
    expect(find('copied-content', imitation({}, {}, [clone]), denied)).toMatchObject([
      { severity: 'high', caps: 'do-not-use' },
    ]);
  });
  test('does not cap a fork whose repository claims it', () => {
    const [finding] = find('copied-content', imitation({}, {}, [clone]));
    expect(finding?.severity).toBe('low');
  });
  test('says nothing of a few shared files', () => {
    const few = imitation({}, {}, [{ of: OFFICIAL, share: 0.6, files: 3 }]);
    expect(find('copied-content', few)).toEqual([]);
  });

  test('that hold all of another package among files of their own are moderate and do not cap', () => {
    const all = { of: OFFICIAL, share: 0.3, files: 6, isContained: true as const };
    const [finding] = find('copied-content', imitation({}, {}, [all]), denied);
    expect(finding).toMatchObject({ severity: 'moderate' });
    expect(finding?.caps).toBeUndefined();
  });
});

describe('what is known of exactly this package', () => {
  const node = { node: '', name: 'weather-mcp', version: '0.0.1-security' };
  test('security-holding-package caps at do-not-use', () => {
    expect(find('security-holding-package', { securityHolding: [node] })).toMatchObject([
      { severity: 'critical', caps: 'do-not-use' },
    ]);
  });
  test('security-holding-package leaves an ordinary prerelease alone', () => {
    expect(find('security-holding-package', {})).toEqual([]);
  });
  test('known-compromised-version matches on the version', () => {
    const entry = { name: 'weather-mcp', tier: 'vendor', compromisedVersions: ['1.0.0'] } as const;
    expect(
      find('known-compromised-version', { known: { ...entry, compromisedVersions: ['1.0.0'] } }),
    ).toMatchObject([{ caps: 'do-not-use' }]);
    expect(
      find('known-compromised-version', { known: { ...entry, compromisedVersions: ['0.9.0'] } }),
    ).toEqual([]);
  });
  test('archived-server caps at low', () => {
    const entry = { name: 'weather-mcp', tier: 'official' } as const;
    expect(find('archived-server', { known: { ...entry, archived: true } })).toMatchObject([
      { caps: 'low' },
    ]);
    expect(find('archived-server', { known: entry })).toEqual([]);
  });
});
