// Egress over time: one lane a host, one dot an attempt, red where a canary left.
import type { EgressEvent, Report } from '../../types.ts';
import { html } from './escape.ts';

const WIDTH = 1000;
const LABEL = 280;
const LANE = 26;
const MAX_HOSTS = 30;
const MAX_DOTS = 400;

export function egressSection(report: Report): string {
  const { observed, observedSeconds } = report.egress;
  const hosts = [...new Set(report.egress.static.map((entry) => entry.host))].sort();
  const fromCode =
    hosts.length > 0
      ? `<p>Hosts in code: ${hosts
          .slice(0, 60)
          .map((host) => `<code>${html(host, 120)}</code>`)
          .join(' ')}${hosts.length > 60 ? ` and ${hosts.length - 60} more` : ''}</p>`
      : '<p>No hosts stand in the code.</p>';
  if (!observed)
    return `${fromCode}<p class="soft">Not run: start with --sandbox to see what it really contacts.</p>`;
  const seconds = observedSeconds ?? 0;
  if (observed.length === 0) return `${fromCode}<p>Nothing was contacted in ${seconds} s.</p>`;
  return `${fromCode}${timeline(observed, seconds)}${attemptTable(observed)}`;
}

function timeline(events: EgressEvent[], seconds: number): string {
  const hosts = [...new Set(events.map((event) => event.host || event.ip))].slice(0, MAX_HOSTS);
  const span = Math.max(seconds * 1000, ...events.map((event) => event.atMs), 1);
  const height = hosts.length * LANE + 24;
  const lanes = hosts.map((host, index) => {
    const y = index * LANE + LANE / 2;
    return `<text x="0" y="${y + 4}">${html(host, 44)}</text><line class="lane" x1="${LABEL}" x2="${WIDTH}" y1="${y}" y2="${y}"/>`;
  });
  const dots = events.slice(0, MAX_DOTS).flatMap((event) => {
    const lane = hosts.indexOf(event.host || event.ip);
    if (lane < 0) return [];
    const x = LABEL + (event.atMs / span) * (WIDTH - LABEL - 10);
    const kind = event.canaries.some((canary) => canary.kind === 'planted')
      ? 'bad'
      : event.canaries.length > 0
        ? 'good'
        : 'none';
    const title = `${(event.atMs / 1000).toFixed(1)} s ${event.phase}${event.tool ? ` ${event.tool}` : ''} ${event.proto} port ${event.port}`;
    return [
      `<circle class="dot-${kind}" cx="${x.toFixed(1)}" cy="${lane * LANE + LANE / 2}" r="5"><title>${html(title, 200)}</title></circle>`,
    ];
  });
  const axis = `<text x="${LABEL}" y="${height - 4}">0 s</text><text x="${WIDTH - 40}" y="${height - 4}">${(span / 1000).toFixed(0)} s</text>`;
  return `<div class="scroll"><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Egress over time">${lanes.join('')}${dots.join('')}${axis}</svg></div><p class="small soft">Red: a planted secret was in what it sent. Green: a value that it was given, sent on.</p>`;
}

function attemptTable(events: EgressEvent[]): string {
  const groups = new Map<string, { event: EgressEvent; count: number; bytes: number }>();
  for (const event of events) {
    const key = [event.host, event.port, event.proto, event.phase, event.tool, event.path].join(
      ' ',
    );
    const known = groups.get(key);
    if (known) {
      known.count += 1;
      known.bytes += event.bytes;
    } else groups.set(key, { event, count: 1, bytes: event.bytes });
  }
  const rows = [...groups.values()].slice(0, 100).map(({ event, count, bytes }) => {
    const canaries = event.canaries.map(
      (canary) =>
        `<span class="chip ${canary.kind === 'planted' ? 'bad' : 'good'}">${html(canary.id, 60)} (${html(canary.encoding, 20)})</span>`,
    );
    const what = `${event.method ?? ''} ${event.path ?? ''}`.trim();
    return `<tr><td>${html(event.host || event.ip, 120)}:${event.port}</td><td>${event.proto}</td><td>${html(event.phase, 20)}${event.tool ? `<br><code>${html(event.tool, 60)}</code>` : ''}</td><td><code>${html(what, 120)}</code></td><td>${count}×, ${bytes} bytes</td><td>${canaries.join('')}</td></tr>`;
  });
  return `<div class="scroll"><table><thead><tr><th>who</th><th>how</th><th>when, by which tool</th><th>what</th><th>how much</th><th>secrets</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}
