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
  /** What was really meant, now claimed, or undefined where it cannot be learnt. */
  find(source: Source): Promise<Flow | undefined>;
  /** Says that this flow is reported by who received it. */
  claim(flow: Omit<Flow, 'ip'>): void;
  /** A fresh look, in which only flows stand that nobody has claimed. */
  unclaimed(): Promise<Seen>;
}

const NOTHING: Seen = { flows: [], local: [], pings: [] };
const MAX_REMEMBERED = 100_000;
const MAX_LISTINGS = 3;

/** Asks the firewall; one question at a time, shared by all who wait for it. */
export function createFlowBook(hasFirewall: boolean): FlowBook {
  const index = new Map<string, Flow[]>();
  const known = new Set<string>();
  const claimed = new Set<string>();
  const remember = (flow: Flow) => {
    const key = `${flow.ip} ${claimOf(flow)}`;
    if (known.has(key)) return;
    if (known.size > MAX_REMEMBERED) for (const each of [index, known, claimed]) each.clear();
    known.add(key);
    for (const place of placesOf(flow)) {
      const there = index.get(place);
      if (there === undefined) index.set(place, [flow]);
      else there.push(flow);
    }
  };
  const look = async (): Promise<Seen> => {
    const seen = hasFirewall ? parseSets(await listSets()) : NOTHING;
    seen.flows.forEach(remember);
    return seen;
  };
  const ask = oneAtATime(look);
  const claim = (flow: Omit<Flow, 'ip'>) => void claimed.add(claimOf(flow));
  const match = (source: Source): Flow | undefined => {
    const [exact = [], bound = [], likely = []] = placesOf(source).map((p) => index.get(p) ?? []);
    const isFree = (flow: Flow) => !claimed.has(claimOf(flow));
    return exact.find(isFree) ?? exact[0] ?? bound.find(isFree) ?? bound[0] ?? likely.find(isFree);
  };
  return {
    async find(source) {
      if (match(source) === undefined) await ask();
      const flow = match(source);
      if (flow !== undefined) claim(flow);
      return flow;
    },
    claim,
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
/**
 * Where a flow is looked for, surest first: its address and source port; its source port alone, if the
 * client bound an address of its own; its address alone, since the kernel gives a socket that speaks to
 * many ports, all of which become the sink's, another source port for all but the first.
 */
function placesOf({ protocol, ip, sourcePort }: Source): string[] {
  return [`${protocol} ${ip} ${sourcePort}`, `${protocol} * ${sourcePort}`, `${protocol} ${ip} *`];
}

/** The kernel may refuse a listing that coincides with a change of the table: asked again. */
async function listSets(): Promise<string> {
  for (let attempt = 0; attempt < MAX_LISTINGS; attempt++) {
    const text = await listOnce();
    if (text !== '') return text;
  }
  return '';
}

function listOnce(): Promise<string> {
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
