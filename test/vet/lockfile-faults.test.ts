// Every fault of a lockfile through the whole of a vetting, each beside the honest lockfile that differs in one thing.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { VetResult } from '../../src/types.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { run } from '../support/run.ts';

type Entry = Record<string, unknown>;
interface Lock {
  packages: Record<string, Entry>;
  manifest: { dependencies: Record<string, string> };
}

const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-locks-'));
const SHA1 = `sha1-${Buffer.alloc(20, 1).toString('base64')}`;
const OTHER = `sha512-${Buffer.alloc(64, 1).toString('base64')}`;
// What these checks say at all; a project without a repository is another matter.
const ABOUT_LOCKS =
  /integrity|resolved|lock|dependency|script|credentials|version|name|bundled|scope/;
let registry: TestRegistry;
let count = 0;

beforeAll(async () => {
  registry = await startRegistry();
  const scripts = { postinstall: 'node index.js' };
  for (const manifest of [
    { name: 'dep', version: '1.2.3' },
    { name: 'dep', version: '1.2.4' },
    { name: 'twin', version: '1.0.0' },
    { name: 'scripted', version: '1.0.0', scripts },
  ]) {
    registry.publish({ manifest, files: { 'index.js': `// ${manifest.name}` } });
  }
});
afterAll(async () => {
  await registry.close();
  rmSync(dir, { recursive: true, force: true });
});

async function entryOf(name: string, version: string): Promise<Entry> {
  const packument = (await (await fetch(`${registry.url}${name}`)).json()) as {
    versions: Record<string, { dist: { integrity: string; tarball: string } }>;
  };
  const { integrity, tarball } = packument.versions[version]?.dist ?? {};
  return { version, resolved: tarball, integrity };
}

/** The lockfile that npm would write here. */
async function honest(): Promise<Lock> {
  const dependencies = { dep: '^1.2.0', twin: '^1.0.0', scripted: '1.0.0' };
  return {
    manifest: { dependencies },
    packages: {
      '': { name: 'project', version: '1.0.0', dependencies: { ...dependencies } },
      'node_modules/dep': await entryOf('dep', '1.2.3'),
      'node_modules/scripted': { ...(await entryOf('scripted', '1.0.0')), hasInstallScript: true },
      'node_modules/twin': await entryOf('twin', '1.0.0'),
    },
  };
}

/** Rules that speak of the lockfile, after `edit` has been at it. */
async function rulesOf(edit: (lock: Lock) => void): Promise<string[]> {
  const lock = await honest();
  edit(lock);
  const folder = path.join(dir, `project-${(count += 1)}`);
  mkdirSync(folder);
  writeFileSync(path.join(dir, '.npmrc'), `registry=${registry.url}\n`);
  const file = path.join(folder, 'package-lock.json');
  const { packages } = lock;
  writeFileSync(file, JSON.stringify({ name: 'project', lockfileVersion: 3, packages }));
  const manifest = { name: 'project', version: '1.0.0', ...lock.manifest };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  const { stdout } = await run([file, '--json', '--cache', path.join(dir, 'cache')], {
    env: { HOME: dir, PATH: process.env['PATH'] },
    cwd: dir,
  });
  const { reports, error } = JSON.parse(stdout) as VetResult;
  if (!reports[0]) throw new Error(error?.message);
  const audit = reports[0].checks.find(({ id }) => id === 'dependency-audit');
  const rules = (audit?.findings ?? []).map(({ ruleId, severity }) => `${severity} ${ruleId}`);
  return [...new Set(rules)].filter((rule) => ABOUT_LOCKS.test(rule) && !EXPECTED.has(rule)).sort();
}
// The fixture has an honest install script.
const EXPECTED = new Set(['low install-script', 'moderate install-script']);

const dep = (change: Entry) => (lock: Lock) => {
  Object.assign(lock.packages['node_modules/dep'] ?? {}, change);
};
const at = (text: string) => registry.url.replace('http://', text);

describe('an honest lockfile', () => {
  test.each([
    ['as npm writes it', () => undefined],
    [
      'without resolved',
      (lock: Lock) => Object.values(lock.packages).forEach((one) => delete one['resolved']),
    ],
    [
      'with a package at two places',
      (lock: Lock) => {
        lock.packages['node_modules/twin/node_modules/dep'] = {
          ...lock.packages['node_modules/dep'],
        };
      },
    ],
    [
      'with SHA-1 beside SHA-512',
      (lock: Lock) => {
        const entry = lock.packages['node_modules/dep'] ?? {};
        entry['integrity'] = `${SHA1} ${String(entry['integrity'])}`;
      },
    ],
  ])('%s has no finding', async (_what, edit) => {
    expect(await rulesOf(edit)).toEqual([]);
  });
});

