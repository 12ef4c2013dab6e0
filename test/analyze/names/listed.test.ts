// What a list that anyone may enter can say of a package, and what it can never do.
import { describe, expect, test } from 'vitest';
import { toManifest } from '../../../src/analyze/manifest.ts';
import { createNameChecker } from '../../../src/analyze/names/index.ts';
import { createListing } from '../../../src/analyze/names/listed.ts';
import type { KnownName, ListedServer } from '../../../src/types.ts';

const server = (name: string, npm: string[], part: Partial<ListedServer> = {}): ListedServer => ({
  name,
  npm,
  status: 'active',
  ...part,
});
const SERVERS = [
  server('io.github.acme/weather', ['@acme/weather-mcp'], {
    repository: 'https://github.com/acme/weather',
  }),
  server('io.github.bread/baker', ['breadbaker-mcp']),
  server('io.github.gone/gone', ['forgotten-mcp'], { status: 'deleted' }),
];

function factOf(name: string, raw: object = {}, known: KnownName | null = null) {
  const listing = createListing({ copiedAt: '2026-11-20', digest: 'd', servers: SERVERS });
  return listing.factOf({ name, manifest: toManifest({ name, ...raw }), known });
}

describe('lookalikes', () => {
  test('are told with their target and kind', () => {
    expect(factOf('breadbakker-mcp').lookalikes).toEqual([
      { target: 'breadbaker-mcp', kind: 'edit', confidence: 'high' },
    ]);
  });
  test.each(['bread-mcp', 'weather-report', 'forgoten-mcp', 'mcp'])('%s is none', (name) => {
    expect(factOf(name).lookalikes).toEqual([]);
  });
  test('of one owner are none', () => {
    const repository = 'github:acme/weather';
    expect(factOf('@acme/weathr-mcp', { repository }).lookalikes).toEqual([]);
    expect(factOf('weather-mcp', { repository }).lookalikes).toEqual([]);
  });
  test('are never asked of a package that is known', () => {
    expect(factOf('breadbakker-mcp', {}, { name: 'x', tier: 'vendor' }).lookalikes).toEqual([]);
  });
});

describe('the entry', () => {
  test('counts only where the manifest names it and it names the package', () => {
    const mcpName = 'io.github.acme/weather';
    expect(factOf('@acme/weather-mcp', { mcpName }).entry?.name).toBe(mcpName);
    expect(factOf('@acme/weather-mcp').entry).toBeUndefined();
    expect(factOf('other', { mcpName }).entry).toBeUndefined();
  });
  test('tells that it names another repository than the known-good list', () => {
    const known = (repository: string): KnownName => ({ name: 'x', tier: 'vendor', repository });
    const of = (repository: string) =>
      factOf('@acme/weather-mcp', { mcpName: 'io.github.acme/weather' }, known(repository));
    expect(of('https://github.com/acme/old').isElsewhere).toBe(true);
    expect(of('git+https://github.com/Acme/weather.git').isElsewhere).toBeUndefined();
  });
});

test('being listed makes no name known, and exempts from nothing', () => {
  expect(createNameChecker({ known: ['lodash'] }).check('@acme/weather-mcp').verdict).toBe('clear');
  const both = [...SERVERS, server('io.github.evil/baker', ['breadbakker-mcp'])];
  const listing = createListing({ copiedAt: '2026-11-20', digest: 'd', servers: both });
  const manifest = toManifest({ name: 'breadbakker-mcp', mcpName: 'io.github.evil/baker' });
  const fact = listing.factOf({ name: 'breadbakker-mcp', manifest, known: null });
  expect(fact.lookalikes.map(({ target }) => target)).toEqual(['breadbaker-mcp']);
});
