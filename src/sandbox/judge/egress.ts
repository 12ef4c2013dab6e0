// Judges where the server connected: secrets that left, hosts that nothing declares, ways that hide.
import type { RunObservation, RunPhase, Severity } from '../../types.ts';
import type { BoxDns, BoxEgress, CanaryHit } from '../isolation/types.ts';
import { escapeExcerpt } from '../../analyze/text/escape.ts';
import type { JudgeContext } from './context.ts';
import { egressData, isIpAddress, isOneOf, registrable } from './data.ts';
import { phaseOf } from './phase.ts';

/** A connection attempt or a DNS question, reduced to what is judged. */
interface Contact {
  host: string;
  port: number;
  phase: RunPhase;
  tool?: string;
  canaries: CanaryHit[];
  excerpt: string;
  isDns: boolean;
}
const EXFILTRATION = 'observed-exfiltration';
const INJECTION = 'command-injection-proved';

export function judgeEgress(events: (BoxEgress | BoxDns)[], context: JudgeContext): void {
  for (const event of events) {
    if (event.type === 'egress' && event.isLocal) continue;
    const contact = contactOf(event);
    judgeSecrets(contact, context);
    judgeCommandInjection(contact, context);
    if (context.isOurs(contact.host)) judgeMetadata(contact, context);
    else if (event.type === 'dns') judgeDns(event, contact, context);
    else judgeConnection(contact, context);
  }
}

function contactOf(event: BoxEgress | BoxDns): Contact {
  const isDns = event.type === 'dns';
  return {
    host: (isDns ? event.name : event.host || event.ip).toLowerCase().replace(/\.$/, ''),
    port: isDns ? 53 : event.port,
    phase: phaseOf(event.phase),
    ...(event.tool === undefined ? {} : { tool: event.tool }),
    canaries: event.canaries,
    excerpt: isDns ? event.name : event.excerpt,
    isDns,
  };
}

function judgeSecrets(contact: Contact, context: JudgeContext): void {
  const { host, canaries } = contact;
  const planted = canaries.filter(({ kind }) => kind === 'planted');
  const granted = canaries.filter(({ kind }) => kind === 'granted');
  const asked = planted.filter(({ id }) => wasAskedFor(id, contact, context));
  const stolen = planted.filter((hit) => !asked.includes(hit));
  if (stolen.length > 0) {
    report(
      context,
      contact,
      EXFILTRATION,
      'critical',
      'A planted secret that nobody asked for was sent out',
    );
  }
  if (asked.length > 0) {
    const message = 'A file outside the project was sent out when an argument named it';
    report(context, contact, 'sends-any-file', 'moderate', message);
  }
  if (granted.length === 0 || context.isDeclared(host)) return;
  if (context.isOurs(host)) {
    const message = 'A credential of the server was sent to an address that an argument named';
    return report(context, contact, 'credential-to-any-host', 'high', message);
  }
  // Without a declared service, the foreign host may be the service itself.
  const isSure = context.options.stated.expectedHosts.length > 0 || !context.isInSource(host);
  const message = 'A credential given to the server was sent to a host that it does not declare';
  report(
    context,
    contact,
    EXFILTRATION,
    isSure ? 'critical' : 'high',
    message,
    isSure ? 'high' : 'medium',
  );
}

/** Whether a call of ours named the planted file, as the traversal payloads do. */
function wasAskedFor(id: string, contact: Contact, context: JudgeContext): boolean {
  return contact.phase === 'fuzz' && id.startsWith('file:') && context.hasSent(id.slice(5));
}

/** `v42.<host>` is what only a shell or an interpreter makes of the payload that we sent. */
function judgeCommandInjection(contact: Contact, context: JudgeContext): void {
  if (!contact.host.startsWith('v42.')) return;
  const probe = context.probes.get(contact.host.slice(4));
  if (probe === undefined) return;
  const runsCode = ['shell', 'dynamic-code', 'process-spawn'].some((capability) =>
    context.options.stated.expectedCapabilities.some((one) => one === capability),
  );
  const message = 'An argument was executed: the command in it looked up a host name of ours';
  const severity = runsCode ? 'low' : 'high';
  report(context, { ...contact, tool: probe.tool }, INJECTION, severity, message);
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
    if (phase === 'fuzz' && host.startsWith('0.')) return;
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

function report(
  context: JudgeContext,
  contact: Contact,
  ruleId: string,
  severity: Severity,
  message: string,
  confidence: RunObservation['confidence'] = 'high',
): void {
  const shown = contact.host.length > 100 ? registrable(contact.host) : contact.host;
  const secrets = [...new Set(contact.canaries.map(({ id, encoding }) => `${id} (${encoding})`))];
  const what = secrets.length === 0 ? '' : ` ${secrets.slice(0, 5).join(', ')}:`;
  const said = contact.isDns ? '' : ` ${contact.excerpt}`;
  const excerpt = escapeExcerpt(`${shown}:${contact.port}${what}${said}`.trim(), 200);
  const { phase, tool } = contact;
  const isTold = ruleId !== EXFILTRATION && !context.isOurs(contact.host);
  const where = isTold ? tellHost(ruleId === 'dns-tunnel' ? registrable(shown) : shown) : '';
  context.add({
    ...{ ruleId, severity, confidence, phase, excerpt },
    check: ruleId === INJECTION ? 'response-fuzzing' : 'network-egress',
    message: `${message}${where}`,
    ...(tool === undefined ? {} : { tool: escapeExcerpt(tool, 80) }),
  });
}

/** Host names stand in a message only in the grammar of host names. */
function tellHost(host: string): string {
  return /^[a-z0-9._:-]{1,100}$/.test(host) ? `: ${host}` : '';
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