describe('a lockfile that somebody edited', () => {
  test.each([
    ['lost an integrity', dep({ integrity: undefined }), 'moderate missing-integrity'],
    ['has SHA-1 only', dep({ integrity: SHA1 }), 'low weak-integrity'],
    ['has a hash that is none', dep({ integrity: 'sha512-%%%' }), 'moderate malformed-integrity'],
    ['has other content than is served', dep({ integrity: OTHER }), 'critical integrity-changed'],
    [
      'has the hash of one package at another',
      (lock: Lock) => dep({ integrity: lock.packages['node_modules/twin']?.['integrity'] })(lock),
      'high shared-integrity',
    ],
    [
      'is resolved from a foreign host',
      dep({ resolved: 'https://files.example/dep/-/dep-1.2.3.tgz' }),
      'high foreign-resolved-host',
    ],
    [
      'is resolved without TLS',
      dep({ resolved: 'http://files.example/dep/-/dep-1.2.3.tgz' }),
      'moderate insecure-resolved-url',
    ],
    [
      'holds credentials',
      (lock: Lock) => dep({ resolved: `${at('http://me:secret@')}dep/-/dep-1.2.3.tgz` })(lock),
      'moderate credentials-in-lockfile',
    ],
    [
      'has the tarball of another package',
      (lock: Lock) => dep({ resolved: `${registry.url}twin/-/twin-1.0.0.tgz` })(lock),
      'high resolved-mismatch',
    ],
    [
      'has the tarball of another version',
      (lock: Lock) => dep({ resolved: `${registry.url}dep/-/dep-1.2.4.tgz` })(lock),
      'high resolved-mismatch',
    ],
    ['has an address that is none', dep({ resolved: 'not a url' }), 'moderate malformed-resolved'],
    [
      'takes a package from git',
      dep({ resolved: 'git+https://git.example/a/dep.git#main', integrity: undefined }),
      'moderate git-dependency',
    ],
    [
      'disagrees with package.json',
      (lock: Lock) => void (lock.manifest.dependencies['dep'] = '^2.0.0'),
      'moderate lock-manifest-mismatch',
    ],
    [
      'hides an install script',
      (lock: Lock) => void delete lock.packages['node_modules/scripted']?.['hasInstallScript'],
      'high hidden-install-script',
    ],
  ])('and that %s is found', async (_what, edit, rule) => {
    expect(await rulesOf(edit)).toContain(rule);
  });

  test('to install a package under another name is said, and no more than that', async () => {
    const rules = await rulesOf((lock) => {
      lock.manifest.dependencies['other'] = 'npm:twin@1.0.0';
      Object.assign(lock.packages['']?.['dependencies'] ?? {}, { other: 'npm:twin@1.0.0' });
      lock.packages['node_modules/other'] = { name: 'twin', ...lock.packages['node_modules/twin'] };
    });
    expect(rules).toEqual(['info aliased-dependency']);
  });

  test('behind a mirror that is not configured here is told apart from one that brings other content', async () => {
    const mirrored = (lock: Lock) => {
      for (const entry of Object.values(lock.packages)) {
        if (typeof entry['resolved'] !== 'string') continue;
        entry['resolved'] = entry['resolved'].replace(registry.url, 'https://mirror.example/npm/');
      }
    };
    expect(await rulesOf(mirrored)).toEqual(['low foreign-resolved-host']);
    const rules = await rulesOf((lock) => {
      mirrored(lock);
      dep({ integrity: OTHER })(lock);
    });
    expect(rules).toContain('critical integrity-changed');
    expect(rules).toContain('high foreign-resolved-host');
  });

  test('with a file or a link of the project itself is no fault of the lock', async () => {
    const rules = await rulesOf((lock) => {
      lock.manifest.dependencies['local'] = 'file:packages/local';
      Object.assign(lock.packages['']?.['dependencies'] ?? {}, { local: 'file:packages/local' });
      lock.packages['node_modules/local'] = { resolved: 'packages/local', link: true };
      lock.packages['packages/local'] = { version: '1.0.0' };
    });
    expect(rules).toEqual([]);
  });
});
