// --repo: the published files against a checkout, read with the real git.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareWithCheckout } from '../../src/analyze/checkout.ts';
import { collectCheckout } from '../../src/collect/checkout.ts';
import { analysisOf } from '../support/evidence.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hasGit = (() => {
  try {
    execFileSync('git', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!hasGit)('a checkout (needs git)', () => {
  let repo: string;
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(repo, file)), { recursive: true });
    writeFileSync(path.join(repo, file), text);
  };
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t.test', ...args], { cwd: repo });
  const collect = (files: Record<string, string>, part: object = {}) =>
    collectCheckout({
      path: repo,
      cwd: '/',
      name: 'weather-mcp',
      version: '1.0.0',
      directory: undefined,
      gitHead: undefined,
      analysis: analysisOf({
        hashes: Object.fromEntries(Object.entries(files).map(([k, v]) => [k, sha256(v)])),
      }),
      ...part,
    });

  beforeAll(() => {
    repo = mkdtempSync(path.join(tmpdir(), 'mcp-vet-test-'));
    git('init', '-q');
    write('package.json', '{"name":"all","private":true}');
    write('packages/weather/package.json', '{"name":"weather-mcp"}');
    write('packages/weather/src/index.ts', 'export {}');
    write('packages/weather/cli.js', 'run()');
    write('packages/weather/helper.js', 'help()');
    git('add', '-A');
    git('commit', '-qm', 'one', '--no-gpg-sign');
    git('tag', 'v1.0.0');
    write('packages/weather/cli.js', 'changed()');
    git('commit', '-qam', 'two', '--no-gpg-sign');
  });
  afterAll(() => rmSync(repo, { recursive: true, force: true }));

  test('is compared at the tag of the version, in the folder that bears the name', async () => {
    const fact = await collect({
      'cli.js': 'run()',
      'helper.js': 'steal()',
      'dist/index.js': 'built',
      'setup.js': 'only here',
      'package.json': 'written by npm',
    });
    expect(fact).toEqual({
      known: true,
      from: 'the checkout given (--repo)',
      value: {
        identical: 1,
        built: 2,
        differs: ['helper.js'],
        onlyInTarball: ['setup.js'],
        ref: 'v1.0.0',
      },
    });
  });

  test('falls back to HEAD, and says so', async () => {
    const fact = await collect({ 'cli.js': 'changed()' }, { version: '7.0.0' });
    expect(fact).toMatchObject({ known: true, value: { identical: 1, ref: 'HEAD' } });
  });

  test('of another package, and a folder that is none, are unknown', async () => {
    expect(await collect({}, { name: 'other' })).toMatchObject({ known: false });
    expect(await collect({}, { path: '/nonexistent' })).toMatchObject({ known: false });
  });

  test('starts nothing that its own configuration names', async () => {
    const marker = path.join(repo, 'ran');
    for (const key of ['core.fsmonitor', 'core.sshCommand', 'core.pager', 'core.gitProxy']) {
      git('config', key, `touch ${marker}`);
    }
    await collect({ 'cli.js': 'run()' });
    expect(() => execFileSync('test', ['-e', marker])).toThrow();
  });
});

describe('what a build explains', () => {
  const compare = (file: string, paths: string[], minified: string[] = []) => {
    const result = compareWithCheckout(
      { [file]: 'x' },
      { paths: new Set(paths), hashes: new Map(), minified: new Set(minified) },
    );
    return result.built === 1 ? 'built' : result.onlyInTarball.length === 1 ? 'only' : 'differs';
  };
  test.each([
    ['dist/index.js', ['src/index.ts'], 'built'],
    ['dist/index.js.map', ['src/index.ts'], 'built'],
    ['build/tools/read.d.ts', ['src/tools/read.ts'], 'built'],
    ['dist/loader.js', ['src/index.ts'], 'only'],
    ['loader.js', ['src/loader.ts'], 'only'],
    ['README.md', [], 'built'],
  ])('%s with %j: %s', (file, paths, expected) => {
    expect(compare(file, paths)).toBe(expected);
  });
  test('a minified bundle is one of many sources', () => {
    expect(compare('dist/bundle.js', ['src/a.ts'], ['dist/bundle.js'])).toBe('built');
  });
});
