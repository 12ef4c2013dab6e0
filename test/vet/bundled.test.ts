// Bundled dependencies through the whole of a vetting: an honest bundle, and bundles that somebody changed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { vet } from '../../src/vet.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-bundles-'));
let registry: TestRegistry;
const DEP = { name: 'dep', version: '1.2.3', main: 'index.js' };
const CODE = { 'index.js': 'module.exports = 1;', 'extra.js': '', 'README.md': '# dep' };

beforeAll(async () => {
  registry = await startRegistry();
  registry.publish({ manifest: DEP, files: CODE });
});
afterAll(async () => {
  await registry.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Vets a server that depends on a package which brings `dep` along with these files. */
async function vetBundle(name: string, files: Record<string, string>, manifest: object = DEP) {
  const copy = { 'package.json': JSON.stringify(manifest), ...files };
  registry.publish({
    manifest: {
      name,
      version: '1.0.0',
      dependencies: { dep: '^1.0.0' },
      bundleDependencies: ['dep'],
    },
    files: {
      'index.js': "module.exports = require('dep');",
      ...Object.fromEntries(
        Object.entries(copy).map(([p, text]) => [`node_modules/dep/${p}`, text]),
      ),
    },
  });
  const server = `server-of-${name}`;
  registry.publish({
    manifest: {
      name: server,
      version: '1.0.0',
      bin: 'index.js',
      dependencies: { [name]: '1.0.0' },
    },
    files: { 'index.js': `require('${name}');` },
  });
  return vetNamed(server);
}

async function vetNamed(server: string) {
  const result = await vet(server, {
    cwd: dir,
    registry: registry.url,
    cache: path.join(dir, 'cache'),
    environment: { HOME: dir, PATH: process.env['PATH'] },
    publicRegistry: registry.url,
  });
  const [report] = result.reports;
  if (!report) throw new Error(result.error?.message);
  const audit = report.checks.find(({ id }) => id === 'dependency-audit');
  const findings = (audit?.findings ?? []).filter(({ ruleId }) =>
    /bundled|unresolved/.test(ruleId),
  );
  return { report, findings };
}

test('an honest bundle is in the tree and is not reported', async () => {
  const { report, findings } = await vetBundle('honest', {
    'index.js': CODE['index.js'],
    'README.md': 'pruned',
  });
  expect(report.tree.map(({ id, version }) => `${id}@${version}`)).toContain(
    'node_modules/honest/node_modules/dep@1.2.3',
  );
  expect(findings).toEqual([]);
});

test('a bundled copy with other code is reported, with the file', async () => {
  const { findings } = await vetBundle('altered', { ...CODE, 'index.js': 'module.exports = 2;' });
  expect(findings).toMatchObject([
    {
      ruleId: 'bundled-copy-differs',
      severity: 'moderate',
      package: 'dep',
      message:
        'dep@1.2.3, inside of a tarball, is not what the registry serves (code files changed: 1)',
      excerpt: 'index.js',
    },
  ]);
});

test('a bundled copy with an install script of its own is high', async () => {
  const scripts = { postinstall: 'node index.js' };
  const { findings } = await vetBundle('scripted', CODE, { ...DEP, scripts });
  expect(findings).toMatchObject([{ ruleId: 'bundled-copy-differs', severity: 'high' }]);
});

test('a bundled copy of a version that is not published is said to be uncompared', async () => {
  const { findings } = await vetBundle('unpublished', CODE, { ...DEP, version: '9.9.9' });
  expect(findings).toMatchObject([
    { ruleId: 'bundled-not-compared', severity: 'info', excerpt: 'dep@9.9.9' },
  ]);
});

test.each([
  ['points elsewhere', 'https://files.example/dep.tgz', ['high foreign-resolved-host']],
  ['points to the registry', null, []],
])('the packages of a shrinkwrap that %s are in the tree', async (_what, resolved, rules) => {
  const name = resolved === null ? 'wrapped' : 'wrapped-elsewhere';
  const entry = {
    version: '1.2.3',
    resolved: resolved ?? `${registry.url}dep/-/dep-1.2.3.tgz`,
    integrity: `sha512-${Buffer.alloc(64, 1).toString('base64')}`,
  };
  const packages = { '': { dependencies: { dep: '1.2.3' } }, 'node_modules/dep': entry };
  registry.publish({
    manifest: { name, version: '1.0.0', bin: 'index.js', dependencies: { dep: '1.2.3' } },
    files: {
      'index.js': "require('dep');",
      'npm-shrinkwrap.json': JSON.stringify({ lockfileVersion: 3, packages }),
    },
    extra: { _hasShrinkwrap: true },
  });
  const { report, findings } = await vetNamed(name);
  expect(report.tree.map(({ id }) => id)).toContain(`node_modules/${name}/node_modules/dep`);
  expect(findings).toEqual([]);
  const found = report.checks.flatMap(({ findings }) =>
    findings.filter(({ ruleId }) => /^(foreign|insecure|resolved|shared|integrity)/.test(ruleId)),
  );
  expect(found.map(({ severity, ruleId }) => `${severity} ${ruleId}`)).toEqual(rules);
});
