// A package inside of a tarball against the published one: what runs counts, what is pruned does not.
import { expect, test } from 'vitest';
import { differenceOf } from '../../src/analyze/bundled-copy.ts';

const PUBLISHED = {
  hashes: { 'package.json': '0', 'index.js': '1', 'build.js': '2', 'README.md': '3', LICENSE: '4' },
  scripts: { test: 'x', postinstall: 'node build.js' },
};
const difference = (hashes: Record<string, string>, scripts = PUBLISHED.scripts as object) =>
  differenceOf(
    { hashes: { ...PUBLISHED.hashes, ...hashes }, scripts: scripts as Record<string, string> },
    PUBLISHED,
  );
const NONE = { changed: [], added: [], scripts: [] };

test.each([
  ['is as it was published', {}],
  ['has another README and licence', { 'README.md': 'x', LICENSE: 'x', 'NOTICE.txt': 'x' }],
  ['has types and maps of its own', { 'a.d.ts': 'x', 'b.d.mts': 'x', 'index.js.map': 'x' }],
  ['has a manifest that npm has rewritten', { 'package.json': 'x' }],
])('a copy that %s does not differ', (_what, hashes) => {
  expect(difference(hashes as Record<string, string>)).toBeNull();
});

test('a copy that lacks files or scripts does not differ', () => {
  expect(differenceOf({ hashes: { 'index.js': '1' }, scripts: {} }, PUBLISHED)).toBeNull();
});

test.each([
  ['changed code', { 'index.js': 'x' }, { changed: ['index.js'] }],
  ['added code', { 'lib/x.cjs': '', constructor: '' }, { added: ['lib/x.cjs'] }],
  ['an added program', { 'x.node': '', 'bin/run': '' }, { added: ['bin/run', 'x.node'] }],
])('a copy with %s differs', (_what, hashes, found) => {
  expect(difference(hashes as Record<string, string>)).toEqual({ ...NONE, ...found });
});

test.each([
  ['an added', { preinstall: 'node build.js' }, ['preinstall']],
  ['another', { postinstall: 'node index.js' }, ['postinstall']],
])('a copy with %s install script differs', (_what, scripts, found) => {
  expect(difference({}, scripts)).toEqual({ ...NONE, scripts: found });
});
