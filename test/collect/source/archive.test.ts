// Unpacking in memory: honest tarballs, and ones made to do harm.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ARCHIVE_BOUNDS, ArchiveError, readArchive } from '../../../src/collect/source/archive.ts';
import { readFolder } from '../../../src/collect/source/folder.ts';
import { readTarballFile } from '../../../src/collect/tarball-file.ts';
import { tarball } from './tarball.ts';

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

describe('readArchive', () => {
  test('reads files without the first folder, with their hashes', () => {
    const { files, notRead } = readArchive(
      tarball([
        { path: 'package/package.json', content: '{}' },
        { path: 'package/a/b.js', content: 'x' },
      ]),
    );
    expect(files.map((file) => [file.path, text(file.bytes), file.size])).toEqual([
      ['package.json', '{}', 2],
      ['a/b.js', 'x', 1],
    ]);
    expect(files[0]?.sha256).toMatch(/^44136fa355b3678a/);
    expect(notRead).toEqual([]);
  });

  test.each<[string, Parameters<typeof tarball>[0][number], string]>([
    [
      'a path that climbs out',
      { path: 'package/../../etc/x', content: 'x' },
      'its path leads out of the package',
    ],
    ['an absolute path', { path: '/etc/x', content: 'x' }, 'its path leads out of the package'],
    [
      'a path with backslashes',
      { path: 'package\\..\\..\\x', content: 'x' },
      'its path leads out of the package',
    ],
    ['a drive letter', { path: 'C:/x', content: 'x' }, 'its path leads out of the package'],
    ['a symbolic link', { path: 'package/l', type: '2', link: '/etc/passwd' }, 'a symbolic link'],
    ['a hard link', { path: 'package/l', type: '1', link: '/etc/passwd' }, 'a hard link'],
    ['a device', { path: 'package/d', type: '3' }, 'neither a file nor a folder'],
  ])('names %s and does not follow it', (_, entry, reason) => {
    const { files, notRead } = readArchive(tarball([{ path: 'package/a.js' }, entry]));
    expect(files.map((file) => file.path)).toEqual(['a.js']);
    expect(notRead).toEqual([{ file: entry.path, reason }]);
  });

  test('of two files in one place the last one counts, as for npm, and that is said', () => {
    const { files, notRead } = readArchive(
      tarball([
        { path: 'package/a.js', content: '1' },
        { path: 'package/a.js', content: '2' },
      ]),
    );
    expect(files.map((file) => text(file.bytes))).toEqual(['2']);
    expect(notRead).toEqual([{ file: 'a.js', reason: 'stands in the archive more than once' }]);
  });

  test('the same file packed twice is one file', () => {
    const same = { path: 'package/a.js', content: '1' };
    expect(readArchive(tarball([same, same])).notRead).toEqual([]);
  });

  test('stops an archive bomb early', () => {
    const bomb = tarball([{ path: 'package/a', content: Buffer.alloc(30_000_000) }]);
    expect(bomb.length).toBeLessThan(100_000);
    expect(() => readArchive(bomb, { ...ARCHIVE_BOUNDS, maxUnpackedBytes: 1_000_000 })).toThrow(
      ArchiveError,
    );
  });

  test('stops at too many entries', () => {
    const many = tarball(Array.from({ length: 300 }, (_, i) => ({ path: `package/${i}` })));
    expect(() => readArchive(many, { ...ARCHIVE_BOUNDS, maxEntries: 100 })).toThrow(
      'too many files',
    );
  });

  test('keeps only the head of a very large file, but hashes all of it', () => {
    const [file] = readArchive(tarball([{ path: 'package/a', content: Buffer.alloc(200_000) }]), {
      ...ARCHIVE_BOUNDS,
      maxKeptBytes: 1000,
    }).files;
    expect(file?.bytes.length).toBeLessThanOrEqual(128);
    expect(file?.size).toBe(200_000);
    expect(file?.sha256).toHaveLength(64);
  });

  test.each([
    ['not an archive', Buffer.from('hello hello hello hello')],
    ['cut off', tarball([{ path: 'package/a', content: 'x'.repeat(9000) }]).subarray(0, 60)],
  ])('a tarball that is %s is broken', (_, bytes) => {
    expect(() => readArchive(bytes)).toThrow('broken');
  });
});

describe('on disk', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'mcp-vet-test-'));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true, force: true });
  });

  test('readFolder leaves out node_modules and .git, and follows no link', async () => {
    await mkdir(path.join(dir, 'node_modules/b'), { recursive: true });
    await mkdir(path.join(dir, 'src'));
    await writeFile(path.join(dir, 'node_modules/b/index.js'), '1');
    await writeFile(path.join(dir, 'src/a.js'), '2');
    await symlink('/etc', path.join(dir, 'etc'));
    const { files, notRead } = await readFolder(dir);
    expect(files.map((file) => file.path)).toEqual(['src/a.js']);
    expect(notRead).toEqual([{ file: 'etc', reason: 'a symbolic link' }]);
  });

  test('readFolder reads what npm would bundle of node_modules, and what that needs', async () => {
    const write = async (file: string, content: object | string) => {
      await mkdir(path.dirname(path.join(dir, file)), { recursive: true });
      await writeFile(path.join(dir, file), JSON.stringify(content));
    };
    await write('package.json', { bundleDependencies: ['b', 'gone', '../../etc'] });
    await write('node_modules/b/package.json', { dependencies: { '@s/c': '1' } });
    await write('node_modules/b/index.js', '1');
    await write('node_modules/@s/c/index.js', '2');
    await write('node_modules/developers-only/index.js', '3');
    const { files, notRead } = await readFolder(dir);
    expect(files.map((file) => file.path)).toEqual([
      'node_modules/@s/c/index.js',
      'node_modules/b/index.js',
      'node_modules/b/package.json',
      'package.json',
    ]);
    expect(notRead).toEqual([{ file: 'node_modules/gone', reason: 'bundled, but not installed' }]);
  });

  test('readTarballFile gives the manifest and the integrity', async () => {
    const file = path.join(dir, 'a.tgz');
    await writeFile(file, tarball([{ path: 'package/package.json', content: '{"name":"a"}' }]));
    const read = await readTarballFile(file);
    expect(read.manifest).toEqual({ name: 'a' });
    expect(read.integrity).toMatch(/^sha512-/);
  });

  test('readTarballFile says when it is none', async () => {
    const file = path.join(dir, 'a.tgz');
    await writeFile(file, 'no');
    await expect(readTarballFile(file)).rejects.toMatchObject({ code: 'tarball-broken' });
    await expect(readTarballFile(path.join(dir, 'b.tgz'))).rejects.toMatchObject({
      code: 'unreadable',
    });
  });
});
