// Servers that attack the sandbox itself, and what is left of a box when its owner dies.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { launch, removeStaleFolders, selfTest } from '../../src/sandbox/isolation/index.ts';
import { EGRESS, runInBox, whyNoBox } from './isolation-harness.ts';

const reason = await whyNoBox();
const title = reason === null ? 'the box' : `the box (skipped: ${reason})`;
const DIST = path.resolve(import.meta.dirname, '../../dist/sandbox/isolation/index.js');

/** Numbers of the host's processes in whose arguments the mark stands. */
function marked(mark: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark);
    } catch {
      return false;
    }
  });
}

async function becomes(isSo: () => boolean): Promise<boolean> {
  const deadline = performance.now() + 5000;
  while (!isSo()) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return true;
}
const gone = (mark: string) => becomes(() => marked(mark).length === 0);

describe.skipIf(reason !== null)(title, { timeout: 20_000 }, () => {
  test('has no way out (e01)', async () => {
    const run = await runInBox({ fixture: 'e01-escape.mjs' });
    const found = JSON.parse(run.stdout) as Record<string, unknown>;
    expect(found).toEqual({
      capabilities: '0000000000000000',
      bounding: '0000000000000000',
      noNewPrivileges: '1',
      seccomp: '2',
      descriptors: 'done',
      firstProcess: 'bwrap --args 4 -- /opt/node/bin/node /opt/server/e01-escape.mjs',
      processes: true,
      hostFolders: [],
      homes: ['dev'],
      writable: [],
      kernel: [],
      shadow: 'ENOENT',
      // The one thing that works, so that the others do not fail for another reason.
      inet: 'done',
      environment: [],
      ...Object.fromEntries(
        [
          'unshareUser',
          'unshareNet',
          'mount',
          'route',
          'link',
          'firewall',
          'bwrap',
          'trace',
          'vsock',
        ]
          .concat(['packet', 'alg', 'raw', 'keyctl', 'bpf', 'uring', 'openat2', 'noAccessTime'])
          .concat(['noAccessTimeLater', 'setuid', 'fileBytes'])
          .map((name) => [name, 'failed']),
      ),
    });
  });

  test('ends a server that writes a line without an end (b18)', async () => {
    const run = await runInBox({ fixture: 'b18-long-line.mjs' });
    expect(run.exit).toMatchObject({ reason: 'limit', detail: expect.stringContaining('4194304') });
    expect(run.events).toContainEqual(
      expect.objectContaining({ type: 'limit', limit: 'lineBytes', isFatal: true }),
    );
  });

  test('ends a server that takes all memory (b25)', async () => {
    const limits = { rssBytes: 400 << 20 };
    const run = await runInBox({ fixture: 'b25-memory.mjs', limits });
    expect(run.exit).toMatchObject({ reason: 'limit', detail: 'rssBytes' });
  });

  test('lets a fork bomb have no more than its share of processes (e02)', async () => {
    const limits = { processes: 200, timeMs: 1000 };
    const run = await runInBox({ fixture: 'e02-fork-bomb.mjs', limits });
    const counts = run.stdout.trim().split('\n').map(Number);
    expect(Math.max(...counts)).toBeLessThanOrEqual(200);
    expect(run.exit).toMatchObject({ reason: 'limit' });
  });

  test('ends a server when its time is over', async () => {
    const run = await runInBox({ command: ['sleep', '60'], limits: { timeMs: 200 } });
    expect(run.exit).toMatchObject({ reason: 'limit', detail: 'timeMs' });
    expect(run.summary.seconds).toBeLessThan(2);
  });

  test('says how a server ended by itself, and ends its streams after what it wrote last', async () => {
    const run = await runInBox({ command: ['sh', '-c', 'echo last words; exit 3'] });
    expect(run.exit).toMatchObject({ code: 3, reason: 'exited' });
    expect(run.stdout).toBe('last words\n');
  });

  test('can be stopped twice, and ends what the server left running', async () => {
    const mark = `30${process.pid}.25`;
    const box = await launch({
      packageDir: EGRESS,
      command: ['sh', '-c', `sleep ${mark} & sleep ${mark}`],
      canaries: [],
      seed: 'x',
    });
    expect(await becomes(() => marked(mark).length > 0)).toBe(true);
    const [first, second] = await Promise.all([box.stop(), box.stop()]);
    expect(second).toBe(first);
    expect(await gone(mark)).toBe(true);
    expect(await box.exited).toMatchObject({ reason: 'stopped' });
  });

  test('is refused in words when the command is not there', async () => {
    const run = await runInBox({ command: ['/no/such/program'] });
    expect(run.exit).toMatchObject({ code: 1, reason: 'exited' });
  });

  test.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'leaves nothing behind when its owner gets %s',
    async (signal) => {
      const mark = `31${process.pid}${signal.length}.5`;
      const script = `import { launch } from ${JSON.stringify(DIST)};
        await launch({ packageDir: ${JSON.stringify(EGRESS)}, command: ['sleep', '${mark}'], canaries: [], seed: 'x' });
        console.log('ready'); setInterval(() => {}, 1000);`;
      const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(owner.stdout, 'data');
      // The owner itself, whose script names the mark, and the server.
      expect(await becomes(() => marked(mark).length > 1)).toBe(true);
      owner.kill(signal);
      await once(owner, 'exit');
      expect(await gone(mark)).toBe(true);
      const left = readdirSync(tmpdir()).filter((name) => name.includes(`-${owner.pid}-`));
      expect(left).toEqual([]);
    },
  );

  test('proves in the self-test that it sees', async () => {
    expect(await selfTest({ seed: 'self' })).toMatchObject({ ok: true });
  });
});

describe.skipIf(reason !== null)(`${title}, without a firewall`, { timeout: 20_000 }, () => {
  const withoutFirewall = true;

  test('watches usual ports, and says that it is incomplete', async () => {
    const run = await runInBox({
      withoutFirewall,
      fixture: 'b02-raw-tcp.mjs',
      until: (event) => event.type === 'egress',
    });
    expect(run.events).toContainEqual(
      expect.objectContaining({ type: 'egress', ip: '203.0.113.7', port: 4444 }),
    );
    expect(run.summary).toMatchObject({ complete: false, reason: expect.stringContaining('nft') });
  });

  test('counts what it cannot identify', async () => {
    const run = await runInBox({
      withoutFirewall,
      command: [
        'node',
        '-e',
        `require('node:net').connect(45678, '203.0.113.9').on('error', () => {})`,
      ],
    });
    expect(run.summary.unidentified).toEqual({ tcp: 1, udp: 0 });
  });
});

describe('folders that a killed launcher left', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcp-vet-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('are removed, and only those', () => {
    // No process has a number as high as that.
    const names = ['mcp-vet-sandbox-99999999-a', `mcp-vet-sandbox-${process.pid}-b`, 'mine'];
    for (const name of names) mkdirSync(path.join(folder, name));
    expect(removeStaleFolders(folder)).toEqual(['mcp-vet-sandbox-99999999-a']);
    expect(readdirSync(folder).sort()).toEqual([`mcp-vet-sandbox-${process.pid}-b`, 'mine'].sort());
  });
});
