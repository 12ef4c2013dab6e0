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
  await publishPrivately('@acme/tools', '1.0.0', { '@acme/leaked': '^1.0.0', left: '^1.0.0' });
  await publishPrivately('@acme/leaked', '1.0.0');
});
afterAll(async () => {
  await Promise.all([open.close(), closed.close()]);
  rmSync(dir, { recursive: true, force: true });
});

async function vetWith(
  npmrc: string,
  target: string,
  own: string[] = [],
  publicRegistry = open.url,
) {
  const home = path.join(dir, `home-${(count += 1)}`);
  mkdirSync(home);
  writeFileSync(path.join(home, '.npmrc'), npmrc);
  const result = await vet(target, {
    own,
    cwd: home,
    cache: path.join(home, 'cache'),
    environment: { HOME: home, PATH: process.env['PATH'] },
    publicRegistry,
  });
  expect(result.error).toBeUndefined();
  return result.reports[0];
}
const CONFUSION = [
  'private-name-is-public',
  'claimable-name',
  'scope-resolved-elsewhere',
  'absurd-version',
  'missing-dependency',
];
type Vetted = Awaited<ReturnType<typeof vetWith>>;
const findings = (report: Vetted, ruleId: string) =>
  report?.checks.flatMap((check) => check.findings.filter((one) => one.ruleId === ruleId)) ?? [];
const messages = (report: Vetted, ruleId: string) =>
  findings(report, ruleId).map(({ message }) => message);
const versionOf = (report: Vetted, name: string) =>
  report?.tree.find((node) => node.name === name)?.version;
