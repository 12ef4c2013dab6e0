// A connection attempt or a DNS question as the judges see it, and how they tell of it.
import { escapeExcerpt } from '../../analyze/text/escape.ts';
import type { RunObservation, RunPhase, Severity } from '../../types.ts';
import type { BoxDns, BoxEgress, CanaryHit } from '../isolation/types.ts';
import type { JudgeContext } from './context.ts';
import { registrable } from './data.ts';
import { phaseOf } from './phase.ts';

/** A connection attempt or a DNS question, reduced to what is judged. */
export interface Contact {
  host: string;
  port: number;
  phase: RunPhase;
  tool?: string;
  canaries: CanaryHit[];
  excerpt: string;
  isDns: boolean;
}
export const EXFILTRATION = 'observed-exfiltration';
export const INJECTION = 'command-injection-proved';

export function contactOf(event: BoxEgress | BoxDns): Contact {
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

export function report(
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
