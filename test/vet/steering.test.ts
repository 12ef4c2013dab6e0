// What is vetted never steers the vetter.
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { run } from '../support/run.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-steering-'));
let trusted: TestRegistry;
let foreign: TestRegistry;
let home: string;
let project: string;
let count = 0;

beforeAll(async () => {
  [trusted, foreign] = await Promise.all([startRegistry(), startRegistry()]);
  for (const registry of [trusted, foreign]) {
    registry.publish({
      manifest: { name: 'weather-mcp', version: '1.0.0', bin: { 'weather-mcp': 'index.js' } },
      files: { 'index.js': 'export const x = 1;' },
    });
  }
});
afterAll(async () => {
  await Promise.all([trusted.close(), foreign.close()]);
  await rm(dir, { recursive: true, force: true });
});
beforeEach(() => {
  count += 1;
  home = path.join(dir, `home-${count}`);
  project = path.join(dir, `project-${count}`);
  mkdirSync(home);
  mkdirSync(project);
  writeFileSync(path.join(home, '.npmrc'), `registry=${trusted.url}\n`);
  trusted.requests.length = 0;
  foreign.requests.length = 0;
});

const vet = (argv: string[]) =>
  run([...argv, '--json', '--cache', path.join(home, 'cache')], {
    env: { HOME: home, PATH: process.env['PATH'], SECRET: 'do-not-send' },
    cwd: project,
  });
const write = (file: string, text: string) => writeFileSync(path.join(project, file), text);
const script = () => {
  const flag = path.join(dir, `ran-${count}`);
  write('evil.sh', `#!/bin/sh\ntouch ${flag}\n`);
  return { flag, command: path.join(project, 'evil.sh') };
};

describe('the working directory', () => {
  test('a .npmrc there does not choose the registry', async () => {
    write('.npmrc', `registry=${foreign.url}\n`);
    const { exitCode, stderr } = await vet(['weather-mcp']);
    expect(exitCode).toBe(0);
    expect(foreign.requests).toEqual([]);
    expect(stderr).toContain('--trust-project');
  });

  test('--trust-project uses its registry, but never expands ${ENV}', async () => {
    const host = new URL(foreign.url).host;
    write('.npmrc', `registry=${foreign.url}\n//${host}/:_authToken=\${SECRET}\n`);
    const seen: (string | undefined)[] = [];
    foreign.intercept((request) => {
      seen.push(request.headers.authorization);
      return false;
    });
    await vet(['weather-mcp', '--trust-project']);
    expect(foreign.requests.length).toBeGreaterThan(0);
    expect(seen.join(' ')).not.toContain('do-not-send');
  });

  test('git=, script-shell= and node-options= run nothing, trusted or not', async () => {
    const { flag, command } = script();
    write('.npmrc', `git=${command}\nscript-shell=${command}\nnode-options=--require ${command}\n`);
    write(
      'package.json',
      JSON.stringify({
        name: 'p',
        version: '1.0.0',
        dependencies: { g: 'git+https://git.example/a/b.git' },
      }),
    );
    await vet(['.', '--trust-project']);
    await vet(['.']);
    expect(existsSync(flag)).toBe(false);
  });

  test('a folder with the name of a package does not shadow it', async () => {
    mkdirSync(path.join(project, 'weather-mcp'));
    writeFileSync(
      path.join(project, 'weather-mcp/package.json'),
      '{"name":"other","version":"6.6.6"}',
    );
    const { stdout } = await vet(['weather-mcp']);
    expect(JSON.parse(stdout).reports[0].subject).toMatchObject({
      source: 'registry',
      version: '1.0.0',
    });
  });
});

describe('a target', () => {
  test('a folder with lifecycle scripts is read, not run', async () => {
    const { flag, command } = script();
    const scripts = {
      preinstall: command,
      prepare: command,
      postinstall: command,
      prepack: command,
    };
    write('package.json', JSON.stringify({ name: 'p', version: '1.0.0', scripts }));
    const { exitCode } = await vet(['.']);
    expect(exitCode).not.toBe(2);
    expect(existsSync(flag)).toBe(false);
  });

  test('hosts in a lockfile are a finding, never a request', async () => {
    const resolved = `${foreign.url}weather-mcp/-/weather-mcp-1.0.0.tgz`;
    write(
      'package.json',
      JSON.stringify({ name: 'p', version: '1.0.0', dependencies: { 'weather-mcp': '1.0.0' } }),
    );
    write(
      'package-lock.json',
      JSON.stringify({
        name: 'p',
        version: '1.0.0',
        lockfileVersion: 3,
        packages: {
          '': { name: 'p', version: '1.0.0', dependencies: { 'weather-mcp': '1.0.0' } },
          'node_modules/weather-mcp': { version: '1.0.0', resolved, integrity: 'sha512-AAAA' },
        },
      }),
    );
    const { exitCode } = await vet(['./package-lock.json']);
    expect(exitCode).not.toBe(2);
    expect(foreign.requests).toEqual([]);
  });

  test('a git dependency of a published package is reported, not fetched', async () => {
    trusted.publish({
      manifest: {
        name: 'has-git',
        version: '1.0.0',
        bin: 'index.js',
        dependencies: { g: 'git+https://git.example/a/b.git', 'weather-mcp': '^1.0.0' },
      },
      files: { 'index.js': '' },
    });
    const { exitCode, stdout } = await vet(['has-git']);
    expect(exitCode).not.toBe(2);
    const [report] = JSON.parse(stdout).reports;
    expect(report.tree.map((node: { name: string }) => node.name)).toContain('weather-mcp');
    expect(report.sources.tree.known).toBe(true);
  });
});
