// Puts a run together as the fact that rules and reports read.
import { escapeExcerpt } from '../analyze/text/escape.ts';
import type { Fact, FuzzSummary, RunFact, ServerText, ToolDefinition } from '../types.ts';
import { egressOf, type Boxes } from './boxes.ts';
import type { BoxEvent } from './isolation/types.ts';
import type { JudgeContext } from './judge/context.ts';
import { isOneOf } from '../analyze/public-hosts.ts';
import { phaseOf } from './judge/phase.ts';
import type { Survey } from './survey.ts';

export interface Outcome {
  /** Why the run does not count as complete. */
  problems: string[];
  /** The server did not come as far as being called. */
  failed?: string;
  tools: ToolDefinition[];
  lastTools?: ToolDefinition[];
  texts: ServerText[];
  survey?: Survey;
  fuzz?: FuzzSummary;
}
const MAX_PROCESSES = 100;
const MAX_FILES = 500;
const NO_FUZZ = {
  seed: 0,
  tools: 0,
  toolsAccepted: 0,
  calls: 0,
  ok: 0,
  toolErrors: 0,
  rpcErrors: 0,
  crashes: 0,
  hangs: 0,
  restarts: 0,
};

/** A server that never came up is an unknown fact, unless the attempt itself showed something. */
export function resultOf(
  phases: RunFact['phases'],
  outcome: Outcome,
  boxes: Boxes,
  context: JudgeContext,
): Fact<RunFact> {
  const { observations } = context;
  const hasShown = observations.some(({ severity }) => severity !== 'info');
  if (outcome.failed !== undefined && !hasShown) return { known: false, reason: outcome.failed };
  const problems = [...(outcome.failed === undefined ? [] : [outcome.failed]), ...outcome.problems];
  for (const { complete, reason } of boxes.summaries) {
    if (!complete) problems.push(reason ?? 'something may have been missed');
  }
  if (boxes.droppedEvents > 0) problems.push('there were too many events to keep them all');
  const seconds = Math.round((Date.now() - boxes.startedAt) / 100) / 10;
  const observed = boxes.summaries.reduce((sum, one) => sum + one.seconds, 0);
  const { zone } = context.options;
  const value: RunFact = {
    backend: boxes.summaries[0]?.backend ?? 'none',
    complete: problems.length === 0,
    ...(problems.length === 0 ? {} : { reason: [...new Set(problems)].slice(0, 3).join('; ') }),
    seconds,
    observedSeconds: Math.round(observed * 10) / 10,
    phases,
    processes: processesOf(boxes.events),
    filesTouched: filesOf(boxes.events),
    egress: egressOf(boxes.events, (host) => isOneOf(host, [zone])),
    unidentified: unidentifiedOf(boxes),
    fuzz: outcome.fuzz ?? NO_FUZZ,
    tools: outcome.tools,
    texts: outcome.texts,
    observations,
  };
  return { known: true, value };
}

function processesOf(events: BoxEvent[]): string[] {
  const commands = events.flatMap((one) => (one.type === 'process' ? [one.command] : []));
  return [...new Set(commands.map((command) => escapeExcerpt(command, 200)))].slice(
    0,
    MAX_PROCESSES,
  );
}

function filesOf(events: BoxEvent[]): RunFact['filesTouched'] {
  const seen = new Map<string, RunFact['filesTouched'][number]>();
  for (const event of events) {
    if (event.type !== 'file') continue;
    const { path, op, isPlanted } = event;
    const key = `${op} ${path}`;
    if (seen.size >= MAX_FILES || seen.has(key)) continue;
    seen.set(key, { path: escapeExcerpt(path, 200), op, phase: phaseOf(event.phase), isPlanted });
  }
  return [...seen.values()];
}

function unidentifiedOf(boxes: Boxes): RunFact['unidentified'] {
  const sum = { tcp: 0, udp: 0 };
  for (const { unidentified } of boxes.summaries) {
    sum.tcp += unidentified.tcp;
    sum.udp += unidentified.udp;
  }
  return sum;
}
