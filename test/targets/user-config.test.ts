import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/targets/user-config.ts';
import { expiredFindings, policyFor } from '../../src/vet/policy.ts';
import { evidenceOf } from '../support/evidence.ts';

const RULES = ['lookalike-name', 'install-script', 'vulnerable-dependency'];
const parse = (raw: unknown) => parseConfig(raw, '/home/somebody/mcp-vet.config.json', RULES);
const schema = JSON.parse(
  readFileSync(new URL('../../rules/config.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);

const WHOLE = {
  own: ['@acme', './tools'],
  knownGood: ['known.json'],
  registries: { '@acme': 'https://registry.example/' },
  thresholds: { minTrust: 'medium', maxLost: 1, minReleaseAgeDays: 3 },
  ignore: [
    { rule: 'install-script', package: 'dep@1.0.0', reason: 'read it', expires: '2027-01-01' },
  ],
  rules: { 'lookalike-name': 'off', 'install-script': 'info' },
  accept: ['docker-server'],
};

describe('the configuration', () => {
  test('a whole one is read, and its schema agrees', () => {
    const config = parse(WHOLE);
    expect(config).toMatchObject({
      own: ['@acme', '/home/somebody/tools'],
      knownGood: ['/home/somebody/known.json'],
      gate: { minTrust: 'medium', maxLost: 1 },
      minReleaseAgeDays: 3,
      rulesOff: ['lookalike-name'],
      severity: { 'install-script': 'info' },
      accept: ['docker-server'],
    });
    expect(validate(WHOLE)).toBe(true);
  });

  test.each([
    [{ onw: [] }, 'Did you mean own?'],
    [{ thresholds: { minTurst: 'low' } }, 'Did you mean minTrust?'],
    [{ rules: { 'lookalike-names': 'off' } }, 'Did you mean lookalike-name?'],
    [{ ignore: [{ ...WHOLE.ignore[0], reasons: 'x' }] }, 'Did you mean reason?'],
  ])('an unknown key in %j is an error with a suggestion', (raw, hint) => {
    expect(() => parse(raw)).toThrow(expect.objectContaining({ code: 'config' }));
    try {
      parse(raw);
    } catch (error) {
      expect((error as { hint: string }).hint).toContain(hint);
    }
  });

  test.each([
    [{ ignore: [{ rule: 'install-script', package: 'dep@1.0.0', reason: 'x' }] }],
    [{ ignore: [{ ...WHOLE.ignore[0], package: 'node_modules/dep' }] }],
    [{ ignore: [{ ...WHOLE.ignore[0], expires: 'some day' }] }],
    [{ thresholds: { minTrust: 'gold' } }],
    [{ thresholds: { maxLost: 'two' } }],
    [{ registries: { acme: 'https://registry.example/' } }],
    [[]],
  ])('%j is an error', (raw) => {
    expect(() => parse(raw)).toThrow(expect.objectContaining({ code: 'config' }));
  });
});

describe('suppressions', () => {
  const config = parse(WHOLE);
  const finding = (name: string) =>
    ({ ruleId: 'install-script', package: name, severity: 'low' }) as never;
  const { subject } = evidenceOf();

  test('one applies to its package and version only', () => {
    const { suppress } = policyFor(config, subject, '2026-11-20T00:00:00Z');
    expect(suppress(finding('dep@1.0.0'))).toEqual({ reason: 'read it', expires: '2027-01-01' });
    expect(suppress(finding('dep@1.0.1'))).toBeUndefined();
  });

  test('an expired one no longer counts and is a finding of its own', () => {
    const { suppress } = policyFor(config, subject, '2027-02-01T00:00:00Z');
    expect(suppress(finding('dep@1.0.0'))).toBeUndefined();
    expect(expiredFindings(config, '2027-02-01T00:00:00Z')).toMatchObject([
      { ruleId: 'expired-suppression' },
    ]);
    expect(expiredFindings(config, '2026-11-20T00:00:00Z')).toEqual([]);
  });
});
