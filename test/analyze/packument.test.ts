// Whether a registry's release times can be believed.
import { describe, expect, test } from 'vitest';
import { toPackumentFact, toReleasesFact } from '../../src/analyze/packument.ts';

const packument = (times: Record<string, string>, created?: string) => ({
  versions: Object.fromEntries(Object.keys(times).map((version) => [version, {}])),
  time: { ...times, ...(created === undefined ? {} : { created }) },
});
const reasonOf = (raw: Record<string, unknown>) => {
  const fact = toReleasesFact(raw);
  return fact.known ? 'known' : fact.reason;
};

describe('release times', () => {
  test.each([
    ['whole and in order', { '1.0.0': '2024-01-01', '1.0.1': '2024-03-01' }, '2024-01-01', 'known'],
    [
      'without created, as mirrors serve them',
      { '1.0.0': '2024-01-01' },
      undefined,
      'this registry serves no reliable release times',
    ],
    [
      'a later patch is older',
      { '1.0.0': '2024-06-01', '1.0.1': '2024-03-01' },
      '2024-01-01',
      'release times contradict the order of versions',
    ],
    [
      'an old line mended after the new one',
      { '1.0.0': '2024-01-01', '2.0.0': '2024-02-01', '1.1.0': '2024-03-01' },
      '2024-01-01',
      'known',
    ],
    [
      'created after the releases',
      { '1.0.0': '2024-01-01', '1.0.1': '2024-03-01' },
      '2026-01-01',
      'the package is said to be younger than its releases',
    ],
  ])('%s', (_name, times, created, expected) => {
    expect(reasonOf(packument(times, created))).toBe(expected);
  });

  test('that are all of one day are not believed, unless there are few', () => {
    const times = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [`1.${i}.0`, `2026-05-01T0${i % 9}:00:00Z`]),
      );
    expect(reasonOf(packument(times(30), '2026-05-01'))).toContain('all release times are of one');
    expect(reasonOf(packument(times(8), '2026-05-01'))).toBe('known');
  });

  test('one release out of order among a hundred is a slip', () => {
    const entries = Array.from({ length: 100 }, (_, i) => {
      const day = new Date(Date.UTC(2024, 0, i * 3)).toISOString();
      return [`1.0.${i}`, day] as [string, string];
    });
    entries[50] = ['1.0.50', '2024-01-01T00:00:00Z'];
    expect(reasonOf(packument(Object.fromEntries(entries), '2024-01-01'))).toBe('known');
  });

  test('a version without a time makes them unknown; a time without a version is unpublished', () => {
    const raw = packument({ '1.0.0': '2024-01-01' }, '2024-01-01');
    expect(reasonOf({ ...raw, versions: { '1.0.0': {}, '1.0.1': {} } })).toBe(
      'some versions have no release time on this registry',
    );
    const fact = toReleasesFact({ ...raw, time: { ...raw.time, '0.9.0': '2024-01-01' } });
    expect(fact.known && fact.value.unpublished).toEqual(['0.9.0']);
  });

  test.each([{}, { time: 7 }, { time: { created: 'now' } }, { versions: [], time: [] }])(
    '%j is unknown',
    (raw) => expect(reasonOf(raw)).toBe('this registry serves no reliable release times'),
  );
});

describe('what a registry strips', () => {
  test('is named, never guessed', () => {
    const bare = toPackumentFact({ versions: { '1.0.0': {} } }, 'https://registry.example/');
    expect(bare.stripped).toEqual(['maintainers', 'signatures', 'publishers', 'times']);
    const whole = toPackumentFact(
      {
        maintainers: [{ name: 'alice' }],
        time: { created: '2024-01-01T00:00:00Z' },
        versions: {
          '1.0.0': {
            _npmUser: { name: 'alice', trustedPublisher: { id: 'github' } },
            dist: { signatures: [{ keyid: 'k', sig: 's' }], attestations: { url: 'x' } },
          },
        },
      },
      'https://registry.example/',
    );
    expect(whole.isStripped).toBe(false);
    expect(whole.versions[0]).toMatchObject({ hasProvenance: true, trustedPublisher: 'github' });
  });
});
