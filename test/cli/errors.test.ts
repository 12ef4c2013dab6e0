// Bad input: one clear sentence, what to do, exit 2, and with --json an object with error.code.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { run } from '../support/run.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-errors-'));
let registry: TestRegistry;
let home: string;
let count = 0;

beforeAll(async () => {
  registry = await startRegistry();
  registry.publish({
    manifest: { name: 'weather-mcp', version: '1.0.0', bin: { 'weather-mcp': 'index.js' } },
    files: { 'index.js': 'console.log(1)' },
  });
  registry.publish({
    manifest: { name: 'forged', version: '1.0.0', bin: 'index.js' },
    files: { 'index.js': '' },
    integrity: `sha512-${Buffer.alloc(64, 1).toString('base64')}`,
  });
  registry.publish({
    manifest: { name: 'truncated', version: '1.0.0', bin: 'index.js' },
    tarball: Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]),
  });
  registry.intercept((request, response) => {
    const status = /^\/status-(\d+)$/.exec(request.url ?? '')?.[1];
    if (status !== undefined) {
      response.writeHead(Number(status)).end('{}');
      return true;
    }
    if (request.url === '/not-json') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('<html>');
      return true;
    }
    if (request.url === '/no-packument') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('[1,2]');
      return true;
    }
    return false;
  });
});
afterAll(async () => {
  await registry.close();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  home = path.join(dir, `home-${(count += 1)}`);
  await mkdir(home);
});

const vet = (argv: string[], url = registry.url) =>
  run([...argv, '--registry', url, '--cache', path.join(home, 'cache')], {
    env: { HOME: home, PATH: process.env['PATH'] },
    cwd: home,
  });

describe('what cannot be vetted', () => {
  test.each([
    ['a package that is not there', 'no-such-package', 'not-found'],
    ['a version that is not there', 'weather-mcp@9.9.9', 'version-not-found'],
    ['a package that needs a login', 'status-401', 'registry-auth'],
    ['a package that is forbidden', 'status-403', 'registry-auth'],
    ['a registry that limits requests', 'status-429', 'registry-rate-limit'],
    ['a registry that fails', 'status-503', 'registry-error'],
    ['an answer that is not JSON', 'not-json', 'malformed'],
    ['an answer that is no packument', 'no-packument', 'malformed'],
    ['a tarball with another integrity', 'forged', 'integrity-mismatch'],
    ['a truncated tarball', 'truncated', 'tarball-broken'],
    ['a name npm does not allow', 'Not A Name', 'usage'],
    ['a git spec', 'github:somebody/something', 'unsupported-target'],
    ['a tarball URL', 'https://files.example/x.tgz', 'unsupported-target'],
    ['a purl of another kind', 'pkg:pypi/requests@2.0.0', 'unsupported-target'],
    ['a folder that is not there', './nothing-here', 'unreadable'],
  ])('%s is exit 2 with a code', async (_what, target, code) => {
    const { exitCode, stdout } = await vet([target, '--json']);
    expect(exitCode).toBe(2);
    const body = JSON.parse(stdout);
    expect(body.error.code).toBe(code);
    expect(body.error.message).toMatch(/\.$|\?$/);
    expect(body.error.hint).toBeTruthy();
    expect(body.reports).toEqual([]);
  });

  test('a registry that is down is exit 2 and says so', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const { exitCode, stdout } = await vet(['weather-mcp', '--json'], `http://127.0.0.1:${port}/`);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout).error.code).toBe('registry-unreachable');
  });

  test.each(['yarn.lock', 'pnpm-lock.yaml', 'bun.lock'])(
    '%s is not supported and says what to do',
    async (file) => {
      writeFileSync(path.join(home, file), '# lock');
      const { exitCode, stdout } = await vet([`./${file}`, '--json']);
      expect(exitCode).toBe(2);
      expect(JSON.parse(stdout).error.code).toBe('unsupported-lockfile');
    },
  );

  test('a lockfile of an unknown version is an error, never a pass', async () => {
    writeFileSync(path.join(home, 'package-lock.json'), '{"lockfileVersion":9,"packages":{}}');
    const { exitCode, stdout } = await vet(['./package-lock.json', '--json']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout).error.code).toBe('unsupported-lockfile');
  });

  test('a missing name that resembles a known one says which', async () => {
    const { exitCode, stdout } = await vet(['@modelcontextprotocol/server-filesystm', '--json']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout).error.message).toContain('@modelcontextprotocol/server-filesystem?');
  });

  test('one target that fails does not lose the report of another', async () => {
    const { exitCode, stdout } = await vet(['weather-mcp', 'no-such-package', '--json']);
    expect(exitCode).toBe(2);
    const body = JSON.parse(stdout);
    expect(body.reports).toHaveLength(1);
    expect(body.notVetted).toMatchObject([{ target: 'no-such-package', code: 'not-found' }]);
  });

  test.each([
    [[]],
    [['weather-mcp', '--min-trust', 'gold']],
    [['weather-mcp', '--nonsense']],
    [['approve']],
  ])('wrong usage %j is exit 2', async (argv) => {
    const { exitCode, stderr } = await run(argv);
    expect(exitCode).toBe(2);
    expect(stderr).not.toBe('');
  });
});
