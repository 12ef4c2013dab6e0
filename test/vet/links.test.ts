// A folder project whose lockfile links to folders: what is not read is named.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from '../support/run.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-links-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('a linked folder is reported as not read as a dependency', async () => {
  const folder = path.join(dir, 'outer');
  mkdirSync(folder);
  const manifest = { name: 'outer', version: '1.0.0', dependencies: { inner: 'file:../inner' } };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  const lock = {
    ...{ name: 'outer', version: '1.0.0', lockfileVersion: 3, requires: true },
    packages: {
      '': manifest,
      'node_modules/inner': { resolved: '../inner', link: true },
      '../inner': { version: '1.0.0' },
    },
  };
  writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify(lock));
  const { stdout } = await run(['./outer', '--json', '--offline', '--cache', path.join(dir, 'c')], {
    env: { HOME: dir, PATH: process.env['PATH'] },
    cwd: dir,
  });
  const [report] = JSON.parse(stdout).reports;
  const findings = report.checks.flatMap((check: { findings: unknown[] }) => check.findings);
  expect(findings).toContainEqual(
    expect.objectContaining({
      ruleId: 'unread-dependency',
      message: expect.stringContaining('inner'),
    }),
  );
});
