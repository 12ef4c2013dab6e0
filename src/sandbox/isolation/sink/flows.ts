// Which port a connection was really meant for, as the firewall remembers it.
import { execFile } from 'node:child_process';

export interface Flow {
  protocol: 'tcp' | 'udp';
  ip: string;
  port: number;
  sourcePort: number;
}
/** What the firewall has seen, as far as it still remembers. */
export interface Seen {
  flows: Flow[];
  local: { protocol: 'tcp' | 'udp'; port: number }[];
  pings: string[];
}
type Source = Omit<Flow, 'port'>;
export interface FlowBook {
  /** What was really meant, or undefined where it cannot be learnt. */
  find(source: Source): Promise<Flow | undefined>;
  /** Says that this flow is reported by who received it. */
  claim(flow: Omit<Flow, 'ip'>): void;
  /** A fresh look, in which only flows stand that nobody has claimed. */
  unclaimed(): Promise<Seen>;
}

const NOTHING: Seen = { flows: [], local: [], pings: [] };
const MAX_REMEMBERED = 100_000;

/** Asks the firewall; one question at a time, shared by all who wait for it. */
export function createFlowBook(hasFirewall: boolean): FlowBook {
  const flows = new Map<string, Flow>();
  const claimed = new Set<string>();
  const look = async (): Promise<Seen> => {
    const seen = hasFirewall ? parseSets(await listSets()) : NOTHING;
    if (flows.size > MAX_REMEMBERED) flows.clear();
    for (const flow of seen.flows) {
      flows.set(keyOf(flow), flow);
      // A client that bound its own address: only its port tells which flow it is.
      flows.set(keyOf({ ...flow, ip: '*' }), flow);
    }
    return seen;
  };
  const ask = oneAtATime(look);
  const known = (source: Source) =>
    flows.get(keyOf(source)) ?? flows.get(keyOf({ ...source, ip: '*' }));
  return {
    async find(source) {
      if (known(source) === undefined) await ask();
      return known(source);
    },
    claim(flow) {
      if (claimed.size > MAX_REMEMBERED) claimed.clear();
      claimed.add(claimOf(flow));
    },
    async unclaimed() {
      const seen = await ask();
      return { ...seen, flows: seen.flows.filter((flow) => !claimed.has(claimOf(flow))) };
    },
  };
}

/** A run that has begun may have missed what happened since, so those who come later wait for the next. */
function oneAtATime<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  let queued: Promise<T> | null = null;
  const run = (): Promise<T> => {
    running = work().finally(() => {
      running = null;
    });
    return running;
  };
  return () => {
    if (running === null) return run();
    queued ??= running.then(() => {
      queued = null;
      return run();
    });
    return queued;
  };
}

const claimOf = ({ protocol, port, sourcePort }: Omit<Flow, 'ip'>): string =>
  `${protocol} ${port} ${sourcePort}`;
const keyOf = ({ protocol, ip, sourcePort }: Source): string => `${protocol} ${ip} ${sourcePort}`;

function listSets(): Promise<string> {
  return new Promise((resolve) => {
    const options = { maxBuffer: 64 << 20, timeout: 5000 };
    execFile('nft', ['-j', 'list', 'table', 'inet', 'box'], options, (error, stdout) =>
      resolve(error === null ? stdout : ''),
    );
  });
}

/** The sets in the JSON of `nft -j list table`; nothing for text that is not such. */
export function parseSets(text: string): Seen {
  const seen: Seen = { flows: [], local: [], pings: [] };
  for (const set of setsIn(text)) {
    for (const element of set.elements) addElement(seen, set.name, element);
  }
  return seen;
}

function setsIn(text: string): { name: string; elements: unknown[] }[] {
  if (text === '') return [];
  const { nftables } = JSON.parse(text) as {
    nftables: { set?: { name: string; elem?: unknown[] } }[];
  };
  return nftables.flatMap(({ set }) => (set ? [{ name: set.name, elements: set.elem ?? [] }] : []));
}

function addElement(seen: Seen, set: string, element: unknown): void {
  const value = valueOf(element);
  const protocol = set.includes('udp') ? 'udp' : 'tcp';
  if (Array.isArray(value)) {
    const [ip, port, sourcePort] = value as [string, number, number];
    seen.flows.push({ protocol, ip, port, sourcePort });
  } else if (typeof value === 'number') seen.local.push({ protocol, port: value });
  else if (typeof value === 'string') seen.pings.push(value);
}

function valueOf(element: unknown): unknown {
  if (typeof element !== 'object' || element === null) return element;
  const { elem, concat } = element as { elem?: { val?: unknown }; concat?: unknown[] };
  return elem === undefined ? concat : valueOf(elem.val);
}
