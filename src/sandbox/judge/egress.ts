// Judges where the server connected: hosts that nothing declares, ways that hide.
import type { BoxDns, BoxEgress } from '../isolation/types.ts';
import { contactOf, report, type Contact } from './contact.ts';
import type { JudgeContext } from './context.ts';
import { isOneOf } from '../../analyze/public-hosts.ts';
import { egressData, isIpAddress } from './data.ts';
import { phaseOf } from './phase.ts';
import { judgeCommandInjection, judgeSecrets } from './secrets.ts';

const SCANNED_PORTS = 6;

export function judgeEgress(events: (BoxEgress | BoxDns)[], context: JudgeContext): void {
  const outward = events.filter((event) => event.type === 'dns' || !event.isLocal);
  judgeLocalPorts(events, context);
  const contacts = outward.map((event) => contactOf(event));
  const withSecrets = contacts.filter(({ canaries }) => canaries.length > 0).slice(0, 500);
  for (const [index, contact] of contacts.entries()) {
    const event = outward[index];
    judgeSecrets(contact, withSecrets, context);
    judgeCommandInjection(contact, context);
    if (context.isOurs(contact.host)) judgeMetadata(contact, context);
    else if (event?.type === 'dns') judgeDns(event, contact, context);
    else judgeConnection(contact, context);
  }
}

/** A local service or two is what many servers are for; one port after the other is a search. */
function judgeLocalPorts(events: (BoxEgress | BoxDns)[], context: JudgeContext): void {
  const local = events.filter((event) => event.type === 'egress' && event.isLocal);
  const own = local.filter(({ phase }) => phaseOf(phase) !== 'fuzz') as BoxEgress[];
  const ports = [...new Set(own.map(({ port }) => port))].sort((a, b) => a - b);
  const [first] = own;
  if (!first || ports.length < SCANNED_PORTS) return;
  context.add({
    ruleId: 'local-port-scan',
    severity: 'moderate',
    confidence: 'high',
    check: 'network-egress',
    message: `${ports.length} ports of this machine were tried without any tool being called`,
    phase: phaseOf(first.phase),
    excerpt: ports.slice(0, 20).join(', '),
  });
}

function judgeMetadata(contact: Contact, context: JudgeContext): void {
  if (!context.isMetadata(contact.host)) return;
  const message = 'A tool contacts the cloud metadata address when an argument names it';
  report(context, contact, 'metadata-address-reached', 'low', message);
}

function judgeDns(event: BoxDns, contact: Contact, context: JudgeContext): void {
  const { host } = contact;
  if (context.isDeclared(host) || context.isInSource(host)) return;
  const labels = host.split('.').slice(0, -2);
  const isCoded = labels.some(
    (label) => label.length >= 32 || (label.length >= 20 && entropy(label) > 3.6),
  );
  const isOdd = ['TXT', 'NULL', 'CNAME', 'MX'].includes(event.recordType.toUpperCase());
  if (isCoded || (isOdd && labels.length > 0)) {
    const message = 'DNS questions carry coded data or ask for unusual records';
    return report(context, contact, 'dns-tunnel', 'high', message, isCoded ? 'high' : 'medium');
  }
  judgeHost(contact, context);
}

function judgeConnection(contact: Contact, context: JudgeContext): void {
  const { host, port, phase } = contact;
  if (isIpAddress(host)) {
    // What becomes of numbers such as 255 or 2147483648 where a host is wanted.
    if (phase === 'fuzz' && /^(0\.|\d+\.0\.0\.0$)/.test(host)) return;
    if (context.isMetadata(host)) {
      return report(
        context,
        contact,
        'raw-ip-contacted',
        'high',
        'The cloud metadata address was contacted',
      );
    }
    const severity = context.isDeclared(host) ? 'low' : 'high';
    return report(
      context,
      contact,
      'raw-ip-contacted',
      severity,
      'An address without a name was contacted',
    );
  }
  const isKnown = context.isDeclared(host) || context.isInSource(host);
  if (!isKnown && port > 0 && !egressData().ordinaryPorts.includes(port)) {
    report(
      context,
      contact,
      'unusual-port',
      'high',
      `Port ${port} of an undeclared host was contacted`,
    );
  }
  judgeHost(contact, context);
}

function judgeHost(contact: Contact, context: JudgeContext): void {
  const { host, phase } = contact;
  if (context.isDeclared(host)) {
    return report(context, contact, 'declared-egress', 'info', 'A declared host was contacted');
  }
  const data = egressData();
  if (phase === 'install') {
    const isUsual = isOneOf(host, data.installHosts);
    const message = 'An install script contacted a host that the package does not declare';
    return report(context, contact, 'egress-during-install', isUsual ? 'low' : 'high', message);
  }
  const isBySelf = phase !== 'fuzz';
  if (isOneOf(host, data.telemetryHosts)) {
    return report(
      context,
      contact,
      'telemetry',
      isBySelf ? 'moderate' : 'low',
      'A telemetry service was contacted',
    );
  }
  const isInSource = context.isInSource(host);
  if (isBySelf) {
    const isUsual = isOneOf(host, data.updateHosts);
    const severity = isUsual ? 'low' : isInSource ? 'moderate' : 'high';
    const message = 'A host that is not declared was contacted without any tool being called';
    return report(context, contact, 'egress-at-start', severity, message);
  }
  if (isInSource) {
    return report(
      context,
      contact,
      'declared-egress',
      'info',
      'A host that the source names was contacted',
    );
  }
  report(
    context,
    contact,
    'unexpected-egress',
    'moderate',
    'A tool contacted a host that nothing declares',
  );
}

/** Shannon entropy in bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values())
    bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
