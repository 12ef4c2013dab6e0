// Starts the server in a box until it lives, and opens a conversation with it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunPhase } from '../types.ts';
import { escapeExcerpt } from '../analyze/text/escape.ts';
import type { Boxes, Isolation, Running } from './boxes.ts';
import { Session } from './client/session.ts';
import type { FloodKind, RpcMessage } from './client/transport.ts';
import type { Canary } from './isolation/types.ts';
import type { Attempt, RunPlan } from './plan.ts';

export interface Timing {
  startIdleMs: number;
  /** After the last call, at least. */
  idleMs: number;
  /** From the start on, at least: some wait before they do what they came for. */
  lifeMs: number;
  secondIdleMs: number;
  /** After the server has ended, for what it left behind. */
  settleMs: number;
  connectMs: number;
  probeMs: number;
  scriptMs: number;
}
export const TIMING: Timing = {
  startIdleMs: 3_000,
  idleMs: 2_000,
  lifeMs: 16_500,
  secondIdleMs: 700,
  settleMs: 1_500,
  connectMs: 10_000,
  probeMs: 3_000,
  scriptMs: 20_000,
};
// The first protocol revision without `initialize`; revisions are dates.
const MODERN = '2026-07-28';
/** Everything that a start of the server needs; `era` and `attempt` are learnt at the first one. */
export interface ServerSetup {
  boxes: Boxes;
  isolation: Isolation;
  plan: RunPlan;
  packageDir: string;
  seedText: string;
  timing: Timing;
  attempt: Attempt;
  canaries: Canary[];
  era: 'auto' | 'legacy';
  signal?: AbortSignal;
}
export interface Listeners {
  onUnasked: (message: RpcMessage) => void;
  onFlood: (kind: FloodKind) => void;
}
export interface Connected {
  running: Running;
  session: Session;
}

/** Launches with one attempt's arguments and secrets. */
export async function launchServer(setup: ServerSetup, phase: RunPhase): Promise<Running> {
  const { plan, attempt } = setup;
  return setup.boxes.launch(
    {
      packageDir: setup.packageDir,
      command: [...plan.command, ...attempt.args],
      env: attempt.env,
      // Many servers keep their data beside their program, and as an installed package they may.
      writablePackage: true,
      canaries: setup.canaries,
      seed: setup.seedText,
      sinkBody: plan.sinkBody,
    },
    phase,
  );
}

/**
 * Tries the attempts of the plan in turn until one is still alive after the idle time.
 * Sets `attempt` and `canaries` of the setup. A string tells why none lived.
 */
export async function startServer(setup: ServerSetup): Promise<Running | string> {
  let reason = 'it could not be started';
  for (const attempt of setup.plan.attempts) {
    if (setup.signal?.aborted === true) return 'interrupted';
    setup.attempt = attempt;
    setup.canaries = setup.isolation.planCanaries(setup.seedText, attempt.granted);
    const running = await launchServer(setup, 'start');
    await Promise.race([sleep(setup.timing.startIdleMs), running.box.exited]);
    if (running.exit() === null) return running;
    reason = describeExit(running);
    // What it left running behind itself has a moment to show itself.
    await sleep(setup.timing.settleMs);
    await setup.boxes.stop(running);
  }
  return reason;
}

/** Opens a conversation; a server that dies of the newer era's question is started again without it. */
export async function connect(
  setup: ServerSetup,
  running: Running,
  clientName: string,
  phase: RunPhase,
  listeners: Listeners,
): Promise<Connected | string> {
  const attempt = async (on: Running): Promise<Connected | string> => {
    const { stdin, stdout } = on.box;
    try {
      const session = await Session.open(
        { stdin, stdout },
        {
          ...{ clientName, root: setup.plan.places.project, era: setup.era },
          ...{ timeoutMs: setup.timing.connectMs, probeMs: setup.timing.probeMs },
          ...listeners,
        },
      );
      // What was learnt once need not be asked again at each restart.
      if (session.protocol < MODERN) setup.era = 'legacy';
      return { running: on, session };
    } catch (error) {
      return on.exit() === null ? whyNot(error) : describeExit(on);
    }
  };
  const first = await attempt(running);
  if (typeof first !== 'string') return first;
  await setup.boxes.stop(running);
  if (setup.era === 'legacy' || setup.signal?.aborted === true) return first;
  setup.era = 'legacy';
  const again = await launchServer(setup, phase);
  await Promise.race([sleep(500), again.box.exited]);
  const second = await attempt(again);
  if (typeof second === 'string') await setup.boxes.stop(again);
  return second;
}

function whyNot(error: unknown): string {
  const text = error instanceof Error ? error.message : 'no answer';
  return `it did not open a conversation: ${escapeExcerpt(text, 160)}`;
}

/** How the server ended, with the last lines of its standard error, escaped. */
export function describeExit(running: Running): string {
  const exit = running.exit();
  const lines = running
    .stderrTail()
    .split('\n')
    .filter((line) => /[a-z].{0,40}[a-z].{0,40}[a-z]/i.test(line) && !/^\s+at /.test(line));
  const cause = lines.find((line) =>
    /error: |missing|required|usage|not set|cannot|failed/i.test(line),
  );
  const last = lines.slice(-2).filter((line) => line !== cause);
  const said = [...(cause === undefined ? [] : [cause]), ...last].map((line) =>
    escapeExcerpt(line.trim(), 160),
  );
  const how = exit?.signal != null ? `signal ${exit.signal}` : `code ${exit?.code ?? 'unknown'}`;
  const detail =
    exit?.reason === 'limit'
      ? `it passed a limit (${exit.detail ?? 'resources'})`
      : `it ended with ${how}`;
  return said.length === 0 ? detail : `${detail}: ${said.join(' | ')}`;
}
