// What is no attack in a dependency though it would be worth a look in the server itself.
import { describe, expect, test } from 'vitest';
import { openSourceFile } from '../../../../src/analyze/source/file.ts';
import { findThreats } from '../../../../src/analyze/source/threats/index.ts';
import type { PackageContext } from '../../../../src/analyze/source/package-context.ts';
import type { Manifest } from '../../../../src/types.ts';

const manifest: Manifest = {
  name: 'physics',
  version: '1.0.0',
  keywords: [],
  bin: { physics: './bin/cli.js' },
  type: 'module',
  scripts: {},
  dependencies: {},
  optionalDependencies: { 'physics-linux-x64': '1.0.0' },
  peerDependencies: {},
  devDependencies: {},
  bundleDependencies: [],
  engines: {},
};

function severities(text: string, file: string, more: Partial<PackageContext> = {}): string[] {
  const opened = openSourceFile(file, text);
  if (!opened.ok) throw new Error('does not parse');
  const pkg: PackageContext = {
    name: 'physics',
    manifest,
    isSubject: false,
    entries: [],
    lifecycleEntries: [],
    textOf: () => null,
    paths: Array.from({ length: 40 }, (_, index) => `lib/${index}.js`),
    ...more,
  };
  return findThreats(opened.file, pkg).map(({ ruleId, severity }) => `${severity} ${ruleId}`);
}

describe('a module that is imported from a registry mirror', () => {
  const pinned =
    "const PATH = 'https://cdn.jsdelivr.net/npm/rapier@0.17.3/+esm'; export const load = () => import(PATH);";
  test('is low in a library, at a fixed version', () =>
    expect(severities(pinned, 'lib/a.js')).toEqual(['low fetched-code-executed']));
  test('is critical at no version, from another host, and in the server itself', () => {
    const critical = ['critical fetched-code-executed'];
    expect(severities(pinned.replace('@0.17.3', ''), 'lib/a.js')).toEqual(critical);
    expect(severities(pinned.replace('cdn.jsdelivr.net', 'cdn.files.example'), 'lib/a.js')).toEqual(
      critical,
    );
    expect(severities(pinned, 'lib/a.js', { isSubject: true })).toEqual(critical);
  });
  test('is moderate on a page that the server brings along', () => {
    const page = `document.querySelector('main').hidden = false; ${pinned}`;
    expect(severities(page, 'dist/client/index.js', { isSubject: true })).toEqual([
      'moderate fetched-code-executed',
    ]);
  });
});

describe('a package that is installed while it runs', () => {
  const other = "require('child_process').execSync('npx -y other-tool migrate');";
  test('is low in a command of a library', () =>
    expect(severities(other, 'bin/cli.js')).toEqual(['low runtime-install']));
  test('is moderate when the library does it as it is loaded', () =>
    expect(severities(other, 'lib/a.js')).toEqual(['moderate runtime-install']));
  const own =
    "const c = require('child_process'); c.execSync(`npm install --no-audit ${pick()}@${version()}`);";
  test('is low when it is its own binary for the platform', () =>
    expect(severities(own, 'install.js', { lifecycleEntries: ['install.js'] })).toEqual([
      'low runtime-install',
    ]));
  test('is moderate when the package has no such binaries', () =>
    expect(
      severities(own, 'install.js', {
        lifecycleEntries: ['install.js'],
        manifest: { ...manifest, optionalDependencies: {} },
      }),
    ).toEqual(['moderate runtime-install']));
});
