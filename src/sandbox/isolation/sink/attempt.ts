// One attempt to send something out: collects what is sent and reports it, once or in parts.
import type { BoxEgress, CanaryHit } from '../types.ts';
import type { Attempt, Destination, SinkContext } from './context.ts';
import type { Flow } from './flows.ts';

const MAX_EXCERPT = 2000;
const WINDOW_BYTES = 256 << 10;
const OVERLAP_BYTES = 1 << 10;
const MAX_CHUNKS = 4096;
const QUIET_MS = 150;

export function createAttempt(
  context: SinkContext,
  destination: Destination,
  proto: BoxEgress['proto'],
): Attempt {
  const at = context.now();
  const details: Partial<BoxEgress> = { proto };
  let isDropped = false;
  let hasReported = false;
  let bytes = 0;
  let excerpt = '';
  let chunks: Buffer[] = [];
  let waiting = 0;
  let hits: CanaryHit[] = [];
  let timer: NodeJS.Timeout | undefined;

  const scan = () => {
    const known = new Set(hits.map(({ id }) => id));
    const window = Buffer.concat(chunks);
    hits = [...hits, ...context.find(window).filter(({ id }) => !known.has(id))];
    chunks = [window.subarray(Math.max(0, window.length - OVERLAP_BYTES))];
    waiting = 0;
  };
  const quiet = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void attempt.report(), QUIET_MS);
  };
  const attempt: Attempt = {
    add(chunk) {
      bytes += chunk.length;
      if (excerpt.length < MAX_EXCERPT) {
        excerpt += chunk.toString('utf8', 0, MAX_EXCERPT - excerpt.length);
      }
      chunks.push(chunk);
      waiting += chunk.length;
      if (waiting >= WINDOW_BYTES || chunks.length >= MAX_CHUNKS) scan();
      quiet();
    },
    set: (change) => void Object.assign(details, change),
    drop() {
      isDropped = true;
      clearTimeout(timer);
      context.open.delete(attempt);
    },
    async close() {
      await attempt.report();
      context.open.delete(attempt);
    },
    async report() {
      clearTimeout(timer);
      if (isDropped || (hasReported && bytes === 0)) return;
      hasReported = true;
      scan();
      const part = { bytes, excerpt, canaries: hits };
      [bytes, excerpt, hits] = [0, '', []];
      const place = await placeOf(context, destination, details.proto ?? proto);
      context.emit({ ...describe(context, destination, place), proto, ...details, ...part, at });
    },
  };
  context.open.add(attempt);
  quiet();
  return attempt;
}

type Place = Pick<Flow, 'ip' | 'port'>;

async function placeOf(
  context: SinkContext,
  { port, ip, sourcePort }: Destination,
  proto: BoxEgress['proto'],
): Promise<Place> {
  const protocol = proto === 'udp' ? 'udp' : 'tcp';
  if (port !== undefined) {
    context.ports.claim({ protocol, port, sourcePort });
    return { ip, port };
  }
  const flow = await context.ports.find({ protocol, ip, sourcePort });
  if (flow === undefined) context.unidentified[protocol]++;
  return flow ?? { ip, port: 0 };
}

function describe(context: SinkContext, { host, sni, tls }: Destination, { ip, port }: Place) {
  return {
    type: 'egress' as const,
    ip,
    port,
    host: host ?? sni ?? context.book.nameOf(ip) ?? ip,
    isLocal: ip.startsWith('127.') || ip === '::1',
    ...(sni === undefined ? {} : { sni }),
    ...(tls === undefined ? {} : { tls }),
  };
}
