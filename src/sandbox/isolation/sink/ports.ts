// Which port a connection was really meant for: the firewall turns all ports to the sink and remembers.
import { execFile } from 'node:child_process';

// Above the range that the kernel hands out to clients (32768-60999).
export const SINK_PORTS = { dnsUdp: 61053, dnsTcp: 61054, any: 61000 } as const;
/** Usual ports get a listener of their own, so that their number is known without asking. */
export const NAMED_PORTS: readonly number[] = [
  21, 22, 25, 80, 110, 143, 443, 465, 587, 993, 1337, 2222, 3000, 3306, 4443, 4444, 5000, 5432,
  6379, 6667, 8000, 8080, 8443, 8888, 9001, 9418, 27017,
];
const FIRST_NAMED_PORT = 61100;
/** Ports on which the sink listens where there is no firewall; servers' own usual ports are left free. */
export const LISTED_PORTS: readonly number[] = [
  ...NAMED_PORTS.filter((port) => ![3000, 5000, 8000, 8080, 8888].includes(port)),
  23,
  69,
  81,
  88,
  111,
  123,
  135,
  139,
  161,
  389,
  445,
  514,
  636,
  853,
  873,
  989,
  990,
  995,
  1080,
  1194,
  1433,
  1521,
  1883,
  2049,
  2375,
  2376,
  3128,
  3389,
  4369,
  5222,
  5555,
  5672,
  5900,
  5984,
  6660,
  6697,
  7000,
  7777,
  8081,
  8086,
  8089,
  8883,
  9000,
  9050,
  9090,
  9092,
  9100,
  9200,
  9999,
  10000,
  11211,
  12345,
  31337,
];

/** Sink port -> original port. */
export function namedListeners(): Map<number, number> {
  return new Map(NAMED_PORTS.map((port, index) => [FIRST_NAMED_PORT + index, port]));
}

/** Ruleset for `nft -f -`. Its first chain runs after connection tracking, else `ct` matches nothing. */
export function firewallRules(): string {
  const triple = (family: string) =>
    `type ipv${family}_addr . inet_service . inet_service; size 65535; flags dynamic,timeout; timeout 60s;`;
  const turned = [...namedListeners()].map(([sink, port]) => `tcp dport ${port} dnat to :${sink}`);
  return `table inet box {
  set tcp4 { ${triple('4')} }
  set tcp6 { ${triple('6')} }
  set udp4 { ${triple('4')} }
  set udp6 { ${triple('6')} }
  set localtcp { type inet_service; size 4096; flags dynamic; }
  set localudp { type inet_service; size 4096; flags dynamic; }
  set ping4 { type ipv4_addr; size 4096; flags dynamic; }
  set ping6 { type ipv6_addr; size 4096; flags dynamic; }
  chain seen {
    type filter hook output priority -150; policy accept;
    icmp type echo-request update @ping4 { ip daddr }
    icmpv6 type echo-request update @ping6 { ip6 daddr }
    ct state != new return
    ip daddr 127.0.0.0/8 tcp dport != 53 update @localtcp { tcp dport } return
    ip daddr 127.0.0.0/8 udp dport != 53 update @localudp { udp dport } return
    ip6 daddr ::1 tcp dport != 53 update @localtcp { tcp dport } return
    ip6 daddr ::1 udp dport != 53 update @localudp { udp dport } return
    meta nfproto ipv4 meta l4proto tcp update @tcp4 { ip daddr . tcp dport . tcp sport }
    meta nfproto ipv6 meta l4proto tcp update @tcp6 { ip6 daddr . tcp dport . tcp sport }
    meta nfproto ipv4 meta l4proto udp update @udp4 { ip daddr . udp dport . udp sport }
    meta nfproto ipv6 meta l4proto udp update @udp6 { ip6 daddr . udp dport . udp sport }
  }
  chain turn {
    type nat hook output priority -100; policy accept;
    udp dport 53 dnat to :${SINK_PORTS.dnsUdp}
    tcp dport 53 dnat to :${SINK_PORTS.dnsTcp}
    ip daddr 127.0.0.0/8 return
    ip6 daddr ::1 return
    ${turned.join('\n    ')}
    meta l4proto { tcp, udp } dnat to :${SINK_PORTS.any}
  }
}
`;
}

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
export interface PortBook {
  /** The original port of each, in order; 0 where it cannot be learnt. */
  portsOf(flows: Omit<Flow, 'port'>[]): Promise<number[]>;
  /** A fresh look. */
  seen(): Promise<Seen>;
}

const NOTHING: Seen = { flows: [], local: [], pings: [] };

/** Asks the firewall; one question at a time, shared by all who wait for it. */
export function createPortBook(hasFirewall: boolean): PortBook {
  const ports = new Map<string, number>();
  let running: Promise<Seen> | null = null;
  let queued: Promise<Seen> | null = null;
  const look = async (): Promise<Seen> => {
    const seen = hasFirewall ? parseSets(await listSets()) : NOTHING;
    if (ports.size > 50_000) ports.clear();
    for (const flow of seen.flows) ports.set(keyOf(flow), flow.port);
    // A client that bound its own address: only its port tells which flow it is.
    for (const flow of seen.flows) ports.set(keyOf({ ...flow, ip: '*' }), flow.port);
    return seen;
  };
  const run = (): Promise<Seen> => {
    running = look().finally(() => {
      running = null;
    });
    return running;
  };
  // A look that has begun may have missed what happened since, so those who come later wait for the next.
  const seen = (): Promise<Seen> => {
    if (running === null) return run();
    queued ??= running.then(() => {
      queued = null;
      return run();
    });
    return queued;
  };
  const known = (flow: Omit<Flow, 'port'>) =>
    ports.get(keyOf(flow)) ?? ports.get(keyOf({ ...flow, ip: '*' }));
  return {
    seen,
    async portsOf(flows) {
      if (flows.some((flow) => known(flow) === undefined)) await seen();
      return flows.map((flow) => known(flow) ?? 0);
    },
  };
}

const keyOf = ({ protocol, ip, sourcePort }: Omit<Flow, 'port'>): string =>
  `${protocol} ${ip} ${sourcePort}`;

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
