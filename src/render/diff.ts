// What changed between two versions, for people in a terminal: worst first, kinds together.
import { escapeExcerpt } from '../analyze/text/escape.ts';
import type { Change } from '../types.ts';
import { makePaint, wrap, type ColourInput } from './paint.ts';

export interface DiffView {
  from: { name: string; version: string };
  to: { name: string; version: string };
  changes: Change[];
  notCompared: string[];
}
export interface DiffTextOptions extends ColourInput {
  width: number;
}

const WORDS: Record<Change['kind'], string> = {
  'install-script-added': 'install script added',
  'dependency-added': 'dependency added',
  'dependency-removed': 'dependency removed',
  'capability-added': 'capability added',
  'capability-removed': 'capability removed',
  'host-added': 'host added',
  'host-removed': 'host removed',
  'provenance-lost': 'provenance lost since',
  'publisher-changed': 'published by',
  'repository-moved': 'repository moved',
  'tool-added': 'tool added',
  'tool-removed': 'tool removed',
  'tool-changed': 'tool changed',
  'size-jump': 'size',
  'binary-added': 'binary added',
  'threat-added': 'threat added',
};
const MAX_EXCERPT = 100;
const INDENT = 12;

export function renderDiff(diff: DiffView, options: DiffTextOptions): string {
  const paint = makePaint(options);
  const width = Math.min(Math.max(options.width, 40), 120);
  const head = `${plain(diff.from)} -> ${plain(diff.to)}`;
  const lines = diff.changes.map((change) => {
    const label = paint.severity(change.severity, change.severity.padEnd(INDENT - 3));
    return `  ${label} ${wrap(sentence(change), width, INDENT)}`;
  });
  const gaps = diff.notCompared.map((reason) =>
    paint.dim(`  ${wrap(`code not compared: ${escapeExcerpt(reason, 300)}`, width, 4)}`),
  );
  const body = lines.length > 0 ? lines : ['  nothing changed that is looked for'];
  return `${[paint.bold(head), '', ...body, ...gaps].join('\n')}\n`;
}

function sentence(change: Change): string {
  const place = change.file === undefined ? '' : ` ${escapeExcerpt(change.file, 120)}`;
  const line = change.line === undefined ? '' : `:${change.line}`;
  const age = change.ageDays === undefined ? '' : ` (first released ${change.ageDays} days ago)`;
  const excerpt =
    change.excerpt === undefined ? '' : ` “${escapeExcerpt(change.excerpt, MAX_EXCERPT)}”`;
  return `${WORDS[change.kind]} ${escapeExcerpt(change.what, 120)}${age}${place}${line}${excerpt}`;
}

function plain({ name, version }: DiffView['from']): string {
  return escapeExcerpt(`${name}@${version}`, 240);
}
