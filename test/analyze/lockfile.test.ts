// Each fault of a lockfile, beside the lockfile that npm writes, which has none.
import { describe, expect, test } from 'vitest';
import { auditLockfile } from '../../src/analyze/lockfile.ts';
import { toManifest } from '../../src/analyze/manifest.ts';
import type { Json } from '../../src/types.ts';

const HASH = `sha512-${Buffer.alloc(64, 7).toString('base64')}`;
const OTHER = `sha512-${Buffer.alloc(64, 8).toString('base64')}`;
const entry = (part: object = {}) => ({
  version: '1.2.3',
  resolved: 'https://registry.example/dep/-/dep-1.2.3.tgz',
  integrity: HASH,
  ...part,
});
const audit = (packages: object, dependencies: Record<string, string> = { dep: '^1.0.0' }) =>
  auditLockfile(
    {
      file: '/x/package-lock.json',
      lockfileVersion: 3,
      raw: {
        lockfileVersion: 3,
        packages: { '': { dependencies: { dep: '^1.0.0' } }, ...packages },
      } as Json,
      manifest: toManifest({ name: 'p', dependencies }),
    },
    {
      registryHosts: new Set(['registry.example', 'mirror.example:8443', 'plain.example']),
      plainHosts: new Set(['plain.example']),
    },
  ).map((hit) => hit.ruleId);
const one = (part: object, id = 'node_modules/dep') => audit({ [id]: entry(part) });

describe('what npm writes is clean', () => {
  test.each([
    ['as it is', entry()],
    ['without resolved (omit-lockfile-registry-resolved)', { version: '1.2.3', integrity: HASH }],
    [
      'from the configured mirror',
      entry({ resolved: 'https://mirror.example:8443/dep/-/dep-1.2.3.tgz' }),
    ],
    ['a link', { resolved: 'packages/dep', link: true }],
    ['a bundled package', { version: '1.2.3', inBundle: true }],
    [
      'an alias',
      entry({ name: 'other', resolved: 'https://registry.example/other/-/other-1.2.3.tgz' }),
    ],
    ['a build version', entry({ version: '1.2.3+sha.1' })],
  ])('%s', (_what, value) => expect(audit({ 'node_modules/dep': value })).toEqual([]));
  test('a scoped package', () => {
    const resolved = 'https://registry.example/@a/b/-/b-1.2.3.tgz';
    expect(one({ resolved }, 'node_modules/@a/b')).toEqual([]);
    expect(
      one({ resolved: 'https://registry.example/@a%2fb/-/b-1.2.3.tgz' }, 'node_modules/@a/b'),
    ).toEqual([]);
  });
  test('the same package at two places', () => {
    expect(
      audit({ 'node_modules/dep': entry(), 'node_modules/x/node_modules/dep': entry() }),
    ).toEqual([]);
  });
});

describe('what somebody edited is found', () => {
  test.each([
    ['missing-integrity', { integrity: undefined }],
    ['malformed-integrity', { integrity: 'sha512-%%%' }],
    ['weak-integrity', { integrity: `sha1-${Buffer.alloc(20).toString('base64')}` }],
    ['foreign-resolved-host', { resolved: 'https://files.example/dep-1.2.3.tgz' }],
    ['credentials-in-lockfile', { resolved: 'https://u:p@registry.example/dep/-/dep-1.2.3.tgz' }],
    ['resolved-mismatch', { resolved: 'https://registry.example/evil/-/evil-1.2.3.tgz' }],
    ['resolved-mismatch', { resolved: 'https://registry.example/dep/-/dep-1.2.4.tgz' }],
    ['git-dependency', { resolved: 'git+https://git.example/a/b.git#main' }],
    ['malformed-resolved', { resolved: 'not a url' }],
  ])('%s', (ruleId, part) => expect(one(part)).toContain(ruleId));

  test('insecure-resolved-url', () => {
    expect(one({ resolved: 'http://files.example/dep-1.2.3.tgz' })).toContain(
      'insecure-resolved-url',
    );
    const own = (host: string) => one({ resolved: `http://${host}/dep/-/dep-1.2.3.tgz` });
    expect(own('registry.example')).toEqual(['insecure-resolved-url']);
    expect(own('plain.example')).toEqual([]);
  });
  test('shared-integrity', () => {
    const twin = entry({ resolved: 'https://registry.example/twin/-/twin-1.2.3.tgz' });
    expect(audit({ 'node_modules/dep': entry(), 'node_modules/twin': twin })).toEqual([
      'shared-integrity',
    ]);
    const honest = { ...twin, integrity: OTHER };
    expect(audit({ 'node_modules/dep': entry(), 'node_modules/twin': honest })).toEqual([]);
  });
  test('lock-manifest-mismatch', () => {
    expect(audit({ 'node_modules/dep': entry() }, { dep: '^2.0.0' })).toEqual([
      'lock-manifest-mismatch',
    ]);
  });
  test('version 1 is read too, nested dependencies included', () => {
    const raw = {
      lockfileVersion: 1,
      dependencies: {
        dep: { version: '1.2.3', integrity: HASH, dependencies: { in: { version: '1.0.0' } } },
        g: { version: 'git+https://git.example/a/b.git#main' },
      },
    };
    const hits = auditLockfile(
      { file: 'package-lock.json', lockfileVersion: 1, raw, manifest: null },
      { registryHosts: new Set(), plainHosts: new Set() },
    );
    expect(hits.map((hit) => `${hit.ruleId} ${hit.name}`).sort()).toEqual([
      'git-dependency g',
      'missing-integrity in',
    ]);
  });
  test('hostile shapes do no harm', () => {
    for (const raw of [
      null,
      [],
      { packages: 1 },
      { packages: { 'node_modules/a': null } },
      { dependencies: { a: 1 } },
    ]) {
      expect(() =>
        auditLockfile(
          { file: 'x', lockfileVersion: 3, raw: raw as Json, manifest: null },
          { registryHosts: new Set(), plainHosts: new Set() },
        ),
      ).not.toThrow();
    }
  });
});
