// Packuments are asked for ahead of the resolver, each once.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askAhead, wantedBy } from '../../src/collect/ask-ahead.ts';
import { fetchAhead, fetchPackument } from '../../src/collect/pacote.ts';

const version = (name: string, number: string, more: object = {}) => ({
  ...{ name, version: number, ...more },
  dist: { tarball: `http://registry.example/${name}-${number}.tgz` },
});
const packument = (name: string, dependencies: Record<string, string> = {}) => ({
  ...{ name, 'dist-tags': { latest: '1.0.0' } },
  versions: { '1.0.0': version(name, '1.0.0', { dependencies }) },
});
const PACKUMENTS: Record<string, object> = {
  a: packument('a', { b: '^1.0.0', gone: '1', git: 'github:x/y', up: '../z' }),
  b: packument('b', { c: 'latest', a: '*' }),
  c: packument('c'),
};

let asked: string[] = [];
const server = createServer((request, response) => {
  const name = (request.url ?? '').slice(1);
  asked.push(name);
  const found = PACKUMENTS[name];
  response.statusCode = found ? 200 : 404;
  response.end(JSON.stringify(found ?? {}));
});
let options: Record<string, unknown>;
beforeEach(async () => {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  const registry = `http://127.0.0.1:${port}/`;
  options = { ...{ registry, fullMetadata: true, retry: false }, packumentCache: new Map() };
  asked = [];
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});
const cacheOf = () => options['packumentCache'] as Map<string, unknown>;
const until = async (isThere: () => boolean) => {
  while (!isThere()) await new Promise((next) => setImmediate(next));
};

test('follows what a version needs, and asks once for each of a registry', async () => {
  askAhead([['a', '1.0.0']], options);
  await until(() => asked.length === 4 && cacheOf().size === 3);
  expect(asked.toSorted()).toEqual(['a', 'b', 'c', 'gone']);
  await expect(fetchPackument('c', options)).resolves.toMatchObject({ name: 'c' });
  expect(asked).toHaveLength(4);
});

test('whoever needs one that is under way waits for it', async () => {
  const [ahead, own] = await Promise.all([fetchAhead('c', options), fetchPackument('c', options)]);
  expect([ahead, own]).toMatchObject([{ name: 'c' }, { name: 'c' }]);
  expect(asked).toEqual(['c']);
});

test('one that cannot be had fails for whoever needs it, and is asked for again', async () => {
  askAhead([['gone', '1.0.0']], options);
  await expect(fetchPackument('gone', options)).rejects.toMatchObject({ code: 'not-found' });
  await expect(fetchPackument('gone', options)).rejects.toMatchObject({ code: 'not-found' });
  expect(asked).toEqual(['gone', 'gone']);
});

test('what has ended asks for nothing more', async () => {
  const stop = askAhead([['a', '1.0.0']], options);
  await until(() => asked.length === 1);
  stop();
  await until(() => cacheOf().get([...cacheOf().keys()][0] ?? '') !== undefined);
  await fetchPackument('a', options);
  await new Promise((next) => setImmediate(next));
  expect(asked).toEqual(['a']);
});

test('picks the version that npm would, and leaves optional peers out', () => {
  const of = (number: string, more: object) => [number, version('x', number, more)] as const;
  const raw = {
    'dist-tags': { latest: '1.5.0', next: '2.0.0' },
    versions: Object.fromEntries([
      of('1.5.0', { dependencies: { one: '1' } }),
      of('1.9.0', { dependencies: { nine: '1' } }),
      of('2.0.0', {
        optionalDependencies: { two: '1' },
        peerDependencies: { peer: '1', maybe: '1' },
        peerDependenciesMeta: { maybe: { optional: true } },
      }),
    ]),
  };
  const names = (range: string) => [...wantedBy(raw, range)].map(([name]) => name);
  expect(names('^1.0.0')).toEqual(['one']);
  expect(names('^1.6.0')).toEqual(['nine']);
  expect(names('next')).toEqual(['two', 'peer']);
  expect(names('^3.0.0')).toEqual([]);
  for (const odd of [null, [], { versions: 'x' }, { versions: { '1.0.0': null } }])
    expect([...wantedBy(odd, '*')]).toEqual([]);
});
