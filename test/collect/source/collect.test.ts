// From a tree to a SourceFact, from a folder and a tarball: no registry is asked.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCache } from '../../../src/collect/source/cache.ts';
import { collectSource, openPool, openReader } from '../../../src/collect/source/index.ts';
import type { SourceInput } from '../../../src/collect/source/index.ts';
import type { SubjectFiles } from '../../../src/collect/source/fetch.ts';
import { createPool } from '../../../src/collect/source/pool.ts';
import type { Job } from '../../../src/collect/source/job.ts';
import { toManifest } from '../../../src/analyze/manifest.ts';
import type { TreeNode } from '../../../src/types.ts';
import { tarball } from './tarball.ts';

const WORKER = new URL('../../../dist/collect/source/worker.js', import.meta.url);
let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'mcp-vet-test-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

function node(id: string, more: Partial<TreeNode>): TreeNode {
  return {
    id,
    name: id.replace('node_modules/', '') || 'a',
    version: '1.0.0',
    kind: 'registry',
    integrity: null,
    resolved: null,
    path: [],
    isDirect: true,
    isOptional: false,
    isDev: false,
    isPeer: false,
    isOtherPlatform: false,
    hasInstallScript: false,
    installScripts: {},
    edges: [],
    ...more,
  };
}
function inputFor(files: SubjectFiles, nodes: TreeNode[], budgetMs?: number): SourceInput {
  const reader = openReader({
    subject: { name: 'a', version: '1.0.0', integrity: null },
    subjectFiles: files,
    pacoteOptions: {},
    cacheDir: path.join(dir, 'cache'),
    rulesDigest: 'r',
    pool: openPool(),
    ...(budgetMs === undefined ? {} : { budgetMs }),
  });
  const tree = { nodes, from: 'resolved' as const, problems: [] };
  return { tree, manifest: toManifest({ name: 'a' }), reader };
}