async function publishPrivately(name: string, version: string, dependencies = {}) {
  const manifest = server(name, version, dependencies);
  await closed.publish(
    manifest,
    gzipSync(pack({ 'package.json': JSON.stringify(manifest), 'index.js': `// ${name} of ours` })),
  );
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

describe('one private registry with an uplink, as companies have it', () => {
  const behind = (target: string, own: string[] = []) =>
    vetWith(`registry=${closed.url}\n`, target, own);

  test('alarms nobody about what comes through it from the public one', async () => {
    const manifest = server('proper', '1.0.0', { left: '^1.0.0' });
    open.publish({ manifest, files: CODE });
    const names = found(await behind('proper')) ?? [];
    for (const rule of CONFUSION) expect(names).not.toContain(rule);
  });

  test('the same name on both is said, with both versions', async () => {
    const report = await behind('@acme/tools', ['@acme']);
    expect(messages(report, 'private-name-is-public')).toEqual([
      "@acme/leaked@1.0.0 is your registry's; on a machine without your registry the public package of that name is installed (newest: 99.0.0)",
    ]);
    for (const rule of ['scope-resolved-elsewhere', 'absurd-version', 'missing-dependency']) {
      expect(found(report)).not.toContain(rule);
    }
  });

  test('an unscoped name that nobody has claimed is claimable', async () => {
    await publishPrivately('billing-internals', '1.0.0');
    const report = await behind('billing-internals', ['billing-internals']);
    expect(messages(report, 'claimable-name')).toEqual([
      'billing-internals is not on the public registry, where anybody can claim the name',
    ]);
  });

  test('an unscoped name that somebody else has claimed is a namesake', async () => {
    await publishPrivately('payroll-internals', '1.0.0');
    await publishPrivately('uses-payroll', '1.0.0', { 'payroll-internals': '^1.0.0' });
    open.publish({ manifest: server('payroll-internals', '99.9.9'), files: CODE });
    const report = await behind('uses-payroll', ['payroll-internals']);
    expect(versionOf(report, 'payroll-internals')).toBe('1.0.0');
    expect(messages(report, 'private-name-is-public').join()).toContain('newest: 99.9.9');
  });

  test('where the public namesake wins by its version, it is said which one came', async () => {
    await publishPrivately('ledger-internals', '1.0.0');
    await publishPrivately('uses-ledger', '1.0.0', { 'ledger-internals': '*' });
    open.publish({ manifest: server('ledger-internals', '99.9.9'), files: CODE });
    const report = await behind('uses-ledger', ['ledger-internals']);
    expect(versionOf(report, 'ledger-internals')).toBe('99.9.9');
    expect(messages(report, 'private-name-is-public')).toEqual([
      "ledger-internals@99.9.9 is the public registry's, although your registry has a package of that name (newest of its own: 1.0.0)",
    ]);
    expect(found(report)).toContain('absurd-version');
  });

  test('names that nobody calls their own are not told to the public registry', async () => {
    await publishPrivately('quiet-internals', '1.0.0');
    const elsewhere = await startRegistry();
    const npmrc = `registry=${closed.url}\n`;
    try {
      await vetWith(npmrc, 'quiet-internals', [], elsewhere.url);
      expect(elsewhere.requests).toEqual([]);
      await vetWith(npmrc, 'quiet-internals', ['quiet-internals'], elsewhere.url);
      expect(elsewhere.requests).toContain('GET /quiet-internals');
    } finally {
      await elsewhere.close();
    }
  });

  test('a scope of which nothing is public is asked about once', async () => {
    await publishPrivately('@acme/one', '1.0.0');
    await publishPrivately('@acme/two', '1.0.0', { '@acme/one': '1.0.0' });
    expect(messages(await behind('@acme/two', ['@acme']), 'claimable-name')).toHaveLength(1);
  });
});

describe('a dependency that nobody has published', () => {
  test.each([
    ['unscoped', 'gone-for-good', 'high'],
    ['of a scope that nobody may own', '@ghost/gone', 'moderate'],
  ])('%s is claimable', async (_what, name, severity) => {
    const subject = `needs-${name.replace(/\W/g, '')}`;
    open.publish({ manifest: server(subject, '1.0.0', { [name]: '^1.0.0' }), files: CODE });
    const report = await vetWith(`registry=${open.url}\n`, subject);
    expect(findings(report, 'missing-dependency')).toMatchObject([{ severity, package: name }]);
  });

  test('of a scope that is in the tree already can be claimed by its owner only', async () => {
    open.publish({ manifest: server('@real/a', '1.0.0'), files: CODE });
    const dependencies = { '@real/a': '1.0.0', '@real/gone': '1.0.0' };
    open.publish({ manifest: server('needs-real', '1.0.0', dependencies), files: CODE });
    const report = await vetWith(`registry=${open.url}\n`, 'needs-real');
    expect(findings(report, 'missing-dependency')).toMatchObject([{ severity: 'low' }]);
  });

  test('an optional one that is there is not reported', async () => {
    open.publish({ manifest: server('needs-left', '1.0.0', { left: '*' }), files: CODE });
    const report = await vetWith(`registry=${open.url}\n`, 'needs-left');
    expect(found(report)).not.toContain('missing-dependency');
  });
});

describe('a scope that is yours', () => {
  const mapped = () => `registry=${open.url}\n@acme:registry=${closed.url}\n`;
  const lockOf = (from: string, version: string) => ({
    name: 'project',
    lockfileVersion: 3,
    packages: {
      '': { dependencies: { '@acme/leaked': version } },
      'node_modules/@acme/leaked': {
        version,
        resolved: `${from}@acme/leaked/-/leaked-${version}.tgz`,
        integrity: `sha512-${Buffer.alloc(64, 1).toString('base64')}`,
      },
    },
  });
  async function vetLock(lock: object) {
    const folder = mkdtempSync(path.join(dir, 'lock-'));
    writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify(lock));
    return vetWith(mapped(), path.join(folder, 'package-lock.json'), ['@acme']);
  }

  test('and that a lock resolves from elsewhere caps the level', async () => {
    const report = await vetLock(lockOf(open.url, '99.0.0'));
    expect(findings(report, 'scope-resolved-elsewhere')).toMatchObject([
      { severity: 'high', caps: 'low', package: '@acme/leaked' },
    ]);
    expect(report?.trust.level).not.toBe('high');
  });

  test('and that a lock resolves from its registry does not', async () => {
    expect(found(await vetLock(lockOf(closed.url, '1.0.0')))).not.toContain(
      'scope-resolved-elsewhere',
    );
  });

  test('and whose registry hands out the tarball of another one is not trusted as own', async () => {
    const manifest = server('@own/tool', '1.0.0');
    open.publish({ manifest, files: CODE });
    const mine = await startRegistry();
    try {
      const dist = { tarball: `${open.url}@own/tool/-/tool-1.0.0.tgz` };
      mine.publish({ manifest, files: CODE, extra: { dist } });
      const npmrc = `registry=${open.url}\n@own:registry=${mine.url}\n`;
      const report = await vetWith(npmrc, '@own/tool', ['@own']);
      expect(found(report)).toContain('scope-resolved-elsewhere');
      expect(report?.trust.level).toBe('low');
    } finally {
      await mine.close();
    }
  });
});
