// Who was contacted in the sandbox, when, by which tool and with what; leaked secrets first.
import type { EgressEvent, Report } from '../../types.ts';
import { fit, widthOf } from '../width.ts';
import { paragraph, safe, type Page } from './page.ts';

const MAX_HOSTS = 8;
const WHEN: Record<EgressEvent['phase'], string> = {
  install: 'during install',
  start: 'at start',
  handshake: 'in the handshake',
  fuzz: 'while tools ran',
  idle: 'while idle',
  'second-start': 'at the second start',
};

export function egressText(report: Report, page: Page): string {
  const { observed, observedSeconds } = report.egress;
  if (!observed) return '';
  const { paint } = page;
  const watched = `watched for ${observedSeconds ?? 0} s`;
  if (observed.length === 0) return `  ${paint.bold('contacted')}  nobody (${watched})`;
  const groups = groupByHost(observed);
  const shown = page.isVerbose ? groups.slice(0, 100) : groups.slice(0, MAX_HOSTS);
  const rest = groups.length - shown.length;
  const more = rest > 0 ? [`    … and ${rest} more; --verbose shows them`] : [];
  const attempts = `${observed.length} attempt${observed.length === 1 ? '' : 's'}`;
  return [
    `  ${paint.bold('contacted')}  ${paint.dim(`${attempts}, ${watched}`)}`,
    ...shown.map((group) => groupText(group, page)),
    ...more,
  ].join('\n');
}

function hostOf(event: EgressEvent): string {
  return `${safe(event.host || event.ip || 'unknown', 100)}:${event.port}${event.proto === 'udp' ? '/udp' : ''}`;
}

function groupByHost(events: EgressEvent[]): EgressEvent[][] {
  const groups = new Map<string, EgressEvent[]>();
  for (const event of [...events].sort((a, b) => a.atMs - b.atMs)) {
    const group = groups.get(hostOf(event));
    if (group) group.push(event);
    else groups.set(hostOf(event), [event]);
  }
  return [...groups.values()].sort((a, b) => rank(a) - rank(b));
}

function hasPlanted(group: EgressEvent[]): boolean {
  return group.some((event) => event.canaries.some((canary) => canary.kind === 'planted'));
}

function rank(group: EgressEvent[]): number {
  return (hasPlanted(group) ? 0 : 1e9) + (group[0]?.atMs ?? 0);
}

function groupText(group: EgressEvent[], page: Page): string {
  const [first] = group;
  if (!first) return '';
  const { paint, width } = page;
  const isBad = hasPlanted(group);
  const mark = isBad ? paint.severity('critical', '✖') : '·';
  const host = fit(hostOf(first), width - 6);
  const text = `${timeOf(group)}, ${byWhom(group)}: ${whatOf(group)}`;
  const column = 36;
  if (width < 72 || widthOf(host) > column - 8) {
    return `    ${mark} ${paint.bold(host)}\n${paragraph(text, page, 8)}`;
  }
  const gap = ' '.repeat(column - 6 - widthOf(host));
  return `    ${mark} ${paint.bold(host)}${gap}${paragraph(text, page, column).trimStart()}`;
}

function timeOf(group: EgressEvent[]): string {
  const at = (event: EgressEvent | undefined) => ((event?.atMs ?? 0) / 1000).toFixed(1);
  if (group.length === 1) return `${at(group[0])} s`;
  return `${group.length} times, ${at(group[0])} to ${at(group.at(-1))} s`;
}

function byWhom(group: EgressEvent[]): string {
  const tools = group.map((event) =>
    event.tool ? `by ${safe(event.tool, 60)}` : WHEN[event.phase],
  );
  return few([...new Set(tools)], 3);
}

function whatOf(group: EgressEvent[]): string {
  const requests = group.map((event) => {
    const path = (event.path ?? '').split('?')[0] ?? '';
    return event.method ? `${safe(event.method, 10)} ${safe(path, 60)}` : event.proto;
  });
  const bytes = group.reduce((sum, event) => sum + event.bytes, 0);
  const secrets = group.flatMap((event) =>
    event.canaries.map(
      ({ id, kind, encoding }) =>
        `${safe(id, 60)} (${kind === 'planted' ? 'PLANTED' : 'given to it'}${encoding === 'plain' ? '' : `, ${safe(encoding, 20)}`})`,
    ),
  );
  const sent = secrets.length > 0 ? `, with ${few([...new Set(secrets)], 3)}` : '';
  return `${few([...new Set(requests)], 2)}, ${sizeOf(bytes)}${sent}`;
}

function sizeOf(bytes: number): string {
  return bytes < 1_000 ? `${bytes} bytes` : `${(bytes / 1_000).toFixed(1)} kB`;
}

function few(words: string[], max: number): string {
  const rest = words.length - max;
  return `${words.slice(0, max).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
