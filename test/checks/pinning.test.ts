import { toManifest } from '../../src/analyze/manifest.ts';
import { describe, expect, test } from 'vitest';
import { treeConfusion } from '../../src/analyze/confusion.ts';
import { aliasRules } from '../../src/checks/dependency-audit/aliases.ts';
import { movingRules } from '../../src/checks/dependency-audit/moving.ts';
import { pinningRules } from '../../src/checks/dependency-audit/pinning.ts';
import { defaultRegistry } from '../../src/collect/npm-config.ts';
import type { Facts, RequestFact } from '../../src/types.ts';
import { analysisOf, evidenceOf, known, nodeOf } from '../support/evidence.ts';

const policy = {
  scopeHosts: new Map([['@acme', 'npm.acme.example']]),
  isKnown: (name: string) => name === 'popular',
};
const observe = (node: Parameters<typeof nodeOf>[0]) =>
  treeConfusion({ nodes: [nodeOf(node)], from: 'resolved', problems: [] }, policy).map(
    (hit) => hit.ruleId,
  );
const apply = (facts: { [K in keyof Facts]?: { known: true; value: Facts[K] } }) =>
  pinningRules.flatMap((rule) =>
    rule.apply(evidenceOf({ facts })).findings.map((found) => found.ruleId),
  );
const request = (kind: RequestFact['kind'], isConfigured: boolean) =>
  apply({ request: { known: true, value: { spec: 'weather-mcp', kind, isConfigured } } });

describe('dependency confusion', () => {
  test.each([
    [
      'scope-resolved-elsewhere',
      { name: '@acme/x', resolved: 'https://registry.example/@acme/x/-/x-1.0.0.tgz' },
    ],
    ['absurd-version', { name: 'acme-internal', version: '99.0.1' }],
    ['absurd-version', { name: 'acme-internal', version: '999.1.0' }],
    ['git-dependency', { name: 'x', kind: 'git' }],
    ['remote-dependency', { name: 'x', kind: 'remote' }],
    ['aliased-dependency', { name: 'x', alias: 'y' }],
  ] as const)('%s is reported', (ruleId, node) => expect(observe(node)).toEqual([ruleId]));

  test.each([
    [
      'a mapped scope from its registry',
      { name: '@acme/x', resolved: 'https://npm.acme.example/@acme/x/-/x-1.0.0.tgz' },
    ],
    ['a calendar version', { name: 'x', version: '2026.8.31' }],
    ['a date as version', { name: 'x', version: '20241105.0.0' }],
    ['the forty-first of a release', { name: 'x', version: '260.41.0' }],
    ['a popular package with many majors', { name: 'popular', version: '169.0.0' }],
    ['an ordinary node', { name: 'x' }],
  ])('%s is not', (_what, node) => expect(observe(node)).toEqual([]));

  test('a dependency that nobody has published is claimable', () => {
    const problems = [{ code: 'E404', name: 'gone', spec: '^1', from: 'a@1.0.0', message: '' }];
    expect(treeConfusion({ nodes: [], from: 'resolved', problems }, policy)).toMatchObject([
      { ruleId: 'missing-dependency', severity: 'high' },
    ]);
  });
});

describe('how the server is asked for', () => {
  test.each(['unversioned', 'tag', 'range'] as const)('%s in a configuration is floating', (kind) =>
    expect(request(kind, true)).toEqual(['floating-request']),
  );
  test('an exact version is not', () => expect(request('exact', true)).toEqual([]));
  test('a name on the command line is not: it is only looked at', () =>
    expect(request('unversioned', false)).toEqual([]));
});

test('a dependency by an address without TLS is high, one of the registry is none', () => {
  const hits = (spec: string) => {
    const manifest = { dependencies: { dep: spec }, optionalDependencies: {} };
    const subject = { name: 'acme', version: '1.0.0', manifest, threats: [], surface: SOME_TEXT };
    return apply({ source: known({ subject }) } as never);
  };
  expect(hits('http://files.example/dep-1.0.0.tgz')).toEqual(['insecure-dependency']);
  expect(hits('git://git.example/dep.git')).toEqual(['insecure-dependency']);
  expect(hits('^1.0.0')).toEqual([]);
  expect(hits('npm:dep@1.0.0')).toEqual([]);
});

test('an install script that the lock does not mark is found, a marked one is not', () => {
  const node = nodeOf({ name: 'dep', hasInstallScript: true, installScripts: { install: 'x' } });
  const facts = (mark: object) => ({
    tree: known({ nodes: [node], from: 'lockfile' as const, problems: [] }),
    lockfile: known({
      file: 'package-lock.json',
      lockfileVersion: 3,
      raw: { packages: { 'node_modules/dep': { version: '1.0.0', ...mark } } },
      manifest: null,
    }),
  });
  expect(apply(facts({}) as never)).toEqual(['hidden-install-script']);
  expect(apply(facts({ hasInstallScript: true }) as never)).toEqual([]);
});

test('only a changed integrity and a foreign scope may cap', () => {
  expect(pinningRules.filter((rule) => rule.caps).map((rule) => [rule.id, rule.caps])).toEqual([
    ['integrity-changed', 'do-not-use'],
    ['scope-resolved-elsewhere', 'low'],
  ]);
});

test('a well-known library is not replaced by an unknown package under its name', () => {
  const [rule] = aliasRules;
  const hits = (dependencies: Record<string, string>) => {
    const { manifest } = analysisOf();
    const subject = analysisOf({ name: '@acme/notes', manifest: { ...manifest, dependencies } });
    const source = { subject, dependencies: {}, reachedNodes: [''], unread: [], stated: NOTHING };
    return rule?.apply(evidenceOf({ facts: { source: known(source) } })).findings ?? [];
  };
  expect(hits({ lodash: 'npm:@fastutil-labs/lodash-core@latest' })).toMatchObject([
    { severity: 'high', package: expect.stringContaining('@acme/notes') as string },
  ]);
  expect(hits({ lodash: 'npm:@acme/lodash@4.17.21' })).toMatchObject([{ severity: 'low' }]);
  expect(
    hits({ lodash: 'npm:lodash-es@4.17.21', 'string-width-cjs': 'npm:string-width@4.2.3' }),
  ).toEqual([]);
});