describe('collectSource', () => {
  test('reads a folder and says which nodes are never fetched', async () => {
    await mkdir(path.join(dir, 'a'));
    await writeFile(path.join(dir, 'a/package.json'), '{"name":"a","version":"1.0.0"}');
    await writeFile(path.join(dir, 'a/index.js'), "require('b'); require('fs').rmSync(x)");
    const nodes = [
      node('', {
        kind: 'subject',
        edges: [{ name: 'b', spec: '*', type: 'prod', to: 'node_modules/b' }],
      }),
      node('node_modules/b', { kind: 'git' }),
      node('node_modules/c', { kind: 'remote' }),
    ];
    const fact = await collectSource(
      inputFor({ kind: 'folder', path: path.join(dir, 'a') }, nodes),
    );
    expect(fact).toMatchObject({ known: true, value: { reachedNodes: ['', 'node_modules/b'] } });
    if (!fact.known) return;
    expect(fact.value.unread.map(({ name, reason }) => [name, reason.slice(0, 18)])).toEqual([
      ['b', 'it comes from git,'],
      ['c', 'it comes from a UR'],
    ]);
    expect(fact.value.subject.capabilities).toMatchObject([
      { capability: 'file-delete', file: 'index.js', line: 1, reached: 'entry' },
    ]);
  });

  test('is unknown when the tarball is broken', async () => {
    await writeFile(path.join(dir, 'a.tgz'), 'no archive at all, really');
    const files = { kind: 'tarball', path: path.join(dir, 'a.tgz') } as const;
    const fact = await collectSource(inputFor(files, [node('', { kind: 'subject' })]));
    expect(fact).toEqual({ known: false, reason: 'the archive is broken' });
  });

  test('stops when told to', async () => {
    const abort = new AbortController();
    abort.abort();
    const files = { kind: 'folder', path: dir } as const;
    const input = { ...inputFor(files, [node('', { kind: 'subject' })]), signal: abort.signal };
    await expect(collectSource(input)).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('the cache', () => {
  const key = { name: 'a', version: '1.0.0', integrity: 'sha512-x', isSubject: false };
  const json = JSON.stringify({ name: 'a', version: '1.0.0', files: {} });

  test('answers for the same tarball and rules only', async () => {
    await openCache(dir, 'r1').put(key, json);
    expect(await openCache(dir, 'r1').get(key)).toMatchObject({ name: 'a' });
    expect(await openCache(dir, 'r2').get(key)).toBeNull();
    expect(await openCache(dir, 'r1').get({ ...key, integrity: 'sha512-y' })).toBeNull();
    expect(await openCache(dir, 'r1').get({ ...key, isSubject: true })).toBeNull();
  });

  test('keeps a brief look apart from a whole one', async () => {
    const cache = openCache(dir, 'r1');
    await cache.put({ ...key, isSubject: true, isBrief: true }, json);
    expect(await cache.get({ ...key, isSubject: true })).toBeNull();
    expect(await cache.get({ ...key, isSubject: true, isBrief: true })).not.toBeNull();
  });

  test('does not take an entry for another package', async () => {
    await openCache(dir, 'r1').put(key, json.replace('"a"', '"b"'));
    expect(await openCache(dir, 'r1').get(key)).toBeNull();
  });
});

describe.skipIf(!existsSync(WORKER))('the worker threads (needs a build)', () => {
  const job = (content: string, isSubject = true) => ({
    name: 'a',
    version: '1.0.0',
    integrity: null,
    isSubject,
    givenUp: [],
    content: {
      kind: 'tarball' as const,
      bytes: tarball([
        { path: 'package/index.js', content },
        { path: 'package/package.json', content: '{}' },
      ]),
    },
  });

  test('answer one job after the other, also when nested deeply', async () => {
    const pool = createPool({ size: 1, script: WORKER });
    const sum = `x(${Array.from({ length: 10_000 }, () => 'a').join('+')})`;
    const results = await Promise.all([pool.run(job('1')), pool.run(job(sum)), pool.run(job('2'))]);
    await pool.close();
    expect(results.map((result) => result.ok && JSON.parse(result.json).files.unreadable)).toEqual([
      [],
      [],
      [],
    ]);
  });

  test('give up on a file that takes more memory than allowed, name it, and go on', async () => {
    const pool = createPool({ size: 1, script: WORKER, maxHeapMb: 24 });
    const large = await pool.run(job(`x([${'{a:1},'.repeat(200_000)}])`));
    const small = await pool.run(job('1'));
    await pool.close();
    expect(large.ok && JSON.parse(large.json).files.unreadable).toMatchObject([
      { file: 'index.js', reason: 'took too long or too much memory to analyse in full' },
    ]);
    expect(small.ok).toBe(true);
  });

  test('a job at hand behind one that ends the thread is done by the next thread', async () => {
    const pool = createPool({ size: 1, script: WORKER, maxHeapMb: 24 });
    const jobs = [job('1'), job(`x([${'{a:1},'.repeat(200_000)}])`), job('2'), job('3')];
    const results = await Promise.all(jobs.map((one) => pool.run(one)));
    await pool.close();
    const unread = results.map((one) => one.ok && JSON.parse(one.json).files.unreadable.length);
    expect(unread).toEqual([0, 1, 0, 0]);
  });

  // A second of work for a parser, behind a name that makes it work.
  const SLOW = `eval(x);x([${'{a:1},'.repeat(400_000)}])`;
  const unreadIn = (result: Awaited<ReturnType<ReturnType<typeof createPool>['run']>>) =>
    result.ok && JSON.parse(result.json).files.unreadable;

  test('give up on a file of a dependency after its time, name it, and read the others first', async () => {
    const pool = createPool({ size: 1, script: WORKER, limits: { fileMs: 200, tickMs: 20 } });
    const order: string[] = [];
    const run = async (name: string, content: string) => {
      const result = await pool.run(job(content, false));
      order.push(name);
      return result;
    };
    const results = await Promise.all([run('slow', SLOW), run('b', '1'), run('c', '2')]);
    await pool.close();
    expect(order).toEqual(['b', 'c', 'slow']);
    expect(results.map(unreadIn)).toEqual([
      [expect.objectContaining({ file: 'index.js', reason: expect.stringContaining('too long') })],
      [],
      [],
    ]);
  });

  test('read a server before a dependency that is under way, which is read after it', async () => {
    const pool = createPool({ size: 1, script: WORKER, limits: { patienceMs: 50, tickMs: 20 } });
    const order: string[] = [];
    const run = async (name: string, content: string, isSubject: boolean) => {
      const result = await pool.run(job(content, isSubject));
      order.push(name);
      return unreadIn(result);
    };
    const others = [run('slow', SLOW, false), run('b', '1', false)];
    const results = await Promise.all([...others, run('server', '2', true)]);
    await pool.close();
    expect(order).toEqual(['server', 'slow', 'b']);
    expect(results).toEqual([[], [], []]);
  });

  test('read another version of a server after the dependencies that wait', async () => {
    const pool = createPool({ size: 1, script: WORKER });
    const order: string[] = [];
    const run = async (name: string, one: Job) => {
      await pool.run(one);
      order.push(name);
    };
    let state = 1;
    const next = () => (state = Math.imul(state, 1_103_515_245) + 12_345) >>> 16;
    const large = Buffer.from(Array.from({ length: 300_000 }, next));
    const waiting = job(`x('${large.toString('base64')}')`, false);
    await Promise.all([
      run('first', waiting),
      run('second', waiting),
      run('third', waiting),
      run('before', { ...job('2'), isBrief: true }),
      run('server', job('2')),
    ]);
    await pool.close();
    expect(order).toEqual(['first', 'second', 'server', 'third', 'before']);
  });

  test('jobs at hand and jobs that wait are answered when the run is stopped', async () => {
    const pool = createPool({ size: 1, script: WORKER });
    pool.prestart();
    const running = Promise.all(['1', '2', '3', '4'].map((content) => pool.run(job(content))));
    await pool.close();
    expect((await running).map(({ ok }) => ok)).toEqual([false, false, false, false]);
    expect(await pool.run(job('5'))).toEqual({ ok: false, reason: 'the run was stopped' });
  });
});
