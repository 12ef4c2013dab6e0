// Judges secrets that left, and commands of ours that were executed.
import { EXFILTRATION, INJECTION, report, type Contact } from './contact.ts';
import type { JudgeContext } from './context.ts';

export function judgeSecrets(contact: Contact, context: JudgeContext): void {
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
export function judgeCommandInjection(contact: Contact, context: JudgeContext): void {
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
