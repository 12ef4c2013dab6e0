// Matching a tree: grouping, sources against each other, what cannot be matched, fixes within range.
import { describe, expect, test } from 'vitest';
import {
  matchAdvisories,
  recordsOf,
  type SourcedRecord,
} from '../../../src/analyze/advisories/index.ts';
import type { TreeNode } from '../../../src/types.ts';
import { node, subject } from './nodes.ts';

const osv = (id: string, name: string, extra: object = {}, affected: object = {}) => ({
  id,
  summary: `${id} in ${name}`,
  severity: 'high',
  affected: [
    {
      package: { ecosystem: 'npm', name },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '2.0.0' }] }],
      ...affected,
    },
  ],
  ...extra,
});
const sourced = (from: string, ...rows: object[]): SourcedRecord[] =>
  rows.flatMap((row) => (recordsOf(row) ?? []).map((record) => ({ record, from })));

function match(
  nodes: TreeNode[],
  records: SourcedRecord[],
  options: { source?: 'registry' | 'folder' | 'lockfile'; privateScopes?: string[] } = {},
) {
  const byName = new Map<string, SourcedRecord[]>();
  for (const found of records) {
    byName.set(found.record.package, [...(byName.get(found.record.package) ?? []), found]);
  }
  return matchAdvisories({
    tree: { nodes, from: 'resolved', problems: [] },
    subject: subject({ source: options.source ?? 'registry' }),
    privateScopes: options.privateScopes ?? [],
    records: byName,
  });
}
const root = (spec = '^1.0.0') =>
  node({
    id: '',
    name: 'the-server',
    kind: 'subject',
    edges: [{ name: 'dep', spec, type: 'prod', to: 'node_modules/dep' }],
  });
const dep = (extra: Partial<TreeNode> = {}) =>
  node({ id: 'node_modules/dep', name: 'dep', path: ['the-server@1.0.0', 'dep@1.0.0'], ...extra });
const idsOf = (result: ReturnType<typeof match>) =>
  result.vulnerabilities.map(({ advisory }) => advisory.id);

describe('grouping', () => {
  test('records that share an alias are one vulnerability, under the GHSA id', () => {
    const result = match(
      [root(), dep()],
      sourced(
        'database',
        osv('MAL-2025-9', 'dep', { aliases: ['GHSA-aaaa-bbbb-cccc'] }),
        osv('CVE-2025-1', 'dep', { aliases: ['GHSA-aaaa-bbbb-cccc'] }),
        osv('OTHER-1', 'dep'),
      ),
    );
    expect(idsOf(result)).toEqual(['GHSA-aaaa-bbbb-cccc', 'OTHER-1']);
    expect(result.vulnerabilities[0]?.advisory).toMatchObject({
      aliases: ['CVE-2025-1', 'MAL-2025-9'],
      kind: 'malware',
      severity: 'critical',
    });
  });

  test('the order of the records does not change the answer', () => {
    const rows = sourced(
      'database',
      osv('CVE-2025-1', 'dep', { aliases: ['GHSA-aaaa-bbbb-cccc'] }),
      osv('GHSA-aaaa-bbbb-cccc', 'dep'),
      osv('GHSA-dddd-bbbb-cccc', 'dep', { aliases: ['CVE-2025-2'] }),
    );
    expect(match([root(), dep()], rows.toReversed())).toEqual(match([root(), dep()], rows));
  });

  test('a list entry without a number joins the numbered record of the package', () => {
    const result = match(
      [root(), dep()],
      sourced(
        'database',
        { package: 'dep', id: null, src: 'some-list', versions: ['1.0.0'] },
        { package: 'dep', id: 'MAL-2025-9', versions: ['1.0.0'] },
      ),
    );
    expect(idsOf(result)).toEqual(['MAL-2025-9']);
  });
});

describe('sources against each other', () => {
  const embedded = sourced('embedded', osv('GHSA-aaaa-bbbb-cccc', 'dep'));
  test('a withdrawn record is not reported, and silences the embedded one', () => {
    const withdrawn = osv('GHSA-aaaa-bbbb-cccc', 'dep', {
      modified: '2026-01-01T00:00:00Z',
      withdrawn: '2026-01-01T00:00:00Z',
    });
    expect(idsOf(match([root(), dep()], [...embedded, ...sourced('database', withdrawn)]))).toEqual(
      [],
    );
    expect(idsOf(match([root(), dep()], embedded))).toEqual(['GHSA-aaaa-bbbb-cccc']);
  });

  test('the newer of two records with one id counts', () => {
    const old = osv('GHSA-aaaa-bbbb-cccc', 'dep', { modified: '2025-01-01T00:00:00Z' });
    const current = osv(
      'GHSA-aaaa-bbbb-cccc',
      'dep',
      { modified: '2026-01-01T00:00:00Z' },
      { ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '0.9.0' }] }] },
    );
    const both = [...sourced('advisories', old), ...sourced('database', current)];
    expect(idsOf(match([root(), dep()], both))).toEqual([]);
  });
});

