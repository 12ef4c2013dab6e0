// Findings about the channel itself: hidden characters, and readings that hide natural language.
import type { Severity, TextLocation } from '../../types.ts';
import type { HiddenRun } from './controls.ts';
import { isReadable } from './decode.ts';
import type { Candidate, View } from './shapes.ts';

const IN_TOOL: readonly TextLocation[] = [
  'tool-description',
  'param-description',
  'server-instructions',
  'prompt',
];

/** What the use of a hidden channel is worth by itself, whatever it says. */
export function hiddenFindings(
  hidden: readonly HiddenRun[],
  views: readonly View[],
  location: TextLocation,
): Candidate[] {
  return [
    ...characterFindings(hidden, location),
    ...views.flatMap((view) => viewFinding(view, location)),
  ];
}

function characterFindings(hidden: readonly HiddenRun[], location: TextLocation): Candidate[] {
  const found: Candidate[] = [];
  for (const kind of [
    'tags',
    'variation-selectors',
    'zero-width',
    'bidi',
    'ansi',
    'ansi-concealed',
  ] as const) {
    const runs = hidden.filter((run) => run.kind === kind);
    const first = runs[0];
    if (first === undefined) continue;
    const count = runs.reduce((sum, run) => sum + run.count, 0);
    const severity = characterSeverity(
      kind,
      count,
      runs.some((run) => run.decoded.length >= 3),
      location,
    );
    const end = Math.max(...runs.map((run) => run.end));
    found.push({
      ruleId: 'hidden-characters',
      severity,
      start: first.start,
      end,
      words: runs.map((run) => run.decoded).join(''),
    });
  }
  return found;
}

function characterSeverity(
  kind: HiddenRun['kind'],
  count: number,
  speaks: boolean,
  location: TextLocation,
): Severity {
  const inTool = IN_TOOL.includes(location);
  if (kind === 'ansi') return inTool ? 'moderate' : 'info';
  if (kind === 'ansi-concealed') return speaks ? 'high' : 'low';
  if (kind === 'tags') return 'high';
  if (kind === 'variation-selectors') return count >= 4 ? 'high' : 'low';
  if (kind === 'bidi') return speaks ? 'high' : inTool ? 'low' : 'info';
  if (count >= 6) return speaks ? 'high' : 'moderate';
  return inTool && count >= 3 ? 'moderate' : 'low';
}

function viewFinding(view: View, location: TextLocation): Candidate[] {
  const severity = viewSeverity(view, location);
  if (severity === null || !isReadable(view.text)) return [];
  const { start, end } = view;
  return [{ ruleId: 'hidden-text', severity, start, end, words: view.text.slice(0, 400) }];
}

function viewSeverity(view: View, location: TextLocation): Severity | null {
  const inTool = IN_TOOL.includes(location);
  const words = view.text.trim().split(/\s+/).length;
  if (view.kind === 'hidden-characters') return 'high';
  if (view.kind === 'concealed') return 'high';
  if (view.kind === 'comment') return inTool && words >= 6 ? 'moderate' : 'info';
  if (view.kind === 'hidden-markup')
    return words >= (inTool ? 3 : 8) && location !== 'readme' ? 'moderate' : 'info';
  if (view.kind === 'encoded')
    return words >= 4 && location !== 'readme' && location !== 'chat' ? 'moderate' : 'info';
  if (view.kind === 'padded') return words >= 4 && inTool ? 'moderate' : null;
  if (view.kind === 'disguised') return location === 'readme' ? 'low' : 'moderate';
  if (view.kind === 'reversed') return 'low';
  return null;
}
