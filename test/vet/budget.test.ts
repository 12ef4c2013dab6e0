// What there was no time to read is said; the report comes all the same.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { vet, type VetOptions } from '../../src/vet.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';

const BUDGET_MS = 400;
// Enough for the server's own file on a busy machine, without threads.
const ROOMY_MS = 3_000;
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

function vetSlow(changes: VetOptions) {
  return vet('slow-mcp', {
    sourceBudgetMs: ROOMY_MS,
    registry: registry.url,
    publicRegistry: registry.url,
    cache: path.join(home, 'cache'),
    cwd: home,
    environment: { HOME: home },
    ...changes,
  });
}

async function report(changes: VetOptions = {}) {
  const result = await vetSlow(changes);
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

test('a server that could not be read in time was not vetted, however well it is known', async () => {
  hang('slow-mcp-1.0.0.tgz');
  const { reports, notVetted, error } = await vetSlow({ sourceBudgetMs: BUDGET_MS });
  expect(reports).toEqual([]);
  expect(notVetted).toMatchObject([{ kind: 'failed', code: 'timeout' }]);
  expect(error).toMatchObject({
    code: 'timeout',
    message: expect.stringContaining('slow-mcp') as string,
    hint: expect.stringContaining('Try again') as string,
  });
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

test('says that the dependencies could not be resolved in time', async () => {
  hang('/slow-part-mcp');
  const { checks, sources, files } = await report({ treeBudgetMs: BUDGET_MS });
  const reason = "npm's resolver took more than 0.4 seconds.";
  expect(sources['tree']).toEqual({ known: false, reason });
  expect(checks.find(({ id }) => id === 'dependency-audit')).toMatchObject({ score: null });
  expect(files.total).toBeGreaterThan(0);
});

test('an optional dependency that there was no time to find is not taken for one that is not there', async () => {
  const manifest = { name: 'slow-mcp', version: '1.0.1', bin: 'index.js' };
  const optionalDependencies = { 'slow-part-mcp': '1.0.0' };
  const files = { 'index.js': 'export const x = 1;\n' };
  registry.publish({ manifest: { ...manifest, optionalDependencies }, files });
  hang('/slow-part-mcp');
  const { sources } = await report({ treeBudgetMs: BUDGET_MS });
  expect(sources['tree']).toMatchObject({ known: false });
});
