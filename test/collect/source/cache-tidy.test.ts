// What was learnt with one version of the rules is kept apart from what others taught, and goes in time.
import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANALYSIS_SCHEMA, openCache } from '../../../src/collect/source/cache.ts';

let root = '';
beforeEach(async () => (root = await mkdtemp(path.join(tmpdir(), 'mcp-vet-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

const key = { name: 'a', version: '1.0.0', integrity: 'sha512-AA==', isSubject: false };
const analysis = JSON.stringify({ name: 'a', version: '1.0.0', files: {} });
const RULES = '0123456789abcdef';

test('is found again with the same rules only', async () => {
  await openCache(root, RULES).put(key, analysis);
  expect(await openCache(root, RULES).get(key)).toMatchObject({ name: 'a' });
  expect(await openCache(root, RULES.replace('0', '1')).get(key)).toBeNull();
});

test('goes a month after it was last written to, and takes nothing of others along', async () => {
  const folder = path.join(root, 'analysis');
  const names = { old: `3-${RULES}`, young: `4-${RULES}`, foreign: 'of-the-user' };
  for (const name of Object.values(names))
    await mkdir(path.join(folder, name), { recursive: true });
  const then = new Date(Date.now() - 31 * 24 * 3_600_000);
  for (const name of [names.old, names.foreign]) await utimes(path.join(folder, name), then, then);
  await openCache(root, RULES).put(key, analysis);
  expect((await readdir(folder)).sort()).toEqual(
    [names.young, names.foreign, `${ANALYSIS_SCHEMA}-${RULES}`].sort(),
  );
});
