// Six well-known servers from the real registry, through the built command.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, describe, expect, test } from 'vitest';
import { liveCache, registryAnswers, ROOT, SERVERS, start, vetJson } from './registry.ts';

const answers = await registryAnswers();
const cache = liveCache();
const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-servers-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const schema = JSON.parse(readFileSync(path.join(ROOT, 'rules/report.schema.json'), 'utf8'));
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
const validate = ajv.compile(schema);

const OFFICIAL = new Set(SERVERS.slice(0, 2));

describe.skipIf(!answers)('well-known servers of the real registry', () => {
  test.each(SERVERS)(
    '%s has no high or critical finding, and its class',
    async (name) => {
      const { exitCode, body } = await vetJson([name, '--cache', cache], dir);
      expect(validate(body), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
      const [report] = body.reports;
      const loud = report?.checks
        .flatMap((check) => check.findings)
        .filter(({ severity }) => severity === 'high' || severity === 'critical');
      expect(loud).toEqual([]);
      expect(report?.trust).toMatchObject({
        sourceClass: OFFICIAL.has(name) ? 'official' : 'community',
        level: 'medium',
      });
      expect(exitCode).toBe(0);
    },
    300_000,
  );

  test('two runs on the same evidence give the same bytes, apart from start and duration', async () => {
    const argv = ['mcp-remote@0.1.16', '--cache', cache, '--now', '2026-11-20', '--offline'];
    await vetJson(argv.slice(0, -1), dir);
    const [first, second] = [await vetJson(argv, dir), await vetJson(argv, dir)];
    const bytes = ({ stdout }: { stdout: string }) =>
      stdout.replace(/"(startedAt|durationMs)": [^\n]+/g, '');
    expect(bytes(first)).toBe(bytes(second));
  }, 300_000);

  test('--offline works from the cache of a first run and says what it could not refresh', async () => {
    const argv = ['mcp-remote@0.1.16', '--cache', cache];
    await vetJson(argv, dir);
    const { body, exitCode } = await vetJson([...argv, '--offline'], dir);
    expect(body.reports[0]?.subject.version).toBe('0.1.16');
    expect([0, 1]).toContain(exitCode);
    const reasons = Object.values(body.reports[0]?.sources ?? {}).map(({ reason }) => reason);
    expect(reasons.some((reason) => /offline/.test(reason ?? ''))).toBe(true);
  }, 300_000);

  test('npm ci from --write-lock installs the very integrities of the report', async () => {
    const lock = path.join(dir, 'locked');
    const argv = ['mcp-remote@0.1.16', '--cache', cache, '--write-lock', lock];
    const { body } = await vetJson(argv, dir);
    const installed = await start('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: lock,
    });
    expect(installed.exitCode, installed.stderr).toBe(0);
    const text = await readFile(path.join(lock, 'node_modules/.package-lock.json'), 'utf8');
    const { packages } = JSON.parse(text) as { packages: Record<string, { integrity: string }> };
    const wanted = new Map(
      body.reports[0]?.tree.map(({ id, name, integrity }) => [
        id === '' ? `node_modules/${name}` : id,
        integrity,
      ]),
    );
    expect(Object.keys(packages).length).toBeGreaterThan(50);
    for (const [place, { integrity }] of Object.entries(packages)) {
      expect([place, integrity]).toEqual([place, wanted.get(place)]);
    }
  }, 300_000);
});
