// Lockfiles that npm itself writes from the real registry come out clean, whatever their form.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { defaultRegistry } from '../../src/collect/npm-config.ts';
import { alarmsOf, FORMS, writeNpmLock } from '../support/npm-lock.mjs';
import { liveCache, registryAnswers, vetJson } from './registry.ts';

const answers = await registryAnswers();
const cache = liveCache();
const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-locks-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

// All six servers in all forms: node test/eval/lockfiles.mjs
const CASES = [
  ...[1, 2, 3].flatMap((version) => FORMS.map((form) => ['@playwright/mcp', version, form])),
  ...FORMS.map((form) => ['mcp-remote', 3, form]),
] as [string, number, string][];

describe.skipIf(!answers)('a lockfile that npm writes', () => {
  test.each(CASES)(
    'for %s, version %i, %s, has no finding about locks, names or confusion',
    async (name, version, form) => {
      const home = mkdtempSync(path.join(dir, 'lock-'));
      const lock = await writeNpmLock({
        dir: home,
        name,
        version,
        form,
        defaultRegistry: defaultRegistry(),
      });
      const { body } = await vetJson([lock, '--cache', cache], home);
      const [report] = body.reports;
      if (!report) throw new Error(body.error?.message);
      expect(report.tree.length).toBeGreaterThan(3);
      expect(alarmsOf(report)).toEqual([]);
    },
    120_000,
  );
});
