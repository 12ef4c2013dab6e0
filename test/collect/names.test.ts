// collectNames and loadKnownGood: what is asked of whom, and what comes of it.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { SPEAKS } from '../../src/analyze/names/compare.ts';
import { toManifest } from '../../src/analyze/manifest.ts';
import { collectNames, type NamesInput, type NameSources } from '../../src/collect/names.ts';
import { loadKnownGood } from '../../src/collect/known-good.ts';
import type { KnownName, NameContext } from '../../src/types.ts';
import { nodeOf } from '../support/evidence.ts';

const TARGET = '@acme/weather-server';
const known: KnownName[] = [
  { name: TARGET, tier: 'vendor', repository: 'https://github.com/acme/weather-server' },
  { name: 'lodash', tier: 'popular' },
];
const description = 'An MCP server that tells the weather of tomorrow.';

function inputOf(name: string, part: Partial<NamesInput> = {}, raw: object = {}): NamesInput {
  const subject = { name, version: '1.0.0', purl: '', integrity: null, requested: name };
  return {
    subject: { ...subject, source: 'registry' },
    manifest: toManifest({ name, version: '1.0.0', ...raw }),
    subjectContext: {},
    tree: null,
    known,
    ...part,
  };
}

function sourcesOf(contexts: Record<string, NameContext>, asked: string[] = []): NameSources {
  return {
    contextOf: (name) => {
      asked.push(name);
      return Promise.resolve(contexts[name]);
    },
    hashesOf: () =>
      Promise.resolve({ 'dist/index.js': 'a'.repeat(64), 'dist/x.js': 'b'.repeat(64) }),
  };
}

async function valueOf(input: NamesInput, sources = sourcesOf({})) {
  const fact = await collectNames(input, sources);
  if (!fact.known) throw new Error(fact.reason);
  return fact.value;
}

