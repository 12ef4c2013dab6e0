// A resolved tree is used again while the registry answers what it did, and only then.
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveTree } from '../../src/collect/arborist.ts';
import { AskedPackuments, Packuments, answersAreSame } from '../../src/collect/packuments.ts';
import { pacoteOptions } from '../../src/collect/pacote.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';

let registry: TestRegistry;
let cacheDir = '';
beforeEach(async () => {
  registry = await startRegistry();
  cacheDir = await mkdtemp(path.join(tmpdir(), 'mcp-vet-'));
  publish('a', '1.0.0', { b: '^1.0.0' });
  publish('b', '1.0.0', {});
});
afterEach(async () => {
  await registry.close();
  await rm(cacheDir, { recursive: true, force: true });
});

function publish(name: string, version: string, dependencies: Record<string, string>): void {
  registry.publish({ manifest: { name, version, dependencies } });
}

/** Names and versions of the tree, as a new run would resolve it. */
async function resolved(): Promise<string[]> {
  const packuments = new Packuments();
  const npm = { registry: registry.url };
  const { tree } = await resolveTree({
    options: { ...npm, ...pacoteOptions({ npm, cacheDir, offline: false, packuments }) },
    cacheDir,
    packuments,
    root: { kind: 'package', name: 'a', version: '1.0.0' },
    registryHosts: new Set([new URL(registry.url).host]),
    offline: false,
  });
  return tree.nodes.map(({ name, version }) => `${name}@${version}`).sort();
}

async function letAnHourPass(): Promise<void> {
  const then = new Date(Date.now() - 3_600_000);
  for (const name of await readdir(path.join(cacheDir, 'trees')))
    await utimes(path.join(cacheDir, 'trees', name), then, then);
}

test('within minutes nobody is asked', async () => {
  const first = await resolved();
  const asked = registry.requests.length;
  expect(await resolved()).toEqual(first);
  expect(registry.requests).toHaveLength(asked);
});

test('after that every package is asked for once, and the tree is the same', async () => {
  expect(await resolved()).toEqual(['a@1.0.0', 'b@1.0.0']);
  await letAnHourPass();
  registry.requests.length = 0;
  expect(await resolved()).toEqual(['a@1.0.0', 'b@1.0.0']);
  expect(registry.requests.sort()).toEqual(['GET /a', 'GET /b']);
  // As good as new again.
  registry.requests.length = 0;
  await resolved();
  expect(registry.requests).toEqual([]);
});

test('a version that has come since is in the tree', async () => {
  await resolved();
  publish('b', '1.1.0', { c: '1.0.0' });
  publish('c', '1.0.0', {});
  await letAnHourPass();
  expect(await resolved()).toEqual(['a@1.0.0', 'b@1.1.0', 'c@1.0.0']);
  await letAnHourPass();
  expect(await resolved()).toEqual(['a@1.0.0', 'b@1.1.0', 'c@1.0.0']);
});

test('a package that the registry has no more is missed', async () => {
  await resolved();
  await letAnHourPass();
  registry.intercept((request, response) => {
    if (request.url !== '/b') return false;
    response.writeHead(404).end('{}');
    return true;
  });
  expect(await resolved()).toEqual(['a@1.0.0', 'b@']);
});

test('what a library does to an answer afterwards changes nothing', async () => {
  const packument = { versions: { '1.0.0': { bin: './x' } } };
  const first = new AskedPackuments(new Packuments());
  first.set('full:https://registry.example/a', packument);
  const before = first.digests();
  Object.assign(packument.versions['1.0.0'], { bin: { a: 'x' } });
  expect(first.digests()).toEqual(before);
  const again = new AskedPackuments(new Packuments());
  const names: [string, boolean][] = [];
  const isSame = await answersAreSame(before, again, (name, isFull) => {
    names.push([name, isFull]);
    again.set('full:https://registry.example/a', { versions: { '1.0.0': { bin: './x' } } });
    return Promise.resolve();
  });
  expect([isSame, names]).toEqual([true, [['a', true]]]);
});

test('the oldest answers are let go of, what they were stays known', () => {
  const packuments = new Packuments();
  const digests = ['a', 'b', 'c'].map((key) => packuments.set(key, { versions: key }).digest(key));
  packuments.trim(40);
  expect([...packuments.keys()]).toEqual(['b', 'c']);
  expect(packuments.digest('a')).toBe(digests[0]);
});

test('an answer that nests too deep to be written down equals nothing', () => {
  let deep: unknown = [];
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
  const [one, two] = [new Packuments(), new Packuments()];
  expect(one.set('k', deep).digest('k')).not.toBe(two.set('k', deep).digest('k'));
});

test('what a tree will need is asked for side by side', async () => {
  publish('a', '1.0.0', { b: '^1.0.0', c: '^1.0.0', d: '^1.0.0' });
  publish('c', '1.0.0', {});
  publish('d', '1.0.0', {});
  let open = 0;
  let most = 0;
  registry.intercept((_request, response) => {
    most = Math.max(most, ++open);
    const end = response.end.bind(response) as (body?: unknown) => typeof response;
    response.end = ((body?: unknown) => {
      setTimeout(() => {
        open -= 1;
        end(body);
      }, 60);
      return response;
    }) as typeof response.end;
    return false;
  });
  expect(await resolved()).toEqual(['a@1.0.0', 'b@1.0.0', 'c@1.0.0', 'd@1.0.0']);
  expect(most).toBeGreaterThanOrEqual(3);
  expect(registry.requests.sort()).toEqual(['GET /a', 'GET /b', 'GET /c', 'GET /d']);
});
