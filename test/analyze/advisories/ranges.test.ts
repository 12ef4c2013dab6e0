// OSV's evaluation: events, limits, listed versions, prereleases.
import { describe, expect, test } from 'vitest';
import {
  describeRange,
  fixedVersion,
  isAffected,
  recordsOf,
  type AdvisoryRecord,
} from '../../../src/analyze/advisories/index.ts';

type Event = Record<string, string>;
function record(events: Event[][], versions: string[] = [], extra: object = {}): AdvisoryRecord {
  const [first] =
    recordsOf({
      id: 'GHSA-aaaa-bbbb-cccc',
      affected: [
        {
          package: { ecosystem: 'npm', name: 'some-package' },
          ranges: events.map((list) => ({ type: 'SEMVER', events: list })),
          versions,
          ...extra,
        },
      ],
    }) ?? [];
  if (!first) throw new Error('no record');
  return first;
}

describe('isAffected', () => {
  test.each<[string, Event[][], string[], string[]]>([
    [
      'fixed is exclusive',
      [[{ introduced: '1.0.0' }, { fixed: '1.2.0' }]],
      ['1.0.0', '1.1.9'],
      ['0.9.9', '1.2.0', '2.0.0'],
    ],
    [
      'last_affected is inclusive',
      [[{ introduced: '0' }, { last_affected: '1.2.0' }]],
      ['0.0.1', '1.2.0'],
      ['1.2.1'],
    ],
    ['zero stands before every version', [[{ introduced: '0' }]], ['0.0.0-alpha', '99.0.0'], []],
    [
      'events may come in any order',
      [[{ fixed: '1.2.0' }, { introduced: '1.0.0' }]],
      ['1.1.0'],
      ['1.2.0', '0.9.0'],
    ],
    [
      'a range may open twice',
      [[{ introduced: '1.0.0' }, { fixed: '1.0.5' }, { introduced: '2.0.0' }, { fixed: '2.0.5' }]],
      ['1.0.4', '2.0.0'],
      ['1.0.5', '1.9.0', '2.0.5'],
    ],
    [
      'any of several ranges',
      [[{ introduced: '1.0.0' }, { fixed: '1.1.0' }], [{ introduced: '3.0.0' }]],
      ['1.0.0', '3.1.0'],
      ['2.0.0'],
    ],
    ['a limit ends every range', [[{ introduced: '0' }, { limit: '2.0.0' }]], ['1.9.9'], ['2.0.0']],
    ['a limit of * is none', [[{ introduced: '0' }, { limit: '*' }]], ['9.0.0'], []],
    [
      'a prerelease of the fix is not fixed',
      [[{ introduced: '0' }, { fixed: '1.16.0' }]],
      ['1.16.0-beta.1'],
      ['1.16.0'],
    ],
    [
      'a prerelease of the introduction is not affected',
      [[{ introduced: '2.0.0' }]],
      ['2.0.0'],
      ['2.0.0-rc.1'],
    ],
    [
      'prereleases stand in npm order',
      [[{ introduced: '1.0.0-beta.2' }, { fixed: '1.0.0-beta.11' }]],
      ['1.0.0-beta.10'],
      ['1.0.0-beta.11'],
    ],
    [
      'build metadata does not matter',
      [[{ introduced: '1.0.0' }, { last_affected: '1.0.0' }]],
      ['1.0.0+build.5'],
      ['1.0.1+build.5'],
    ],
    [
      'short versions are padded',
      [[{ introduced: '1' }, { fixed: '1.2' }]],
      ['1.0.0', '1.1.9'],
      ['1.2.0'],
    ],
  ])('%s', (_, events, inside, outside) => {
    for (const version of inside) expect(isAffected(record(events), version), version).toBe(true);
    for (const version of outside) expect(isAffected(record(events), version), version).toBe(false);
  });

  test('listed versions match exactly, and besides the ranges', () => {
    const both = record([[{ introduced: '2.0.0' }]], ['1.0.16', '1.0.17']);
    expect(['1.0.16', '1.0.17', '2.5.0'].every((v) => isAffected(both, v))).toBe(true);
    expect(['1.0.15', '1.0.18', '1.0.1'].some((v) => isAffected(both, v))).toBe(false);
  });

  test('ECOSYSTEM ranges are read as SEMVER ones, GIT ranges not at all', () => {
    const [read] =
      recordsOf({
        id: 'GHSA-aaaa-bbbb-cccc',
        affected: [
          {
            package: { ecosystem: 'npm', name: 'x' },
            ranges: [
              { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '0.7.1' }] },
              { type: 'GIT', repo: 'https://git.example/x', events: [{ introduced: '0' }] },
            ],
          },
        ],
      }) ?? [];
    expect(read && isAffected(read, '0.7.0')).toBe(true);
    expect(read && isAffected(read, '0.7.1')).toBe(false);
  });

  test('the upper bound that GitHub keeps apart is honoured, and only where there is no other', () => {
    const known = { database_specific: { last_known_affected_version_range: '<= 1.0.3' } };
    const open = record([[{ introduced: '0' }]], [], known);
    expect([isAffected(open, '1.0.3'), isAffected(open, '1.0.4')]).toEqual([true, false]);
    const closed = record([[{ introduced: '0' }, { fixed: '2.0.0' }]], [], known);
    expect(isAffected(closed, '1.5.0')).toBe(true);
    const below = { database_specific: { last_known_affected_version_range: '< 1.0.3' } };
    expect(isAffected(record([[{ introduced: '0' }]], [], below), '1.0.3')).toBe(false);
  });

  test('an exclusive lower bound leaves out the version it names', () => {
    const after = record([[{ introduced: '1.0.0' }]], [], { exclusive_lower_bound: true });
    expect([isAffected(after, '1.0.0'), isAffected(after, '1.0.1')]).toEqual([false, true]);
  });

  test('what is no version matches nothing', () => {
    expect(isAffected(record([[{ introduced: '0' }]]), 'latest')).toBe(false);
  });
});

