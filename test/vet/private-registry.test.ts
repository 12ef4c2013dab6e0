// A private scope on a real registry server, with the public registry behind it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { vet } from '../../src/vet.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { pack } from '../support/tar.ts';
import { startVerdaccio, type PrivateRegistry } from '../support/verdaccio.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-private-'));
let open: TestRegistry;
let closed: PrivateRegistry;
let count = 0;

const server = (name: string, version: string, dependencies = {}) => ({
  name,
  version,
  bin: { server: 'index.js' },
  dependencies,
});
const CODE = { 'index.js': 'export const x = 1;' };

beforeAll(async () => {
  open = await startRegistry();
  closed = await startVerdaccio(open.url);
  open.publish({ manifest: server('left', '1.0.0'), files: CODE });
  open.publish({ manifest: server('@acme/leaked', '99.0.0'), files: CODE });
  const manifest = server('@acme/tools', '1.0.0', { '@acme/leaked': '^1.0.0', left: '^1.0.0' });
  const tarball = (of: object) => gzipSync(pack({ 'package.json': JSON.stringify(of), ...CODE }));
  await closed.publish(manifest, tarball(manifest));
  const leaked = server('@acme/leaked', '1.0.0');
  await closed.publish(leaked, tarball(leaked));
});
afterAll(async () => {
  await Promise.all([open.close(), closed.close()]);
  rmSync(dir, { recursive: true, force: true });
});

async function vetWith(npmrc: string, target: string, own: string[] = []) {
  const home = path.join(dir, `home-${(count += 1)}`);
  mkdirSync(home);
  writeFileSync(path.join(home, '.npmrc'), npmrc);
  const result = await vet(target, {
    own,
    cwd: home,
    cache: path.join(home, 'cache'),
    environment: { HOME: home, PATH: process.env['PATH'] },
    publicRegistry: open.url,
  });
  expect(result.error).toBeUndefined();
  return result.reports[0];
}
const found = (report: Awaited<ReturnType<typeof vetWith>>) =>
  report?.checks.flatMap((check) => check.findings.map((finding) => finding.ruleId));

describe('a scope mapped to a private registry', () => {
  const mapped = () => `registry=${open.url}\n@acme:registry=${closed.url}\n`;

  test('is resolved from there and can be own', async () => {
    const report = await vetWith(mapped(), '@acme/tools', ['@acme']);
    expect(report?.trust).toMatchObject({ level: 'high', sourceClass: 'own' });
    expect(report?.tree.map((node) => `${node.name}@${node.version}`)).toContain(
      '@acme/leaked@1.0.0',
    );
    expect(found(report)).not.toContain('scope-resolved-elsewhere');
  });

  test('a namesake on the public registry is said', async () => {
    expect(found(await vetWith(mapped(), '@acme/tools'))).toContain('private-name-is-public');
  });

  test('without the mapping the public namesake wins, and its version is absurd', async () => {
    open.publish({ manifest: server('victim', '1.0.0', { '@acme/leaked': '*' }), files: CODE });
    const report = await vetWith(`registry=${open.url}\n`, 'victim');
    expect(report?.tree.map((node) => `${node.name}@${node.version}`)).toContain(
      '@acme/leaked@99.0.0',
    );
    expect(found(report)).toContain('absurd-version');
  });
});

test('one private registry with an uplink, as companies have it, alarms nobody', async () => {
  const report = await vetWith(`registry=${closed.url}\n`, '@acme/tools');
  const names = found(report) ?? [];
  for (const rule of [
    'private-name-is-public',
    'scope-resolved-elsewhere',
    'absurd-version',
    'missing-dependency',
  ]) {
    expect(names).not.toContain(rule);
  }
});
