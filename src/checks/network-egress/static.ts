// Rules of point 4 without a run: hosts in code, against the stated function.
import { registrableDomain } from '../../analyze/source/functions.ts';
import { hostData, isPrivateAddress } from '../../analyze/source/hosts.ts';
import { defineRule } from '../../rule.ts';
import type { Hit, Rule } from '../../rule.ts';
import type { HostHit, PackageAnalysis, SourceFact } from '../../types.ts';

const MAX_NAMED = 20;
const HOST_GRAMMAR = /^[a-z0-9.*_-]{1,253}$/;

const sinkHost = defineRule({
  id: 'sink-host',
  check: 'network-egress',
  severity: 'high',
  title: 'Code names a service that is used to carry data away',
  why: 'Request catchers, tunnels, paste sites and chat webhooks are where stolen data is sent.',
  fix: 'Do not connect it before you know what is sent there.',
  fixUpstream: 'Use a host of your own, and name it in the README.',
  needs: ['source'],
  find: ({ source }) => reachedHosts(source).flatMap(([pkg, hit]) => sinkOf(pkg, hit, source)),
});

const rawAddress = defineRule({
  id: 'raw-address',
  check: 'network-egress',
  severity: 'moderate',
  title: 'Code connects to a bare IP address',
  why: 'A service that has something to be known by has a name; bare addresses are typical of control servers.',
  fix: 'Find out whose address it is before connecting the server.',
  fixUpstream: 'Use a host name with TLS.',
  needs: ['source'],
  find: ({ source }) =>
    reachedHosts(source)
      .filter(([, hit]) => hit.isContacted && isPublicAddress(hit.host))
      .map(([pkg, hit]) => ({
        ...placeOf(pkg, hit),
        message: `${pkg.name} connects to the address ${hit.host}.`,
        severity: pkg === source.subject ? 'high' : 'moderate',
        confidence: 'medium',
      })),
});

const plainHttp = defineRule({
  id: 'plain-http',
  check: 'network-egress',
  severity: 'moderate',
  title: 'Code connects without encryption',
  why: 'Anybody on the way can read the data and change the answers that the model gets to see.',
  fix: 'Use the server only if it can be set to https.',
  fixUpstream: 'Use https.',
  needs: ['source'],
  find: ({ source }) =>
    ownHosts(source)
      .filter(({ isContacted, url, host }) => isContacted && isPlain(url) && !isAddress(host))
      .map((hit) => ({
        ...placeOf(source.subject, hit),
        message: `${source.subject.name} connects to ${nameOf(hit)} without encryption.`,
        severity: isOwnNetwork(hit.host) ? 'low' : 'moderate',
        confidence: 'medium',
      })),
});

const undeclaredHost = defineRule({
  id: 'undeclared-host',
  check: 'network-egress',
  severity: 'low',
  title: 'Code connects to a host that README, homepage and name do not declare',
  why: 'You should know where your data goes before it goes there.',
  fix: 'Check that the host belongs to the service that you expect.',
  fixUpstream: 'Name in the README every host that the server connects to.',
  needs: ['source'],
  find: ({ source }) =>
    ownHosts(source)
      .filter((hit) => hit.isContacted && !isExpected(hit.host, source) && !isAddress(hit.host))
      .map((hit) => ({
        ...placeOf(source.subject, hit),
        message: `${source.subject.name} connects to ${nameOf(hit)}, which it does not declare.`,
        confidence: 'medium',
      })),
});

export const staticRules: Rule[] = [sinkHost, rawAddress, plainHttp, undeclaredHost];

function reachedHosts(source: SourceFact): [PackageAnalysis, HostHit][] {
  const ids = Object.keys(source.dependencies).sort();
  const packages = [source.subject, ...ids.flatMap((id) => source.dependencies[id] ?? [])];
  return packages.flatMap((pkg) =>
    pkg.hosts
      .filter(({ reached }) => reached !== 'none')
      .slice(0, 200)
      .map((hit): [PackageAnalysis, HostHit] => [pkg, hit]),
  );
}

/** One hit a host of the server's own reached code. */
function ownHosts({ subject }: SourceFact): HostHit[] {
  const seen = new Set<string>();
  return subject.hosts
    .filter(({ host, reached }) => reached !== 'none' && !seen.has(host) && seen.add(host))
    .slice(0, MAX_NAMED);
}

function sinkOf(pkg: PackageAnalysis, hit: HostHit, source: SourceFact): Hit[] {
  const { sinks, addresses } = hostData();
  const sink = sinks.find(({ pattern }) => new RegExp(pattern).test(hit.host));
  const address = addresses.find(({ pattern }) => new RegExp(pattern, 'i').test(hit.url));
  const found = address ?? sink;
  if (!found) return [];
  const { manifest } = source.subject;
  const stated = `${manifest.name ?? ''} ${manifest.description ?? ''} ${manifest.keywords.join(' ')}`;
  if (address && new RegExp(address.unless, 'i').test(stated)) return [];
  // A README that names the service tells the reader; a name in code that is never called is a trace.
  const isTold = isExpected(hit.host, source) && pkg === source.subject;
  const severity = isTold || !hit.isContacted ? 'low' : found.severity;
  const what = hit.isContacted ? 'sends to' : 'names';
  return [
    {
      ...placeOf(pkg, hit),
      message: `${pkg.name} ${what} ${nameOf(hit)}: ${found.what}.`,
      severity,
      confidence: hit.isContacted ? 'high' : 'low',
    },
  ];
}

function isExpected(host: string, source: SourceFact): boolean {
  const domain = registrableDomain(host);
  return source.stated.expectedHosts.some((expected) => registrableDomain(expected) === domain);
}

function placeOf(
  pkg: PackageAnalysis,
  hit: HostHit,
): Pick<Hit, 'location' | 'package' | 'excerpt'> {
  return {
    location: `${hit.file}:${hit.line}`,
    package: `${pkg.name}@${pkg.version}`,
    excerpt: hit.url.slice(0, 160),
  };
}

function nameOf(hit: HostHit): string {
  return HOST_GRAMMAR.test(hit.host) ? hit.host : 'a host';
}

function isPlain(url: string): boolean {
  return /^(?:http|ws|ftp|mqtt|amqp|ldap|redis|telnet|stomp):/i.test(url);
}

/** A name that no public resolver knows: a device or service in the user's own network. */
function isOwnNetwork(host: string): boolean {
  return (
    /^[a-z0-9_-]+$/.test(host) ||
    /\.(?:test|local|localdomain|lan|home|home\.arpa|internal|intranet|fritz\.box)$/.test(host)
  );
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.startsWith('[');
}

/** Neither loopback, private, link-local nor a resolver that everybody knows. */
function isPublicAddress(host: string): boolean {
  return isAddress(host) && !isPrivateAddress(host) && !hostData().knownAddresses.includes(host);
}