describe('fixedVersion and describeRange', () => {
  const twice = record([
    [{ introduced: '1.0.0' }, { fixed: '1.0.5' }, { introduced: '2.0.0' }, { fixed: '2.0.5' }],
  ]);
  test('the fix is the next one above the installed version', () => {
    expect(fixedVersion(twice, '1.0.1')).toBe('1.0.5');
    expect(fixedVersion(twice, '2.0.1')).toBe('2.0.5');
    expect(fixedVersion(twice)).toBe('2.0.5');
  });
  test('a fix that another range covers again is none', () => {
    const again = record([
      [{ introduced: '0' }, { fixed: '1.0.5' }],
      [{ introduced: '1.0.0' }, { fixed: '1.0.9' }],
    ]);
    expect(fixedVersion(again, '1.0.1')).toBe('1.0.9');
  });
  test('a bound that is only known as affected names no fix', () => {
    expect(fixedVersion(record([[{ introduced: '0' }, { last_affected: '1.0.0' }]]), '1.0.0')).toBe(
      undefined,
    );
  });
  test.each<[Event[][], string[], string]>([
    [[[{ introduced: '0' }]], [], '*'],
    [[[{ introduced: '0' }, { fixed: '1.2.0' }]], [], '<1.2.0'],
    [[[{ introduced: '0.0.5' }, { fixed: '0.1.16' }]], [], '>=0.0.5 <0.1.16'],
    [[[{ introduced: '0' }, { last_affected: '2.0.0' }]], [], '<=2.0.0'],
    [[], ['1.0.16', '1.0.17'], '1.0.16, 1.0.17'],
  ])('%j %j is written %s', (events, versions, text) => {
    expect(describeRange(record(events, versions))).toBe(text);
  });
});
