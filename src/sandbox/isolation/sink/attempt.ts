// One attempt to send something out: collects what is sent and reports it, once or in parts.
import type { BoxEgress, CanaryHit } from '../types.ts';
import type { Attempt, Destination, SinkContext } from './context.ts';

const MAX_EXCERPT = 2000;
const WINDOW_BYTES = 256 << 10;
const OVERLAP_BYTES = 1 << 10;
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
  let window: Buffer = Buffer.alloc(0);
  let hits: CanaryHit[] = [];
  let timer: NodeJS.Timeout | undefined;

  const scan = () => {
    const known = new Set(hits.map(({ id }) => id));
    hits = [...hits, ...context.find(window).filter(({ id }) => !known.has(id))];
    window = window.subarray(Math.max(0, window.length - OVERLAP_BYTES));
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
      window = Buffer.concat([window, chunk]);
      if (window.length >= WINDOW_BYTES) scan();
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
      const port = await portOf(context, destination, details.proto ?? proto);
      context.emit({ ...describe(context, destination, port), proto, ...details, ...part, at });
    },
  };
  context.open.add(attempt);
  quiet();
  return attempt;
}

async function portOf(
  context: SinkContext,
  { port, ip, sourcePort }: Destination,
  proto: BoxEgress['proto'],
): Promise<number> {
  if (port !== undefined) return port;
  const protocol = proto === 'udp' ? 'udp' : 'tcp';
  const [found = 0] = await context.ports.portsOf([{ protocol, ip, sourcePort }]);
  if (found === 0) context.unidentified[protocol]++;
  return found;
}

function describe(context: SinkContext, { ip, host, sni, tls }: Destination, port: number) {
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
