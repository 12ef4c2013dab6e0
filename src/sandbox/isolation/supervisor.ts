// The first process inside the outer namespaces: runs the sink, starts the server in its box, watches, reports.
// Started by launch.ts as `node supervisor.js`; when its control pipe closes, it ends and everything with it.
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createAddressBook } from './dns.ts';
import { canaryFinder } from './find-canaries.ts';
import { CONTROL_FD, EVENTS_FD, lineReader, monotonicMs } from './protocol.ts';
import type { BoxConfig, Down, Up } from './protocol.ts';
import { BASE, plantFiles, prepareNamespaces } from './setup.ts';
import type { RawEvent, SinkContext } from './sink/context.ts';
import { listen } from './sink/listen.ts';
import { createFlowBook } from './sink/flows.ts';
import { closeInherited, startServer } from './start-server.ts';
import type { BoxEgress } from './types.ts';
import { watchBox, type Log } from './watch/box.ts';
import { watchFiles, type FileWatch } from './watch/files.ts';
import { createAuthority } from './x509.ts';

const MAX_CONFIG_BYTES = 16 << 20;

closeInherited();
const events = new Socket({ fd: EVENTS_FD, readable: false, writable: true });
const send = (message: Up): void => void events.write(`${JSON.stringify(message)}\n`);
// Nobody listens any more: end, and the kernel ends everything in this namespace.
events.on('error', () => process.exit(1));
process.on('uncaughtException', (error) => fail(`the supervisor failed: ${error.message}`));

const control = new Socket({ fd: CONTROL_FD, readable: true, writable: false });
control.on('close', () => process.exit(0));
control.on('error', () => process.exit(0));
let onOrder: ((order: Down) => void) | null = null;
control.on(
  'data',
  lineReader(MAX_CONFIG_BYTES, (line) => {
    if (onOrder !== null) onOrder(JSON.parse(line) as Down);
    else {
      const orders: Down[] = [];
      onOrder = (order) => orders.push(order);
      run(JSON.parse(line) as BoxConfig).then(
        (obey) => {
          onOrder = obey;
          for (const order of orders) obey(order);
        },
        (error: unknown) => fail(String(error instanceof Error ? error.message : error)),
      );
    }
  }),
);

function fail(reason: string): void {
  events.end(`${JSON.stringify({ is: 'failed', reason } satisfies Up)}\n`, () => process.exit(1));
}

/** Starts everything; what it returns obeys the launcher's orders. */
async function run(config: BoxConfig): Promise<(order: Down) => void> {
  const preparing = prepareNamespaces(config);
  const authority = createAuthority(Date.now());
  const hasFirewall = await preparing;
  const log = createLog(config);
  const context: SinkContext = {
    now: monotonicMs,
    emit: log.emit,
    find: canaryFinder(config.canaries),
    book: createAddressBook(),
    ports: createFlowBook(hasFirewall),
    authority,
    sinkBody: config.sinkBody,
    open: new Set(),
    unidentified: { tcp: 0, udp: 0 },
  };
  plantFiles(config, authority.certificatePem);
  const onFlood = () => log.limit('connections', 'more connections at once than can be followed');
  await listen(context, hasFirewall, onFlood);
  const files = watchFiles({ base: BASE, now: monotonicMs, emit: log.emit });
  const server = startServer(config);
  server.once('error', (error) => fail(`cannot start the box: ${error.message}`));
  const onExit: Parameters<typeof watchBox>[0]['onExit'] = (code, signal, limit) =>
    send({ is: 'exit', code, signal, ...(limit === undefined ? {} : { limit }) });
  const stopWatching = watchBox({ config, context, files, log, server, onExit });
  send({ is: 'ready' });
  const flush = createFlush(context, files);
  return (order) => void obey(order);

  async function obey(order: Down): Promise<void> {
    await flush();
    if (order.ask === 'flush') return send({ is: 'flushed', id: order.id });
    stopWatching();
    if (!hasFirewall) countUnidentified(context);
    const { unidentified } = context;
    const summary: Up = { is: 'summary', hasFirewall, unidentified, dropped: log.dropped() };
    events.end(`${JSON.stringify(summary)}\n`, () => process.exit(0));
  }
}

function createLog({ limits }: BoxConfig): Log {
  let bytes = 0;
  let dropped = 0;
  const told = new Set<string>();
  const log: Log = {
    emit(event) {
      const size = JSON.stringify(event).length;
      if (bytes + size > limits.eventBytes) {
        dropped++;
        return log.limit('eventBytes', 'the log of events is full');
      }
      bytes += size;
      send({ is: 'event', event });
    },
    limit(limit, detail, isFatal = false) {
      if (told.has(limit)) return;
      told.add(limit);
      const event: RawEvent = { type: 'limit', at: monotonicMs(), limit, detail, isFatal };
      send({ is: 'event', event });
    },
    dropped: () => dropped,
  };
  return log;
}

// What has been sent and not yet been received is on its way for an instant.
const ARRIVAL_MS = 10;

/** Reports all that is pending: open connections, files, and what only the firewall has seen. */
function createFlush(context: SinkContext, files: FileWatch): () => Promise<void> {
  const told = new Set<string>();
  const isNew = (key: string) => !told.has(key) && told.add(key) !== undefined;
  return async () => {
    files.sweep();
    await delay(ARRIVAL_MS);
    await Promise.all([...context.open].map((attempt) => attempt.report()));
    const { flows, local, pings } = await context.ports.unclaimed();
    const common = { type: 'egress' as const, bytes: 0, canaries: [], excerpt: '' };
    const tell = (proto: BoxEgress['proto'], ip: string, port: number, isLocal = false) => {
      if (!isNew(`${proto} ${ip} ${port}`)) return;
      const host = isLocal ? 'localhost' : (context.book.nameOf(ip) ?? ip);
      context.emit({ ...common, at: monotonicMs(), proto, host, ip, port, isLocal });
    };
    for (const { protocol, port } of local) tell(protocol, '127.0.0.1', port, true);
    for (const ip of pings) tell('icmp', ip, 0);
    // Questions to a name server are told as such.
    for (const { protocol, ip, port } of flows) if (port !== 53) tell(protocol, ip, port);
  };
}

/** Without a firewall, attempts at ports where nobody listens are only counted, by the kernel. */
function countUnidentified({ unidentified }: SinkContext): void {
  const lines = readFileSync('/proc/net/snmp', 'utf8').split('\n');
  const counter = (protocol: string, name: string): number => {
    const [names = '', values = ''] = lines.filter((line) => line.startsWith(`${protocol}: `));
    return Number(values.split(' ')[names.split(' ').indexOf(name)] ?? 0);
  };
  unidentified.tcp += counter('Tcp', 'AttemptFails');
  unidentified.udp += counter('Udp', 'NoPorts');
}
