// A real package with bundled dependencies: an honest bundle is in the tree, and nothing of it is reported.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { liveCache, registryAnswers, vetJson } from './registry.ts';

const answers = await registryAnswers();
const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-bundles-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe.skipIf(!answers)('a real bundle', () => {
  test('is what the registry serves', async () => {
    const spec = '@tailwindcss/oxide-wasm32-wasi@4.3.3';
    const { body } = await vetJson([spec, '--cache', liveCache()], dir);
    const [report] = body.reports;
    const bundled = report?.tree.filter(({ path: way }) => way.length === 2) ?? [];
    expect(bundled.map(({ name }) => name)).toContain('tslib');
    expect(bundled).toHaveLength(6);
    const rules = report?.checks.flatMap(({ findings }) => findings.map(({ ruleId }) => ruleId));
    for (const rule of ['bundled-copy-differs', 'bundled-not-compared', 'unresolved-dependency']) {
      expect(rules).not.toContain(rule);
    }
  }, 120_000);
});
