// Install scripts that connect: judged by the hosts and capabilities of the files they start.
import { expect, test } from 'vitest';
import type { Manifest } from '../../../../src/types.ts';
import { toManifest } from '../../../../src/analyze/manifest.ts';
import type {
  FileSummary,
  PackageContext,
} from '../../../../src/analyze/source/package-context.ts';
import { findPackageThreats } from '../../../../src/analyze/source/threats/index.ts';

const context: PackageContext = {
  name: 'acme-notes-mcp',
  manifest: toManifest({
    name: 'acme-notes-mcp',
    homepage: 'https://notes.example',
    scripts: { postinstall: 'node setup.js' },
  }),
  isSubject: true,
  entries: [],
  lifecycleEntries: ['setup.js'],
  textOf: () => null,
  paths: ['setup.js'],
};
const summary = (host: string, path = 'setup.js'): FileSummary => ({
  path,
  reached: 'lifecycle',
  threats: [],
  capabilities: [
    { capability: 'network-client', line: 1, detail: 'fetch' },
    { capability: 'process-spawn', line: 2, detail: 'child_process.spawn' },
  ],
  hosts: [{ host, url: `https://${host}/x`, line: 1, isContacted: true }],
});
const idsOf = (file: FileSummary) =>
  findPackageThreats(context, [file]).map(({ ruleId }) => ruleId);

test('an install script that connects to a strange host and starts processes is reported', () => {
  expect(idsOf(summary('cdn.strange.example'))).toEqual(['install-script-connects']);
});

test.each(['registry.npmjs.com', 'dl.notes.example', 'github.com', 'localhost'])(
  '%s is a place for it',
  (host) => {
    expect(idsOf(summary(host))).toEqual([]);
  },
);

test('scripts that only a checkout runs are nothing in a dependency', () => {
  const scripts = { prepare: 'git config core.hooksPath .githooks' };
  const manifest: Manifest = { ...context.manifest, scripts };
  const rules = (isSubject: boolean, more = manifest) =>
    findPackageThreats({ ...context, isSubject, manifest: more }, []).map(({ ruleId }) => ruleId);
  expect(rules(false)).toEqual([]);
  expect(rules(true)).toEqual(['git-hook-write']);
  const atInstall = { ...manifest, scripts: { postinstall: scripts.prepare } };
  expect(rules(false, atInstall)).toEqual(['git-hook-write']);
});

test('what no install starts is not meant', () => {
  expect(idsOf(summary('cdn.strange.example', 'index.js'))).toEqual([]);
});
