// Egress over time: one lane a host, one dot an attempt, red where a canary left.
import type { EgressEvent, Report } from '../../types.ts';
import { html } from './escape.ts';
import { stackedTable } from './table.ts';

const WIDTH = 1000;
const LABEL = 280;
const LANE = 26;
const MAX_HOSTS = 30;
const MAX_ROWS = 100;
/** Up to this many rows stand open; planted secrets come first. */
const MAX_OPEN = 12;
const BAND = 20;

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
  return `${fromCode}${timeline(observed, seconds, report.run?.phases ?? [])}${attemptTable(observed)}`;
}

type Phases = NonNullable<Report['run']>['phases'];

function timeline(events: EgressEvent[], seconds: number, phases: Phases): string {
  const hosts = [...new Set(events.map((event) => event.host || event.ip))].slice(0, MAX_HOSTS);
  const phaseMs = phases.reduce((sum, phase) => sum + phase.seconds * 1000, 0);
  const span = events.reduce(
    (most, event) => Math.max(most, event.atMs),
    Math.max(seconds * 1000, phaseMs, 1),
  );
  const xOf = (atMs: number) => LABEL + (atMs / span) * (WIDTH - LABEL - 10);
  const height = hosts.length * LANE + BAND + 24;
  const yOf = (index: number) => BAND + index * LANE + LANE / 2;
  const lanes = hosts.map(
    (host, index) =>
      `<text x="0" y="${yOf(index) + 4}">${html(host, 44)}</text><line class="lane" x1="${LABEL}" x2="${WIDTH}" y1="${yOf(index)}" y2="${yOf(index)}"/>`,
  );
  const dots = dotsOf(events, hosts, xOf, yOf);
  const axis = `<text x="${LABEL}" y="${height - 4}">0 s</text><text x="${WIDTH - 40}" y="${height - 4}">${(span / 1000).toFixed(0)} s</text>`;
  return `<div class="scroll"><svg class="wide" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Egress over time">${bands(phases, xOf, height)}${lanes.join('')}${dots.join('')}${axis}</svg></div><p class="small soft"><span class="chip bad">red</span>a planted secret was in what it sent <span class="chip good">green</span>a value that it was given, sent on <span class="chip info">blue</span>neither. Every answer was made up: nothing reached the network.</p>`;
}

/** One dot a place: thousands of attempts are no more to see. Planted secrets are drawn last, on top. */
function dotsOf(
  events: EgressEvent[],
  hosts: string[],
  xOf: (atMs: number) => number,
  yOf: (lane: number) => number,
): string[] {
  const dots = new Map<string, { kind: DotKind; text: string }>();
  for (const event of events) {
    const lane = hosts.indexOf(event.host || event.ip);
    const x = Math.round(xOf(event.atMs) / 2) * 2;
    const kind = kindOf(event);
    const key = `${lane} ${x} ${kind}`;
    if (lane >= 0 && !dots.has(key)) dots.set(key, { kind, text: dot(event, kind, x, yOf(lane)) });
  }
  return [...dots.values()]
    .sort((a, b) => DOT_KINDS.indexOf(a.kind) - DOT_KINDS.indexOf(b.kind))
    .map(({ text }) => text);
}

const DOT_KINDS = ['none', 'good', 'bad'] as const;
type DotKind = (typeof DOT_KINDS)[number];

/** Planted beats granted beats none. */
function kindOf(event: EgressEvent): DotKind {
  const kinds = new Set(event.canaries.map((canary) => canary.kind));
  return kinds.has('planted') ? 'bad' : kinds.has('granted') ? 'good' : 'none';
}

function dot(event: EgressEvent, kind: DotKind, x: number, y: number): string {
  const title = `${(event.atMs / 1000).toFixed(1)} s ${event.phase}${event.tool ? ` ${event.tool}` : ''} ${event.proto} port ${event.port}`;
  return `<circle class="dot-${kind}" cx="${x}" cy="${y}" r="5"><title>${html(title, 200)}</title></circle>`;
}

