// The firewall of the box: turns every port to the sink, and remembers which one was meant.

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
