// What a package pins by its own shrinkwrap becomes nodes of the tree, found as Node finds them.
import { expect, test } from 'vitest';
import { withShrinkwrap } from '../../src/analyze/shrinkwrap.ts';
import type { TreeEdge, TreeFact } from '../../src/types.ts';
import { nodeOf } from '../support/evidence.ts';

const HOSTS = new Set(['registry.example']);
const missing = (name: string): TreeEdge => ({
  name,
  spec: '^1.0.0',
  type: 'prod',
  to: null,
  problem: 'MISSING',
});
const subject = nodeOf({
  name: 'weather-mcp',
  id: '',
  kind: 'subject',
  path: ['weather-mcp@1.0.0'],
});
const parent = nodeOf({ name: 'p', edges: [missing('a')] });
const problem = { code: 'MISSING', name: 'a', spec: '^1', from: 'p@1.0.0', message: '' };
const TREE: TreeFact = { nodes: [subject, parent], from: 'resolved', problems: [problem] };
const pinned = (packages: object) => withShrinkwrap(TREE, parent, { packages }, HOSTS);

test('nodes, edges and kinds are those of the shrinkwrap, and the gap is closed', () => {
  const resolved = 'https://registry.example/a/-/a-1.0.0.tgz';
  const tree = pinned({
    '': {},
    'node_modules/a': {
      version: '1.0.0',
      resolved,
      integrity: 'sha512-x',
      dependencies: { b: '1' },
    },
    'node_modules/a/node_modules/b': { version: '1.0.0', resolved: 'https://files.example/b.tgz' },
    'node_modules/c': { version: '1.0.0', dev: true },
    'node_modules/g': { version: '1.0.0', resolved: 'git+https://git.example/g.git#main' },
  });
  expect(tree.problems).toEqual([]);
  expect(tree.nodes.slice(1).map(({ id, kind }) => `${kind} ${id}`)).toEqual([
    'registry node_modules/p',
    'registry node_modules/p/node_modules/a',
    'remote node_modules/p/node_modules/a/node_modules/b',
    'git node_modules/p/node_modules/g',
  ]);
  expect(tree.nodes[1]?.edges[0]).toEqual({
    name: 'a',
    spec: '^1.0.0',
    type: 'prod',
    to: 'node_modules/p/node_modules/a',
  });
  expect(tree.nodes[2]?.edges[0]?.to).toBe('node_modules/p/node_modules/a/node_modules/b');
});

test('version 1 is read too', () => {
  const raw = {
    lockfileVersion: 1,
    dependencies: {
      a: { version: '1.0.0', requires: { b: '1' } },
      b: { version: 'https://files.example/b.tgz' },
    },
  };
  const tree = withShrinkwrap(TREE, parent, raw, HOSTS);
  expect(tree.nodes.slice(2).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'registry a',
    'remote b',
  ]);
});

test.each([
  ['nothing', undefined],
  ['a list', []],
  [
    'odd places',
    { '../../x': { version: '1.0.0' }, 'node_modules/../x': {}, 'node_modules/a b': {} },
  ],
  ['odd names', { 'node_modules/a': { name: '../x', version: '1.0.0' } }],
])('a shrinkwrap that holds %s changes nothing', (_what, packages) => {
  expect(withShrinkwrap(TREE, parent, { packages }, HOSTS)).toBe(TREE);
});

test('a version that is none is no version', () => {
  expect(pinned({ 'node_modules/a': { version: 'newest' } }).nodes[2]?.version).toBe('');
});
