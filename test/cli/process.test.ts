// The built command as a process: Ctrl-C in the middle, and what a start costs.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from '../support/registry.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const BIN = path.join(ROOT, 'bin/mcp-vet.js');
const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-process-'));
let registry: TestRegistry;
let count = 0;
let onSlow = () => {};

beforeAll(async () => {
  registry = await startRegistry();
  registry.publish({
    manifest: {
      name: 'slow-parts',
      version: '1.0.0',
      bin: 'a.js',
      dependencies: { slow: '1.0.0' },
    },
    files: { 'a.js': '' },
  });
  registry.publish({
    manifest: { name: 'nothing', version: '1.0.0', bin: 'a.js' },
    tarball: Buffer.alloc(0),
  });
  registry.intercept((request, response) => {
    if (request.url !== '/slow') return false;
    onSlow();
    // A body that begins and never ends.
    response.writeHead(200, { 'content-type': 'application/json' }).write('{');
    return true;
  });
});
afterAll(async () => {
  await registry.close();
  rmSync(dir, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  stdout: string;
  temporary: string[];
}

function start(
  argv: string[],
  isInterrupted = false,
  env: Record<string, string> = {},
): Promise<Ended> {
  const home = path.join(dir, `home-${(count += 1)}`);
  const temporary = path.join(home, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const child = spawn(
    process.execPath,
    [BIN, ...argv, '--registry', registry.url, '--cache', path.join(home, 'cache')],
    { cwd: home, env: { HOME: home, TMPDIR: temporary, PATH: process.env['PATH'], ...env } },
  );
  onSlow = () => void (isInterrupted && child.kill('SIGINT'));
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, temporary: readdirSync(temporary) }));
  });
}

describe.skipIf(!existsSync(path.join(ROOT, 'dist/cli.js')))('the built command', () => {
  test('Ctrl-C ends a run at once: 130, one object, nothing left behind', async () => {
    const started = Date.now();
    const { code, stdout, temporary } = await start(['slow-parts', '--json'], true);
    expect(code).toBe(130);
    expect(JSON.parse(stdout).error.code).toBe('interrupted');
    expect(temporary).toEqual([]);
    expect(Date.now() - started).toBeLessThan(20_000);
  });

  test('Ctrl-C does not wait for the timer of a library', async () => {
    const started = Date.now();
    const timer = '--import=data:text/javascript,setTimeout(()=>{},60000)';
    const { code, stdout } = await start(['slow-parts', '--json'], true, { NODE_OPTIONS: timer });
    expect(code).toBe(130);
    expect(JSON.parse(stdout).error.code).toBe('interrupted');
    expect(Date.now() - started).toBeLessThan(20_000);
  });

  test('an empty tarball is exit 2, though its stream fails once more when nobody listens', async () => {
    const { code, stdout, temporary } = await start(['nothing', '--json']);
    expect(JSON.parse(stdout).error.code).toBe('tarball-broken');
    expect(code).toBe(2);
    expect(temporary).toEqual([]);
  });
});
