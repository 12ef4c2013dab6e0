// npm's ranges as OSV events: the same versions inside and outside as semver says.
import semver from 'semver';
import { describe, expect, test } from 'vitest';
import {
  eventsOfRange,
  isAffected,
  recordsOfBulk,
  type AdvisoryRecord,
} from '../../../src/analyze/advisories/index.ts';

const row = (range: unknown) => ({
  id: 7,
  url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
  title: 'A weakness',
  severity: 'high',
  vulnerable_versions: range,
});
const read = (range: unknown): AdvisoryRecord | undefined =>
  recordsOfBulk({ dep: [row(range)] }, new Set(['dep']))?.records[0];

const RANGES = [
  '<1.2.0',
  '<=1.2.0',
  '>1.0.0',
  '>=1.0.0 <1.2.0',
  '>1.0.0 <=1.2.0',
  '=1.0.0',
  '1.0.0 || 1.2.0',
  '>=1.0.0 <1.1.0 || >=1.2.0 <2.0.0',
  '*',
  '>=0',
  '',
  '1.x',
  '^1.1.0',
  '~1.1.0',
  '<1.2.0-rc.2',
  '>=1.2.0-beta.2 <1.2.0',
  '1.0.0 - 1.2.0',
];
const VERSIONS = [
  '0.0.0-0',
  '0.0.1',
  '0.9.9',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.1',
  '1.1.0',
  '1.1.9',
  '1.2.0-alpha',
].concat([
  '1.2.0-beta.2',
  '1.2.0-beta.10',
  '1.2.0-rc.1',
  '1.2.0-rc.2',
  '1.2.0',
  '1.2.1',
  '2.0.0-0',
  '2.0.0',
  '3.1.4',
]);

describe('eventsOfRange', () => {
  test.each(RANGES)('%j', (range) => {
    const record = read(range);
    for (const version of VERSIONS) {
      const theirs = semver.satisfies(version, range, { includePrerelease: true, loose: true });
      expect(record && isAffected(record, version), version).toBe(theirs);
    }
  });

  test.each(['not a range', '>>1', 'x'.repeat(5_000), null, 12, ['<1.0.0']])(
    '%j is none',
    (range) => {
      expect(eventsOfRange(range)).toBe(null);
    },
  );
});

describe('recordsOfBulk', () => {
  test('an advisory without a GHSA address keeps npm’s number', () => {
    const bare = { ...row('*'), url: 'javascript:alert(1)' };
    const records = recordsOfBulk({ dep: [bare] }, new Set(['dep']))?.records;
    expect(records).toMatchObject([{ id: 'npm:7', references: [] }]);
  });

  test.each([[[]], ['text'], [null], [{ dep: {} }], [{ dep: 'x' }]])(
    '%j has an unknown shape',
    (answer) => {
      expect(recordsOfBulk(answer, new Set(['dep']))).toBe(null);
    },
  );

  test('unreadable rows are counted', () => {
    const rows = [null, 1, {}, row('>>'), row('<1.0.0')];
    expect(recordsOfBulk({ dep: rows }, new Set(['dep']))).toMatchObject({
      malformed: 4,
      records: [{}],
    });
  });
});
