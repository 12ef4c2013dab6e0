// Real packages of the real registry: the embedded list alone tells vulnerable releases from fixed ones.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { vet } from '../../../src/vet.ts';

let cache: string;
beforeAll(() => {
  cache = mkdtempSync(path.join(tmpdir(), 'mcp-vet-test-'));
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

async function history(target: string): Promise<{ outcome: string; ids: string[] }> {
  const { reports, error } = await vet(target, { cache, cwd: cache });
  const check = reports[0]?.checks.find(({ id }) => id === 'disclosure-history');
  if (!check) throw new Error(error?.message ?? 'not vetted');
  const unfixed = check.findings.filter(({ ruleId }) => ruleId === 'unfixed-advisory');
  return { outcome: check.outcome, ids: unfixed.flatMap(({ advisory }) => advisory?.id ?? []) };
}

test.each([
  ['mcp-remote', '0.1.15', '0.1.16', 'GHSA-6xpm-ggf7-wc3p'],
  ['@modelcontextprotocol/server-filesystem', '2025.3.28', '2025.7.1', 'GHSA-hc55-p739-j48w'],
  ['@modelcontextprotocol/inspector', '0.14.0', '0.14.1', 'GHSA-7f8r-222p-6f5g'],
])(
  '%s@%s fails point 7, %s is free of that advisory',
  async (name, bad, good, id) => {
    const vulnerable = await history(`${name}@${bad}`);
    expect(vulnerable.outcome).toBe('fail');
    expect(vulnerable.ids).toContain(id);
    expect((await history(`${name}@${good}`)).ids).not.toContain(id);
  },
  120_000,
);
