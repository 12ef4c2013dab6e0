import { describe, expect, test } from 'vitest';
import { placeInTable, scoreOf } from '../../src/score/index.ts';
import type { CheckResult, Finding, KnownName } from '../../src/types.ts';
import {
  analysisOf,
  evidenceOf,
  known,
  unknown,
  type EvidenceChanges,
} from '../support/evidence.ts';

const finding = (part: Partial<Finding>): Finding => ({
  ruleId: 'some-rule',
  severity: 'high',
  confidence: 'high',
  message: 'something is wrong',
  location: 'x',
  fix: 'do something',
  ...part,
});
const checks = (findings: Finding[] = []): CheckResult[] => [
  { id: 'permission-review', title: '', outcome: 'pass', score: 1, reason: '', findings, gaps: [] },
];
const place = (changes: EvidenceChanges, findings: Finding[] = []) =>
  placeInTable(evidenceOf(changes), checks(findings));
const names = (entry: KnownName | null) =>
  known({ imitations: [], known: entry, securityHolding: [] });
const STRANGER = { names: names(null), popularity: unknown('not served here') };
const reading = (verdict: 'minified' | 'obfuscated' | 'native') =>
  known({
    subject: analysisOf({ readability: { verdict, share: 1, files: [] } }),
    dependencies: {},
    reachedNodes: [],
    unread: [],
    stated: { functions: [], expectedCapabilities: [], expectedHosts: [] },
  });
const SERVER = { name: '@modelcontextprotocol/server-filesystem' };

describe('the table', () => {
  test('own, resolved from where its scope is mapped, is high', () => {
    const ownership = { isOwn: true, resolvedFromMapped: true };
    expect(place({ ownership })).toMatchObject({ level: 'high', sourceClass: 'own' });
  });
  test('a reference server is official and medium', () => {
    expect(place({ subject: SERVER })).toMatchObject({ level: 'medium', sourceClass: 'official' });
  });
  test('an archived reference server is not', () => {
    const entry = { ...SERVER, tier: 'official', archived: true } as const;
    expect(place({ subject: SERVER, facts: { ...STRANGER, names: names(entry) } })).toMatchObject({
      sourceClass: 'random',
    });
  });
  test('a vendor on the list is community and says whose', () => {
    const entry = { name: 'weather-mcp', tier: 'vendor', publisher: 'Stripe' } as const;
    const trust = place({ facts: { names: names(entry) } });
    expect(trust).toMatchObject({ level: 'medium', sourceClass: 'community' });
    expect(trust.reason).toContain('Stripe');
  });
  test('popular, old enough and claimed back is community', () => {
    expect(place({ facts: { names: names(null) } })).toMatchObject({ sourceClass: 'community' });
  });
  test('popularity alone does not lift: the repository must claim it', () => {
    const repository = unknown('unreachable');
    expect(place({ facts: { names: names(null), repository } })).toMatchObject({
      level: 'low',
      sourceClass: 'random',
    });
  });
  test('unknown popularity is random, not closed and not capped', () => {
    const trust = place({ facts: STRANGER });
    expect(trust).toMatchObject({ level: 'low', sourceClass: 'random' });
    expect(trust.cappedBy).toBeUndefined();
  });
  test('obfuscated source is closed', () => {
    expect(place({ facts: { source: reading('obfuscated') } })).toMatchObject({
      level: 'do-not-use',
      sourceClass: 'closed',
    });
  });
  test('minified with a claimed repository keeps its class', () => {
    expect(place({ facts: { source: reading('minified') } })).toMatchObject({
      sourceClass: 'community',
    });
  });
  test('a binary whose claimed source could not be checked is held at low', () => {
    const repository = unknown('unreachable');
    expect(place({ facts: { source: reading('native'), repository } })).toMatchObject({
      level: 'low',
      sourceClass: 'community',
      cappedBy: ['native-binary'],
    });
  });
});

describe('caps', () => {
  test('a finding that caps holds the level down and is named', () => {
    expect(place({}, [finding({ caps: 'low' })])).toMatchObject({
      level: 'low',
      sourceClass: 'community',
      cappedBy: ['some-rule'],
    });
  });
  test('severity alone caps nothing', () => {
    expect(place({}, [finding({ severity: 'critical' })]).level).toBe('medium');
  });
  test('a suppressed finding does not cap', () => {
    const suppressed = { reason: 'read', expires: '2027-01-01' };
    expect(place({}, [finding({ caps: 'low', suppressed })]).level).toBe('medium');
  });
  test('a cap fires also where the row is no higher', () => {
    expect(place({ facts: STRANGER }, [finding({ caps: 'low' })]).cappedBy).toEqual(['some-rule']);
  });
});

test('score, verified and lost are three numbers', () => {
  const of = (score: 1 | 0.5 | 0 | null) => ({ ...checks()[0], score }) as CheckResult;
  expect(scoreOf([of(1), of(0.5), of(0), of(null)])).toEqual({
    score: 1.5,
    verified: 3,
    lost: 1.5,
  });
});