describe('collectNames', () => {
  test('tells what a copied description speaks for', async () => {
    const input = inputOf('weather-server', { subjectContext: { description } });
    const { imitations } = await valueOf(input, sourcesOf({ [TARGET]: { description } }));
    expect(imitations[0]?.evidence[0]).toEqual({
      target: TARGET,
      supports: [SPEAKS.sameDescription],
      refutes: [],
    });
  });

  test('tells what another purpose speaks against', async () => {
    const input = inputOf('weather-server', {
      subjectContext: { description: 'Bakes bread from flour, water, salt and patience.' },
    });
    const { imitations } = await valueOf(input, sourcesOf({ [TARGET]: { description } }));
    expect(imitations[0]?.evidence[0]?.refutes).toEqual([SPEAKS.otherPurpose]);
  });

  test('finds a copy by its files', async () => {
    const hashes = { 'dist/index.js': 'a'.repeat(64), 'dist/x.js': 'b'.repeat(64), LICENSE: 'c' };
    const { imitations } = await valueOf(inputOf('weather-server', { hashes }));
    expect(imitations[0]?.clones).toEqual([{ of: TARGET, share: 1, files: 2 }]);
  });

  test('reports lookalikes of the tree and asks about them', async () => {
    const asked: string[] = [];
    const nodes = [nodeOf({ name: 'lodahs' }), nodeOf({ name: 'lodash' }), nodeOf({ name: 'zod' })];
    const tree = { nodes, from: 'resolved' as const, problems: [] };
    const { imitations } = await valueOf(inputOf('bread', { tree }), sourcesOf({}, asked));
    expect(imitations.map(({ node, name }) => ({ node, name }))).toEqual([
      { node: 'node_modules/lodahs', name: 'lodahs' },
    ]);
    expect(asked.sort()).toEqual(['lodahs', 'lodash']);
  });

  test('asks about every lookalike of an honest tree, and about no more than sixty of a hostile one', async () => {
    const asked: string[] = [];
    const nodes = Array.from({ length: 100 }, (_, i) => nodeOf({ name: `lodas${i}` }));
    const slips = [...'abcdefghijklmnopqrstuvwxyz'].flatMap((letter) => [
      nodeOf({ name: `lodas${letter}` }),
      nodeOf({ name: `lod${letter}ash` }),
      nodeOf({ name: `${letter}lodash` }),
    ]);
    const tree = { nodes: [...nodes, ...slips], from: 'resolved' as const, problems: [] };
    const { imitations } = await valueOf(inputOf('bread', { tree }), sourcesOf({}, asked));
    const names = new Set(asked.filter((name) => name !== 'lodash'));
    expect(imitations.length).toBeGreaterThan(60);
    expect(names.size).toBe(60);
  });

  test('asks nobody when offline', async () => {
    const asked: string[] = [];
    const input = inputOf('weather-server', { offline: true, subjectContext: { description } });
    const { imitations } = await valueOf(input, sourcesOf({}, asked));
    expect(asked).toEqual([]);
    expect(imitations).toHaveLength(1);
  });

  test('survives a source that throws', async () => {
    const sources: NameSources = {
      contextOf: () => Promise.reject(new Error('down')),
      hashesOf: () => Promise.reject(new Error('down')),
    };
    const { imitations } = await valueOf(inputOf('weather-server'), sources);
    expect(imitations[0]?.evidence[0]).toEqual({ target: TARGET, supports: [], refutes: [] });
  });

  test('says nothing of a name that is known', async () => {
    const value = await valueOf(inputOf(TARGET));
    expect(value.imitations).toEqual([]);
    expect(value.known?.tier).toBe('vendor');
  });

  test('sees a security holding package by version and by description', async () => {
    const nodes = [nodeOf({ name: 'held', version: '0.0.1-security.3' })];
    const tree = { nodes, from: 'resolved' as const, problems: [] };
    const raw = { description: 'security holding package' };
    const { securityHolding } = await valueOf(inputOf('bread', { tree }, raw));
    expect(securityHolding.map(({ name }) => name)).toEqual(['bread', 'held']);
  });

  test.each([
    [
      'the repository of a known package',
      { repository: 'github:acme/weather-server' },
      'repository',
    ],
    [
      'a namespace of another owner',
      { repository: 'github:me/x', mcpName: 'io.github.acme/x' },
      'mcp-name',
    ],
    ['the official namespace', { mcpName: 'io.modelcontextprotocol/x' }, 'mcp-name'],
  ])('sees a manifest that claims %s', async (_, raw, claim) => {
    const { forged } = await valueOf(inputOf('bread', {}, raw));
    expect(forged?.map((one) => one.claim)).toEqual([claim]);
  });

  test.each([
    ['bread', { repository: 'github:me/bread', mcpName: 'io.github.me/bread' }],
    ['@acme/other', { repository: 'github:acme/weather-server' }],
  ])('leaves the claims of %s alone', async (name, raw) => {
    expect((await valueOf(inputOf(name, {}, raw))).forged).toBeUndefined();
  });

  test('a scope with known packages, named as the repository’s owner, is the owner’s', async () => {
    const server: KnownName = {
      name: 'notes-server',
      tier: 'vendor',
      repository: 'https://github.com/bakery/notes-server',
    };
    const driver: KnownName = { name: '@bakery/driver', tier: 'popular' };
    const claims = { repository: 'github:bakery/notes-server' };
    const forged = async (list: KnownName[]) =>
      (await valueOf(inputOf('@bakery/core', { known: list }, claims))).forged?.length ?? 0;
    expect(await forged([server, driver])).toBe(0);
    // Anybody may register a scope that nobody has.
    expect(await forged([server])).toBe(1);
  });
});

describe('loadKnownGood', () => {
  async function load(text: string) {
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'known-good-')), 'list.json');
    await writeFile(file, text);
    return loadKnownGood(file);
  }

  test('takes names, objects and a wrapped list', async () => {
    const entry = { name: '@acme/b', publisher: 'Acme', tier: 'community' };
    expect(await load(JSON.stringify(['a', entry]))).toEqual([
      { name: 'a', tier: 'company' },
      entry,
    ]);
    expect(await load('{"packages":["a"]}')).toEqual([{ name: 'a', tier: 'company' }]);
  });

  test.each(['', '{}', 'null', '[1]', '[{"name":"../x"}]', '[{}]', '{"packages":{}}'])(
    'refuses %j',
    async (text) => {
      await expect(load(text)).rejects.toMatchObject({ code: 'config' });
    },
  );
});
