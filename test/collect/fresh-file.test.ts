// Files of the cache that count for a while.
import { cp, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freshFile, removeOlder } from '../../src/collect/fresh-file.ts';

let root = '';
beforeEach(async () => (root = await mkdtemp(path.join(tmpdir(), 'mcp-vet-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

const ageBy = async (folder: string, days: number): Promise<void> => {
  const then = new Date(Date.now() - days * 24 * 3_600_000);
  for (const name of await readdir(folder)) await utimes(path.join(folder, name), then, then);
};

test('a file counts for the age that is asked for', async () => {
  const file = freshFile(path.join(root, 'a'), 'key');
  await file.write({ told: 1 });
  await ageBy(path.join(root, 'a'), 1);
  expect(await file.read(3_600_000)).toBeUndefined();
  expect(await file.read(Infinity)).toEqual({ told: 1 });
});

test('what was written more than a month ago goes when a run first writes beside it', async () => {
  const old = path.join(root, 'old');
  await freshFile(path.join(root, 'seed'), 'one').write(1);
  await cp(path.join(root, 'seed'), old, { recursive: true });
  await ageBy(old, 31);
  await freshFile(old, 'two').write(2);
  expect(await freshFile(old, 'one').read(Infinity)).toBeUndefined();
  expect(await freshFile(old, 'two').read(Infinity)).toBe(2);
});

test('what is a week old stays', async () => {
  const folder = path.join(root, 'week');
  await freshFile(path.join(root, 'seed'), 'one').write(1);
  await cp(path.join(root, 'seed'), folder, { recursive: true });
  await ageBy(folder, 7);
  await freshFile(folder, 'two').write(2);
  expect(await freshFile(folder, 'one').read(Infinity)).toBe(1);
});

test('files and folders of others stay, however old: the cache may be any folder', async () => {
  const folder = path.join(root, 'reports');
  await freshFile(folder, 'one').write(1);
  await writeFile(path.join(folder, 'year.pdf'), 'of the user');
  await writeFile(path.join(folder, 'deadbeef.json'), '{}');
  await mkdir(path.join(folder, '2025'));
  await ageBy(folder, 400);
  await removeOlder(folder, 1_000);
  expect((await readdir(folder)).sort()).toEqual(['2025', 'deadbeef.json', 'year.pdf']);
});