describe('what cannot be matched', () => {
  test.each<[Partial<TreeNode>, string]>([
    [{ kind: 'git' }, 'git'],
    [{ kind: 'remote' }, 'URL'],
    [{ kind: 'file' }, 'folder'],
    [{ kind: 'link' }, 'folder'],
    [{ version: 'next' }, 'semantic version'],
  ])('%j is not accused of what a registry package of that name did', (extra, reason) => {
    const result = match(
      [root(), dep(extra)],
      sourced('database', osv('GHSA-aaaa-bbbb-cccc', 'dep')),
    );
    expect(result.vulnerabilities).toEqual([]);
    expect(result.unmatched).toMatchObject([{ name: 'dep' }]);
    expect(result.unmatched[0]?.reason).toContain(reason);
  });

  test('a private scope is named as such', () => {
    const scoped = dep({ name: '@acme/dep' });
    const records = sourced('database', osv('GHSA-aaaa-bbbb-cccc', '@acme/dep'));
    expect(match([root(), scoped], records, { privateScopes: ['@acme'] })).toMatchObject({
      vulnerabilities: [],
      unmatched: [{ name: '@acme/dep', reason: '@acme is a private scope' }],
    });
    expect(idsOf(match([root(), scoped], records))).toHaveLength(1);
  });

  test('the project of a lockfile is not the package of its name', () => {
    const records = sourced('database', osv('GHSA-aaaa-bbbb-cccc', 'the-server'));
    expect(match([root()], records, { source: 'lockfile' })).toMatchObject({
      vulnerabilities: [],
      ownHistory: [],
    });
    expect(match([root()], records)).toMatchObject({
      vulnerabilities: [{ node: '', isReached: true }],
      ownHistory: [{ id: 'GHSA-aaaa-bbbb-cccc', fixedIn: '2.0.0' }],
    });
  });

  test('an alias is matched under the package’s own name', () => {
    const records = sourced('database', osv('GHSA-aaaa-bbbb-cccc', 'dep'));
    expect(idsOf(match([root(), dep({ alias: 'harmless' })], records))).toHaveLength(1);
    expect(idsOf(match([root(), dep({ name: 'other', alias: 'dep' })], records))).toEqual([]);
  });
});

describe('malware lists', () => {
  const list = (...rows: object[]) => sourced('database', ...rows);
  test('bad versions of a popular package match these versions only', () => {
    const records = list({ package: 'dep', id: null, src: 'x', versions: ['1.14.1', '0.30.4'] });
    expect(idsOf(match([root(), dep({ version: '1.14.1' })], records))).toHaveLength(1);
    expect(idsOf(match([root(), dep({ version: '1.14.0' })], records))).toEqual([]);
  });

  test('a name without versions is reported as such, unless another list says which', () => {
    const bare = { package: 'dep', id: null, src: 'x', versions: [] };
    const result = match([root(), dep()], list(bare));
    expect(result.vulnerabilities[0]?.advisory).toMatchObject({
      range: 'not stated',
      severity: 'high',
    });
    const stated = { package: 'dep', id: null, src: 'y', versions: ['9.9.9'] };
    expect(idsOf(match([root(), dep()], list(bare, stated)))).toEqual([]);
  });
});

describe('fixes', () => {
  const records = sourced(
    'database',
    osv(
      'GHSA-aaaa-bbbb-cccc',
      'dep',
      {},
      {
        ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.2.0' }] }],
      },
    ),
  );
  const within = (nodes: TreeNode[]) => match(nodes, records).vulnerabilities[0]?.fixWithinRange;
  test.each<[string, boolean]>([
    ['^1.0.0', true],
    ['npm:dep@^1.0.0', true],
    ['*', true],
    ['latest', true],
    ['1.0.0', false],
    ['~1.0.0', false],
  ])('asked for as %s', (spec, expected) => {
    expect(within([root(spec), dep()])).toBe(expected);
  });

  test('only the last affected version is known: nobody can say; every version is affected: no', () => {
    const withUpper = (...upper: object[]) =>
      match(
        [root(), dep()],
        sourced(
          'database',
          osv(
            'GHSA-aaaa-bbbb-cccc',
            'dep',
            {},
            {
              ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, ...upper] }],
            },
          ),
        ),
      ).vulnerabilities[0]?.fixWithinRange;
    expect(withUpper({ last_affected: '1.0.0' })).toBe(null);
    expect(withUpper()).toBe(false);
  });

  test('a package in between that may itself be updated leaves it open; a pinned one does not', () => {
    const tree = (spec: string) => [
      node({
        id: '',
        name: 'the-server',
        kind: 'subject',
        edges: [{ name: 'mid', spec, type: 'prod', to: 'node_modules/mid' }],
      }),
      node({
        id: 'node_modules/mid',
        name: 'mid',
        edges: [{ name: 'dep', spec: '1.0.0', type: 'prod', to: 'node_modules/dep' }],
      }),
      dep(),
    ];
    expect(within(tree('^1.0.0'))).toBe(null);
    expect(within(tree('1.0.0'))).toBe(false);
  });
});
