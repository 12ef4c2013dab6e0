import { describe, expect, test } from 'vitest';
import { gateOf } from '../../src/score/index.ts';
import type { Gate, Report } from '../../src/types.ts';

const reportOf = (part: object): Report =>
  ({
    subject: { name: 'weather-mcp', version: '1.0.0' },
    trust: { level: 'medium', sourceClass: 'community', reason: '', howToLeave: '' },
    score: 5,
    verified: 6,
    lost: 1,
    checks: [{ findings: [{ severity: 'moderate' }, { severity: 'critical', suppressed: {} }] }],
    sources: { malware: { known: true } },
    ...part,
  }) as never;
const gate = (wanted: Gate, part: object = {}, more: object = {}) =>
  gateOf({
    gate: wanted,
    reports: [reportOf(part)],
    notVetted: [],
    findings: [],
    accepted: new Set(),
    isSandboxWanted: false,
    ...more,
  });
const LOW = { level: 'low', sourceClass: 'random', reason: '', howToLeave: '' };

describe('without a gate', () => {
  test('low alone passes', () => expect(gate({}, { trust: LOW }).passed).toBe(true));
  test('do-not-use fails', () =>
    expect(gate({}, { trust: { ...LOW, level: 'do-not-use' } }).passed).toBe(false));
  test('a cap fails, also where the level was no higher', () =>
    expect(gate({}, { trust: { ...LOW, cappedBy: ['lookalike-name'] } }).passed).toBe(false));
  test('an unanswered malware source does not matter', () =>
    expect(gate({}, { sources: { malware: { known: false } } }).passed).toBe(true));
  test('unsupported servers of a configuration do not matter', () => {
    const notVetted = [{ target: 'x', kind: 'unsupported', code: 'docker', reason: '' }];
    expect(gate({}, {}, { notVetted }).passed).toBe(true);
  });
});

describe('with a gate', () => {
  test.each([
    [{ minTrust: 'medium' }, {}, true],
    [{ minTrust: 'high' }, {}, false],
    [{ failOn: 'high' }, {}, true],
    [{ failOn: 'moderate' }, {}, false],
    [{ maxLost: 1 }, {}, true],
    [{ maxLost: 0.5 }, {}, false],
    [{ minScore: 5 }, {}, true],
    [{ minScore: 5.5 }, {}, false],
    [{ minVerified: 6 }, {}, true],
    [{ minVerified: 7 }, {}, false],
    [{ minTrust: 'low' }, { trust: { ...LOW, cappedBy: ['x'] } }, true],
  ] as [Gate, object, boolean][])('%j over %j passes: %s', (wanted, part, passed) => {
    expect(gate(wanted, part).passed).toBe(passed);
  });

  test('an unanswered malware source fails it, unless --allow-unverified', () => {
    const sources = { malware: { known: false, reason: 'offline' } };
    expect(gate({ minTrust: 'low' }, { sources }).failed).toMatchObject([
      { gate: 'malware-source' },
    ]);
    expect(gate({ minTrust: 'low', allowUnverified: true }, { sources }).passed).toBe(true);
  });

  test('a sandbox that was asked for and did not finish fails it', () => {
    expect(gate({ minTrust: 'low' }, {}, { isSandboxWanted: true }).passed).toBe(false);
    const run = { complete: true };
    expect(gate({ minTrust: 'low' }, { run }, { isSandboxWanted: true }).passed).toBe(true);
  });

  test('an unsupported server counts as below, unless accepted by name', () => {
    const notVetted = [{ target: 'x', kind: 'unsupported', code: 'docker', reason: '' }];
    expect(gate({ minTrust: 'low' }, {}, { notVetted }).passed).toBe(false);
    const accepted = new Set(['x']);
    expect(gate({ minTrust: 'low' }, {}, { notVetted, accepted }).passed).toBe(true);
  });
});
