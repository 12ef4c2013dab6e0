// Judges secrets that left, and commands of ours that were executed.
import type { CanaryHit } from '../isolation/types.ts';
import { EXFILTRATION, INJECTION, report, type Contact } from './contact.ts';
import type { JudgeContext } from './context.ts';
import { isOneOf } from '../../analyze/public-hosts.ts';
import { egressData } from './data.ts';

export function judgeSecrets(contact: Contact, all: Contact[], context: JudgeContext): void {
  const { host, canaries } = contact;
  const planted = canaries.filter(({ kind }) => kind === 'planted');
  for (const hit of planted) judgePlanted(hit, contact, context);
  const granted = canaries.filter(({ kind }) => kind === 'granted');
  const foreign = granted.filter(({ id }) => !isServiceOf(id, host, context));
  if (foreign.length === 0) return;
  if (context.isOurs(host)) {
    const message = 'A credential of the server was sent to an address that an argument named';
    return report(context, contact, 'credential-to-any-host', 'high', message);
  }
  // A host that only the source names may be the service itself, unless that is known to be another.
  const isSure =
    !context.isInSource(host) || foreign.some(({ id }) => hasOtherService(id, all, context));
  const message = 'A credential given to the server was sent to a host that it does not declare';
  const [severity, confidence] = isSure
    ? (['critical', 'high'] as const)
    : (['high', 'medium'] as const);
  report(context, contact, EXFILTRATION, severity, message, confidence);
}

function judgePlanted(hit: CanaryHit, contact: Contact, context: JudgeContext): void {
  const { host } = contact;
  if (wasAskedFor(hit.id, contact, context)) {
    const message = 'A file outside the project was sent out when an argument named it';
    return report(context, contact, 'sends-any-file', 'moderate', message);
  }
  // The source asks for the variable by name: what matters is whose service gets it.
  const isRead = context.options.environmentNames.includes(variableOf(hit.id));
  if (isRead && isOwnService(hit.id, host, context)) return;
  if (isRead && isServiceOf(hit.id, host, context)) {
    const message = "A key of another service was sent to the server's declared host";
    return report(context, contact, EXFILTRATION, 'high', message, 'medium');
  }
  const message = 'A planted secret that nobody asked for was sent out';
  report(context, contact, EXFILTRATION, 'critical', message);
}

const variableOf = (id: string): string => id.replace(/^env:/, '');

/** Whether the secret's own name or value, or the package's name, leads to the host. */
function isOwnService(id: string, host: string, context: JudgeContext): boolean {
  const isNamed = context.isServiceOfVariable(variableOf(id), host);
  return isNamed || context.isInSecret(host) || context.isBrand(host);
}

/** As above, or a host that documentation or user name; places where code lies are no service. */
function isServiceOf(id: string, host: string, context: JudgeContext): boolean {
  if (isOwnService(id, host, context)) return true;
  return context.isDeclared(host) && !isOneOf(host, egressData().codeHosts);
}

/** Whether the same secret goes to its service as well, or the documentation names that service. */
function hasOtherService(id: string, all: Contact[], context: JudgeContext): boolean {
  const isElsewhere = all.some(
    ({ host, canaries }) => canaries.some((one) => one.id === id) && isServiceOf(id, host, context),
  );
  const named = [...context.options.stated.expectedHosts, ...context.options.givenHosts];
  return isElsewhere || named.some((host) => isOwnService(id, host, context));
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