const NOTHING = { functions: [], expectedCapabilities: [], expectedHosts: [] };

const SOME_TEXT = { tools: [], texts: [{}], isComplete: false };

describe('a dependency from outside the registry', () => {
  const severitiesOf = (spec: string) => {
    const manifest = { dependencies: { dep: spec }, optionalDependencies: {} };
    const subject = { name: 'acme', version: '1.0.0', manifest, threats: [], surface: SOME_TEXT };
    const facts = { source: known({ subject }) };
    return movingRules.flatMap((rule) =>
      rule.apply(evidenceOf({ facts } as never)).findings.map(({ severity }) => severity),
    );
  };
  test.each([
    'git+https://git.example/ida/dep.git#main',
    'git+ssh://git@git.example/ida/dep.git',
    'https://git.example/ida/dep.git',
    'github:ida/dep#semver:^1.0.0',
    'ida/dep',
    'gist:11081aaa281',
    'https://github.com/ida/dep/releases/download/v1/dep.tgz',
    'https://git.example/ida/dep/archive/refs/heads/main.tar.gz',
  ])('moves: %s', (spec) => expect(severitiesOf(spec)).toEqual(['moderate']));

  test.each(['https://files.example/dep-latest.tgz', 'https://files.example/npm/dep'])(
    'lies anywhere: %s',
    (spec) => expect(severitiesOf(spec)).toEqual(['high']),
  );

  test.each([
    ['git+https://git.example/ida/dep.git#main', ['high']],
    ['https://files.example/dep-latest.tgz', ['high']],
    ['git+https://git.example/ida/dep.git#4d1f7a0b2c9e8d6f5a4b3c2d1e0f9a8b7c6d5e4f', ['moderate']],
    ['1.15.9', []],
    ['$dep', []],
    ['npm:dep@1.15.9', []],
  ])('put in the place of a library by an override: %s', (spec, severities) => {
    const raw = {
      name: 'acme',
      version: '1.0.0',
      overrides: { other: { '.': '1.0.0', dep: spec } },
    };
    const subject = {
      name: 'acme',
      version: '1.0.0',
      manifest: toManifest(raw),
      threats: [],
      surface: SOME_TEXT,
    };
    const facts = { source: known({ subject }) };
    const found = movingRules.flatMap(
      (rule) => rule.apply(evidenceOf({ facts } as never)).findings,
    );
    expect(found.map(({ severity }) => severity)).toEqual(severities);
  });

  test.each([
    ["spawn('npx', ['-y', 'dep@latest'])", ['moderate']],
    ["execa('npm', ['install', '--prefix', folder, `${name}@latest`])", ['moderate']],
    ["execa('npm', ['install', '--prefix', folder, `${name}@1.2.3`])", []],
    ["execFile('uvx', ['dep', file])", ['moderate']],
    ["spawn('npx', ['-y', 'dep@3.1.0'])", []],
    ["spawn('npx', ['tsc', '--noEmit'])", []],
    ['execSync(`npx --yes dep@"${range}" init ${folder}`)', []],
    ['execSync(`npx --yes dep init ${folder}`)', ['moderate']],
  ])('is fetched at run time: %s', (excerpt, severities) => {
    const one = { ruleId: 'runtime-install', reached: 'entry', severity: 'moderate', excerpt };
    const manifest = { dependencies: {}, optionalDependencies: {} };
    const subject = {
      name: 'acme',
      version: '1.0.0',
      manifest,
      threats: [one],
      surface: SOME_TEXT,
    };
    const facts = { source: known({ subject }) };
    const found = movingRules.flatMap(
      (rule) => rule.apply(evidenceOf({ facts } as never)).findings,
    );
    expect(found.map(({ severity }) => severity)).toEqual(severities);
  });

  test.each([
    'git+https://git.example/ida/dep.git#4d1f7a0b2c9e8d6f5a4b3c2d1e0f9a8b7c6d5e4f',
    'ida/dep#4d1f7a0b2c9e',
    'https://git.example/ida/dep/archive/4d1f7a0b2c9e8d6f5a4b3c2d1e0f9a8b7c6d5e4f.tar.gz',
    `${defaultRegistry()}dep/-/dep-1.0.0.tgz`,
  ])('stays as it is: %s', (spec) => expect(severitiesOf(spec)).toEqual(['low']));

  test.each(['latest', '*', '', 'x', '>=0.0.1'])('is any version: "%s"', (spec) =>
    expect(severitiesOf(spec)).toEqual(['moderate']),
  );

  test.each(['^1.0.0', '1.0.0', 'npm:dep@1.0.0', 'file:./vendor/dep', './vendor', '>=2.1.0 <3'])(
    'is not %s',
    (spec) => expect(severitiesOf(spec)).toEqual([]),
  );

  test('is told once, where the tree tells of it', () => {
    const manifest = { dependencies: { dep: 'ida/dep' }, optionalDependencies: {} };
    const subject = { name: 'acme', version: '1.0.0', manifest, threats: [], surface: SOME_TEXT };
    const confusion = known([{ ruleId: 'git-dependency', name: 'dep' }]);
    const facts = { source: known({ subject }), confusion };
    expect(
      movingRules.flatMap((rule) => rule.apply(evidenceOf({ facts } as never)).findings),
    ).toEqual([]);
  });
});
