// Severity: vectors are calculated, words are mapped, malware is critical.
import { describe, expect, test } from 'vitest';
import {
  advisorySettings,
  recordsOf,
  scoreOfVector,
  severityOfScore,
} from '../../../src/analyze/advisories/index.ts';

const affected = [
  {
    package: { ecosystem: 'npm', name: 'x' },
    ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }] }],
  },
];
const read = (row: object) => recordsOf({ id: 'GHSA-aaaa-bbbb-cccc', affected, ...row })?.[0];

describe('CVSS', () => {
  test.each([
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H', 9.6, 'critical'],
    ['CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H', 7.5, 'high'],
    ['CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N', 4.3, 'moderate'],
    ['CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N', 1.6, 'low'],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', 9.4, 'critical'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0, 'info'],
  ])('%s is %d, %s', (vector, score, severity) => {
    expect(scoreOfVector(vector)).toBe(score);
    expect(severityOfScore(score)).toBe(severity);
  });

  test.each(['', 'HIGH', 'CVSS:3.1/AV:N', 'CVSS:9.9/AV:N/AC:L', 'x'.repeat(10_000), null, 9.6, {}])(
    '%j is no vector',
    (text) => expect(scoreOfVector(text)).toBe(undefined),
  );

  test('the highest of several vectors counts', () => {
    const severity = [
      { type: 'CVSS_V4', score: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N' },
      { type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H' },
    ];
    expect(read({ severity })).toMatchObject({ severity: 'critical', cvss: 9.6 });
  });
});

describe('words', () => {
  test.each([
    ['LOW', 'low'],
    ['MODERATE', 'moderate'],
    ['MEDIUM', 'moderate'],
    ['HIGH', 'high'],
    ['CRITICAL', 'critical'],
  ])('%s is %s on npm’s scale', (word, severity) => {
    expect(read({ database_specific: { severity: word } })?.severity).toBe(severity);
    expect(read({ severity: word.toLowerCase() })?.severity).toBe(severity);
  });
  test('what says nothing is moderate', () => {
    expect(read({})?.severity).toBe('moderate');
  });
});

describe('malware', () => {
  test.each([
    { id: 'MAL-2025-1' },
    { summary: 'Malicious Package in x' },
    { summary: 'x@1.0.0 contains malware after npm account takeover', severity: 'high' },
    { database_specific: { cwe_ids: ['CWE-506'], severity: 'HIGH' } },
  ])('%j is critical', (row) => {
    expect(read(row)).toMatchObject({ kind: 'malware', severity: 'critical' });
  });

  test.each([
    { id: 'LWA-2026-1', database_specific: { leitwacht: { category: 'research_poc' } } },
    { id: 'LWA-2026-1', database_specific: { leitwacht: { category: 'pua' } } },
    { summary: 'x is indirectly exposed via malicious debug@4.4.2 dependency' },
    { database_specific: { cwe_ids: ['CWE-507'] } },
  ])('%j is none', (row) => {
    expect(read(row)?.kind).toBe('vulnerability');
  });

  test.each(advisorySettings().malwareSummaries)(
    'the words of $id match their examples only',
    ({ pattern, matches, ignores }) => {
      for (const text of matches) expect(text).toMatch(new RegExp(pattern, 'i'));
      for (const text of ignores) expect(text).not.toMatch(new RegExp(pattern, 'i'));
    },
  );
});
