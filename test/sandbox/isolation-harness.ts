// Runs a fixture in a box and gathers what was seen of it.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  canaryFinder,
  launch,
  planCanaries,
  probeSupport,
} from '../../src/sandbox/isolation/index.ts';
import type {
  BoxEvent,
  BoxSummary,
  ExitInfo,
  LaunchOptions,
} from '../../src/sandbox/isolation/types.ts';

export const EGRESS = path.resolve(import.meta.dirname, '../../fixtures/sandbox/egress');
const SUPERVISOR = path.resolve(import.meta.dirname, '../../dist/sandbox/isolation/supervisor.js');

/** Why tests that need a box cannot run here, or null. */
export async function whyNoBox(): Promise<string | null> {
  if (!existsSync(SUPERVISOR)) return 'dist/ is not built';
  const support = await probeSupport();
  return support.supported ? null : support.reason;
}

export interface Run {
  events: BoxEvent[];
  /** Text of the answer to the tool call. */
  reply: string | null;
  stdout: string;
  exit: ExitInfo | null;
  summary: BoxSummary;
}
export interface RunInput extends Partial<LaunchOptions> {
  /** File in fixtures/sandbox/egress. */
  fixture?: string;
  /** Argument `text` of the tool `work`. */
  text?: string;
  /** Ends the run early. Without it, it ends with the tool's answer or the server's. */
  until?: (event: BoxEvent, stdout: string) => boolean;
  timeoutMs?: number;
}

export async function runInBox(input: RunInput): Promise<Run> {
  const { fixture, text = 'hello', until, timeoutMs = 8000, ...options } = input;
  const seed = `test ${Math.random()}`;
  const box = await launch({
    packageDir: EGRESS,
    command: ['node', `/opt/server/${fixture}`],
    canaries: planCanaries(seed, []),
    seed,
    ...options,
  });
  const run: Run = { events: [], reply: null, stdout: '', exit: null, summary: EMPTY };
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    box.onEvent((event) => {
      run.events.push(event);
      if (until?.(event, run.stdout)) done();
    });
    box.stdout.on('data', (chunk: Buffer) => {
      if (run.stdout.length < 1 << 20) run.stdout += chunk.toString();
      run.reply ??= replyIn(run.stdout);
      if (run.reply !== null && until === undefined) done();
    });
    void box.exited.then((exit) => {
      run.exit = exit;
      if (until === undefined) setTimeout(done, 50);
    });
    const call = { name: 'work', arguments: { text } };
    for (const [id, method, params] of [
      [1, 'initialize', {}],
      [2, 'tools/call', call],
    ] as const) {
      if (id === 2) box.mark('fuzz', 'work');
      box.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    }
  });
  // What is noticed from here on belongs to what was marked when it happened, give or take a tick.
  await sleep(20);
  box.mark('idle');
  await box.flush();
  run.summary = await box.stop();
  run.exit ??= await box.exited;
  return run;
}

const EMPTY: BoxSummary = {
  backend: '',
  complete: false,
  unidentified: { tcp: 0, udp: 0 },
  seconds: 0,
  droppedEvents: 0,
};

function replyIn(stdout: string): string | null {
  const line = stdout.split('\n').find((each) => each.includes('"id":2') && each.endsWith('}'));
  if (line === undefined) return null;
  const answer = JSON.parse(line) as { result?: { content?: { text: string }[] } };
  return answer.result?.content?.[0]?.text ?? '';
}

/** What a quiet server does not do. */
export function suspicious(events: BoxEvent[]): BoxEvent[] {
  return events.filter((event) => {
    if (event.type === 'egress') return !event.isLocal || event.canaries.length > 0;
    if (event.type === 'file') return event.isPlanted || event.category !== 'other';
    if (event.type === 'listen') return !event.isLocal;
    if (event.type === 'process') return event.canaries.length > 0;
    return true;
  });
}

export { canaryFinder };
