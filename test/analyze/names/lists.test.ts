// The shipped lists: sound in themselves, and of use against known incidents.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { cloneOf, knownClonesOf } from '../../../src/analyze/names/clones.ts';
import { compareContexts, repositoryKey, SPEAKS } from '../../../src/analyze/names/compare.ts';
import { knownGoodNames, listedBrands } from '../../../src/analyze/names/data.ts';
import { createNameChecker, defaultKnownNames } from '../../../src/analyze/names/index.ts';

const checker = createNameChecker({ known: defaultKnownNames() });
const flagged = (name: string) =>
  checker.check(name).matches.filter(({ confidence }) => confidence !== 'low');

describe('shipped lists', () => {
  test('every known-good entry has a publisher and a source, and stands there once', () => {
    const good = knownGoodNames();
    expect(new Set(good.map(({ name }) => name)).size).toBe(good.length);
    for (const { name, publisher, source } of good) {
      expect(publisher, name).toBeTruthy();
      expect(source?.length, name).toBeGreaterThan(0);
    }
  });

  test('a brand names only packages that are on the known-good list', () => {
    const good = new Set(knownGoodNames().map(({ name }) => name));
    for (const name of listedBrands().flatMap(({ packages }) => packages)) {
      expect(good, name).toContain(name);
    }
  });

  test('our own dependency tree holds no lookalike', () => {
    const lock = JSON.parse(
      readFileSync(new URL('../../../npm-shrinkwrap.json', import.meta.url), 'utf8'),
    ) as { packages: Record<string, unknown> };
    const names = Object.keys(lock.packages).map((key) => key.split('node_modules/').pop() ?? '');
    expect(names.filter((name) => flagged(name).length > 0)).toEqual([]);
  });

  // Names of publicly known incidents; none of them stands in rules/.
  test.each([
    ['@modelcontextprotoco1/server-filesystem', '@modelcontextprotocol/server-filesystem'],
    ['mcp-server-supabase', '@supabase/mcp-server-supabase'],
    ['mcp-server-sequential-thinking', '@modelcontextprotocol/server-sequential-thinking'],
    ['rimarf', 'rimraf'],
    ['suport-color', 'supports-color'],
    ['claud-code', '@anthropic-ai/claude-code'],
  ])('%s is flagged as a lookalike of %s', (name, target) => {
    expect(flagged(name).map((match) => match.target)).toContain(target);
  });

  test.each(['eslint-plugin-weather', 'react-weather-map', '@somebody/utils', 'weather-mcp'])(
    '%s is not flagged',
    (name) => {
      expect(flagged(name)).toEqual([]);
    },
  );
});

describe('comparison of two packages', () => {
  const description = 'Reads and writes files below the folders that you allow.';

  test('the same publisher outweighs everything that is the same', () => {
    const context = { description, publisher: 'acme', mcpName: 'io.github.acme/x' };
    expect(compareContexts(context, context)).toEqual({
      supports: [],
      refutes: [SPEAKS.samePublisher],
    });
  });

  test('says which text was copied', () => {
    expect(compareContexts({ description: `${description} ` }, { description })).toEqual({
      supports: [SPEAKS.sameDescription],
      refutes: [],
    });
  });

  test('knows the older of the two', () => {
    const [old, young] = [{ createdAt: '2014-01-01' }, { createdAt: '2025-01-01' }];
    expect(compareContexts(old, young).refutes).toEqual([SPEAKS.isOlder]);
    expect(compareContexts(young, old).refutes).toEqual([]);
  });

  test('does not compare descriptions that say next to nothing', () => {
    expect(compareContexts({ description: 'Foo' }, { description }).refutes).toEqual([]);
  });

  test.each([
    ['git+https://github.com/Acme/Weather.git', 'github/acme/weather'],
    ['git@github.com:acme/weather.git', 'github/acme/weather'],
    ['github:acme/weather', 'github/acme/weather'],
    ['https://git.example/acme/weather', null],
  ])('reads %s as %s', (url, key) => {
    expect(repositoryKey(url)).toBe(key);
  });
});

describe('copies', () => {
  const files = { 'dist/a.js': 'a'.repeat(64), 'dist/b.js': 'b'.repeat(64) };

  test('a licence text and a package.json are nobody’s', () => {
    const own = { LICENSE: 'c'.repeat(64), 'package.json': 'd'.repeat(64) };
    expect(cloneOf(own, 'x', own)).toBeNull();
  });

  test('half of the files is the least that is told', () => {
    const theirs = { 'a.js': 'a'.repeat(64) };
    expect(cloneOf(files, 'x', theirs)).toEqual({ of: 'x', share: 0.5, files: 1 });
    expect(cloneOf({ ...files, 'c.js': 'e'.repeat(64) }, 'x', theirs)).toBeNull();
  });

  test('foreign files are no copy of a shipped server', () => {
    expect(knownClonesOf(files)).toEqual([]);
    expect(knownClonesOf({})).toEqual([]);
  });

  test('what lies in node_modules is not the package’s own', () => {
    expect(cloneOf({ 'node_modules/x/a.js': 'a'.repeat(64), ...files }, 'x', files)?.share).toBe(1);
    expect(cloneOf({ 'node_modules/x/a.js': 'a'.repeat(64) }, 'x', files)).toBeNull();
  });

  test('a package that holds all of another, and more, is told as such', () => {
    const numbered = (from: number, count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [
          `${from + i}.js`,
          `${1000 + from + i}`.repeat(16),
        ]),
      );
    const theirs = numbered(0, 6);
    const own = { ...theirs, ...numbered(100, 20) };
    expect(cloneOf(own, 'x', theirs)).toEqual({
      of: 'x',
      share: 0.23,
      files: 6,
      isContained: true,
    });
    expect(cloneOf({ ...numbered(0, 5), ...numbered(100, 20) }, 'x', theirs)).toBeNull();
  });
});

describe('the shipped fingerprints', () => {
  const root = path.resolve('node_modules/@modelcontextprotocol/server-everything');
  const everything = Object.fromEntries(
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => statSync(path.join(root, file)).isFile())
      .map((file) => [
        file,
        createHash('sha256')
          .update(readFileSync(path.join(root, file)))
          .digest('hex'),
      ]),
  );
  const padding = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [
        `pad/${i}.js`,
        createHash('sha256').update(`${i}`).digest('hex'),
      ]),
    );
  const of = '@modelcontextprotocol/server-everything';

  test('find a copy under another name, by a part of its files', () => {
    const [clone] = knownClonesOf(everything);
    expect(clone).toMatchObject({ of, share: 1 });
    expect(clone?.files).toBeGreaterThan(40);
  });

  test('find a copy with a tenth more files, and one hidden among many', () => {
    expect(knownClonesOf({ ...everything, ...padding(5) })[0]?.share).toBeGreaterThan(0.8);
    expect(knownClonesOf({ ...everything, ...padding(200) })[0]).toMatchObject({
      of,
      isContained: true,
    });
  });

  test('are small, and only of servers on the known-good list', () => {
    const text = readFileSync('rules/fingerprints.json', 'utf8');
    const { packages } = JSON.parse(text) as { packages: Record<string, unknown> };
    const known = new Set(knownGoodNames().map(({ name }) => name));
    expect(Object.keys(packages).filter((name) => !known.has(name))).toEqual([]);
    expect(Object.keys(packages).length).toBeGreaterThan(20);
    expect(text.length).toBeLessThan(60_000);
  });
});
