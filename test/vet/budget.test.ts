// What there was no time to read is said; the report comes all the same.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { vet } from '../../src/vet.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';

const BUDGET_MS = 400;
let registry: TestRegistry;
let home: string;
beforeEach(async () => {
  registry = await startRegistry();
  home = mkdtempSync(path.join(tmpdir(), 'mcp-vet-test-'));
  const files = { 'index.js': "import 'slow-part-mcp';\nexport const x = 1;\n" };
  registry.publish({ manifest: { name: 'slow-part-mcp', version: '1.0.0' }, files });
  const dependencies = { 'slow-part-mcp': '1.0.0' };
  const manifest = { name: 'slow-mcp', version: '1.0.0', type: 'module', bin: 'index.js' };
  registry.publish({ manifest: { ...manifest, dependencies }, files });
});
afterEach(async () => {
  await registry.close();
  rmSync(home, { recursive: true, force: true });
});

/** Answers nothing where `ending` is asked for. */
function hang(ending: string) {
  registry.intercept(({ url = '' }) => decodeURIComponent(url).endsWith(ending));
}

async function report() {
  const result = await vet('slow-mcp', {
    sourceBudgetMs: BUDGET_MS,
    registry: registry.url,
    publicRegistry: registry.url,
    cache: path.join(home, 'cache'),
    cwd: home,
    environment: { HOME: home },
  });
  expect(result.notVetted).toEqual([]);
  const [only] = result.reports;
  if (!only) throw new Error('no report');
  return only;
}

test('names a dependency that there was no time to read; its point is not verified', async () => {
  hang('slow-part-mcp-1.0.0.tgz');
  const { checks } = await report();
  const permissions = checks.find(({ id }) => id === 'permission-review');
  expect(permissions).toMatchObject({ outcome: 'unknown', score: null });
  expect(permissions?.findings).toContainEqual(
    expect.objectContaining({
      ruleId: 'unread-dependency',
      message: expect.stringContaining('slow-part-mcp') as string,
      excerpt: 'the time for reading the source was over',
    }),
  );
});

test('says that the server itself could not be read in time, and passes nothing for it', async () => {
  hang('slow-mcp-1.0.0.tgz');
  const { checks, sources, trust } = await report();
  const reason = 'the time for reading the source was over';
  expect(sources['source']).toEqual({ known: false, reason });
  expect(checks.find(({ id }) => id === 'permission-review')).toMatchObject({ outcome: 'unknown' });
  expect(['high', 'medium']).not.toContain(trust.level);
});

test('reads on where it stopped when asked again', async () => {
  let isHanging = true;
  registry.intercept(({ url = '' }) => isHanging && url.endsWith('slow-part-mcp-1.0.0.tgz'));
  await report();
  isHanging = false;
  const { checks } = await report();
  const ids = checks.flatMap(({ findings }) => findings.map(({ ruleId }) => ruleId));
  expect(ids).not.toContain('unread-dependency');
});
