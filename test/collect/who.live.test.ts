// The registry that npm is configured for, as it is: a mirror may strip everything, and must not cost time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { toPackumentFact, toReleasesFact } from '../../src/analyze/packument.ts';
import { readNpmConfig } from '../../src/collect/npm-config.ts';
import { fetchPackument, pacoteOptions } from '../../src/collect/pacote.ts';
import { collectPublisher } from '../../src/collect/publisher.ts';
import { collectRepository } from '../../src/collect/repository/index.ts';

const cacheDir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-test-'));
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));
const NAME = '@modelcontextprotocol/server-filesystem';

test('every answer is known or has a reason, within seconds', { timeout: 30_000 }, async () => {
  const { options: npm } = await readNpmConfig({
    cwd: cacheDir,
    env: process.env,
    trustProject: false,
  });
  const options = pacoteOptions({ npm, cacheDir, offline: false });
  const raw = await fetchPackument(NAME, options);
  const packument = toPackumentFact(raw, npm.registry);
  const version = packument.distTags['latest'] ?? '';
  const startedMs = performance.now();
  const publisher = await collectPublisher({
    name: NAME,
    version,
    packument: { known: true, value: packument },
    pacoteOptions: options,
    cacheDir,
    offline: false,
    mcpRegistry: async () => ({ state: 'not-checkable', reason: 'not asked here' }),
  });
  const repository = await collectRepository({
    name: NAME,
    version,
    repository: { url: 'https://github.com/modelcontextprotocol/servers' },
    fetchOptions: options,
    env: {},
    offline: false,
  });
  expect(performance.now() - startedMs).toBeLessThan(15_000);
  expect(publisher).toMatchObject({ known: true });
  if (!publisher.known) return;
  const { signature, provenance } = publisher.value;
  expect(signature.state).not.toBe('invalid');
  expect(provenance.state).not.toBe('invalid');
  if (packument.isStripped) {
    expect(signature).toMatchObject({ state: 'not-checkable' });
    expect(toReleasesFact(raw)).toMatchObject({ known: false });
  }
  if (!repository.known) expect(repository.reason).toMatch(/^github\.com: /);
  else expect(repository.value).toMatchObject({ exists: true, claimsPackage: true });
});
