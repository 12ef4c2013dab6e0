// vet --repo: the published files against a checkout, from the command line to the report.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { VetResult } from '../../src/types.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { run } from '../support/run.ts';

const CODE = 'export const x = 1;\n';
const hasGit = spawnSync('git', ['--version']).status === 0;

describe.skipIf(!hasGit)('vet --repo (needs git)', { timeout: 30_000 }, () => {
  let registry: TestRegistry;
  let home: string;
  const manifest = { name: 'weather-mcp', version: '1.0.0', type: 'module', bin: 'index.js' };

  beforeEach(async () => {
    registry = await startRegistry();
    home = mkdtempSync(path.join(tmpdir(), 'mcp-vet-test-'));
    const repo = path.join(home, 'checkout');
    mkdirSync(repo);
    writeFileSync(path.join(repo, 'package.json'), JSON.stringify(manifest));
    writeFileSync(path.join(repo, 'index.js'), CODE);
    const who = ['-c', 'user.name=t', '-c', 'user.email=t@mail.example'];
    const git = (...args: string[]) => execFileSync('git', [...who, ...args], { cwd: repo });
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'one', '--no-gpg-sign');
    git('tag', 'v1.0.0');
  });
  afterEach(async () => {
    await registry.close();
    rmSync(home, { recursive: true, force: true });
  });

  async function findings(files: Record<string, string>) {
    registry.publish({ manifest, files });
    const places = ['--registry', registry.url, '--cache', path.join(home, 'cache')];
    const { stdout } = await run(
      ['weather-mcp@1.0.0', '--json', '--repo', './checkout', ...places],
      { cwd: home, env: { HOME: home, PATH: process.env['PATH'] } },
    );
    const [report] = (JSON.parse(stdout) as VetResult).reports;
    expect(report?.sources['repoComparison']).toMatchObject({ known: true });
    return report?.checks
      .flatMap((check) => check.findings)
      .filter(({ ruleId }) => ruleId === 'tarball-not-in-repository');
  }

  test('names code that stands only in the tarball, and code that differs', async () => {
    const found = await findings({ 'index.js': `${CODE}// more\n`, 'setup.js': CODE });
    expect(found?.map(({ severity, message, excerpt }) => [severity, message, excerpt])).toEqual([
      ['moderate', 'a published file differs from the checkout at v1.0.0', 'index.js'],
      ['moderate', 'a published file is not in the checkout at v1.0.0', 'setup.js'],
    ]);
  });

  test('is silent where they are the same, and about what a build makes of them', async () => {
    expect(await findings({ 'index.js': CODE, 'dist/index.js': 'var x=1' })).toEqual([]);
  });
});