function bands(phases: Phases, xOf: (atMs: number) => number, height: number): string {
  let atMs = 0;
  return phases
    .map((phase, index) => {
      const x = xOf(atMs);
      atMs += phase.seconds * 1000;
      const width = xOf(atMs) - x;
      const label =
        width > phase.phase.length * 6.5 + 8
          ? `<text class="phase" x="${(x + 4).toFixed(1)}" y="12">${phase.phase}</text>`
          : '';
      return `<rect class="band${index % 2}" x="${x.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="${height - 18}"/>${label}`;
    })
    .join('');
}

interface Row {
  event: EgressEvent;
  count: number;
  bytes: number;
  canaries: Map<string, EgressEvent['canaries'][number]>;
}

function rowsOf(events: EgressEvent[]): Row[] {
  const rows = new Map<string, Row>();
  for (const event of events) {
    const { host, ip, port, proto, phase, tool, path } = event;
    const key = JSON.stringify([host || ip, port, proto, phase, tool, path?.slice(0, 200)]);
    const row = rows.get(key) ?? { event, count: 0, bytes: 0, canaries: new Map() };
    row.count += 1;
    row.bytes += event.bytes;
    for (const canary of event.canaries) row.canaries.set(JSON.stringify(canary), canary);
    rows.set(key, row);
  }
  const isPlanted = (row: Row) => [...row.canaries.values()].some(({ kind }) => kind === 'planted');
  return [...rows.values()].sort((a, b) => Number(isPlanted(b)) - Number(isPlanted(a)));
}

function attemptTable(events: EgressEvent[]): string {
  const all = rowsOf(events);
  const rows = all.slice(0, MAX_ROWS).map(({ event, count, bytes, canaries }) => {
    const chips = [...canaries.values()]
      .slice(0, 10)
      .map(
        ({ id, kind, encoding }) =>
          `<span class="chip ${kind === 'planted' ? 'bad' : 'good'}">${kind === 'planted' ? 'planted' : 'given'}: ${html(id, 60)} (${html(encoding, 20)})</span>`,
      );
    const what = `${event.method ?? ''} ${event.path ?? ''}`.trim();
    const tool = event.tool ? `<br><code>${html(event.tool, 60)}</code>` : '';
    return [
      `<b>${html(event.host || event.ip, 120)}:${event.port}</b>`,
      event.proto,
      `${html(event.phase, 20)}${tool}`,
      `<code>${html(what, 120)}</code>`,
      `${count}×, ${sizeText(bytes)}`,
      chips.join(''),
    ];
  });
  const rest = all.length > rows.length ? `<p>… and ${all.length - rows.length} more</p>` : '';
  const heads = ['who', 'how', 'when, by which tool', 'what', 'how much', 'secrets'];
  const first = stackedTable(heads, rows.slice(0, MAX_OPEN));
  if (rows.length <= MAX_OPEN) return first;
  const others = stackedTable(heads, rows.slice(MAX_OPEN));
  return `${first}<details><summary>${all.length - MAX_OPEN} more kinds of attempts</summary>${others}${rest}</details>`;
}

function sizeText(bytes: number): string {
  return bytes < 10_000 ? `${bytes} bytes` : `${(bytes / 1000).toFixed(0)} kB`;
}

/** How the run went: calls, processes, files; nothing if it was not run. */
export function runSection({ run }: Report): string {
  if (!run) return '';
  const { fuzz } = run;
  const state = run.complete ? '' : ' It did not finish.';
  const files = run.filesTouched
    .slice(0, MAX_ROWS)
    .map(
      ({ path, op, phase, isPlanted }) =>
        `<tr><td><code>${html(path, 160)}</code></td><td>${op}</td><td>${phase}</td><td>${isPlanted ? '<span class="chip bad">planted</span>' : ''}</td></tr>`,
    );
  const processes = run.processes.slice(0, 30).map((name) => `<code>${html(name, 120)}</code>`);
  return `<h3>The run</h3><p>${run.seconds} s in ${html(run.backend, 40)}.${state} ${fuzz.calls} calls to ${fuzz.tools} tools: ${fuzz.ok} answered, ${fuzz.toolErrors + fuzz.rpcErrors} refused, ${fuzz.crashes} crashes, ${fuzz.hangs} hangs.</p>
${processes.length > 0 ? `<p class="small">Processes: ${processes.join(', ')}</p>` : ''}
${files.length > 0 ? `<details><summary>${run.filesTouched.length} files touched</summary><div class="scroll"><table><tbody>${files.join('')}</tbody></table></div></details>` : ''}`;
}
