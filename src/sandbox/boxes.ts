// Starts boxes and gathers what happens in all of them on one clock.
import type { EgressEvent, RunPhase } from '../types.ts';
import { escapeExcerpt } from '../analyze/text/escape.ts';
import { phaseOf } from './judge/phase.ts';
import type {
  Box,
  BoxEvent,
  BoxSummary,
  Canary,
  CanaryHit,
  ExitInfo,
  LaunchOptions,
} from './isolation/types.ts';

/** What the isolation half offers; tests put harmless fixtures in plain processes behind it. */
export interface Isolation {
  launch: (options: LaunchOptions) => Promise<Box>;
  planCanaries: (seed: string, granted: string[]) => Canary[];
  canaryFinder: (canaries: Canary[]) => (text: string) => CanaryHit[];
}
export interface Running {
  box: Box;
  /** The last of what the server wrote to standard error. */
  stderrTail: () => string;
  /** Set when the server's first process has ended. */
  exit: () => ExitInfo | null;
}
const MAX_EVENTS = 20_000;
const LAUNCH_TRIES = 3;
const TAIL_CHARS = 4_000;

/** The box could not be made; the server has not run in it. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';
}

export class Boxes {
  readonly events: BoxEvent[] = [];
  readonly summaries: BoxSummary[] = [];
  readonly startedAt = Date.now();
  droppedEvents = 0;
  #isOver = false;
  readonly #isolation: Isolation;
  readonly #open = new Map<Box, Running>();

  constructor(isolation: Isolation) {
    this.#isolation = isolation;
  }

  async launch(options: LaunchOptions, phase: RunPhase): Promise<Running> {
    const offsetMs = Date.now() - this.startedAt;
    const box = await this.#launch(options);
    box.onEvent((event) => this.#record(event, phase, offsetMs));
    box.mark(phase);
    let tail = '';
    box.stderr.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString('utf8')).slice(-TAIL_CHARS);
    });
    box.stderr.on('error', () => undefined);
    box.stdin.on('error', () => undefined);
    box.stdout.on('error', () => undefined);
    let exit: ExitInfo | null = null;
    void box.exited.then((info) => {
      exit = info;
    });
    const running = { box, stderrTail: () => tail, exit: () => exit };
    this.#open.set(box, running);
    return running;
  }

  /** Making namespaces can fail for a moment on a busy machine; nothing of the server has run then. */
  async #launch(options: LaunchOptions): Promise<Box> {
    let last: unknown = new Error('interrupted');
    for (let i = 0; i < LAUNCH_TRIES && !this.#isOver; i += 1) {
      try {
        return await this.#isolation.launch(options);
      } catch (error) {
        last = error;
      }
    }
    const text = last instanceof Error ? last.message : 'unknown reason';
    throw new LaunchError(escapeExcerpt(text, 200), { cause: last });
  }

  async stop(running: Running): Promise<void> {
    if (!this.#open.delete(running.box)) return;
    await running.box.flush().catch(() => undefined);
    this.summaries.push(await running.box.stop());
  }

  /** Ends all, and starts none any more. */
  async interrupt(): Promise<void> {
    this.#isOver = true;
    await this.stopAll();
  }

  /** For the end, whatever happened. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.#open.values()].map((running) => this.stop(running)));
  }

  #record(event: BoxEvent, phase: RunPhase, offsetMs: number): void {
    if (this.events.length >= MAX_EVENTS) {
      this.droppedEvents += 1;
      return;
    }
    const marked = event.phase === '' ? phase : phaseOf(event.phase);
    this.events.push({ ...event, phase: marked, atMs: event.atMs + offsetMs });
  }
}

/** The report's list: one entry a connection, and DNS questions that no connection followed. */
export function egressOf(events: BoxEvent[], isHidden: (host: string) => boolean): EgressEvent[] {
  const connected = new Set(events.flatMap((one) => (one.type === 'egress' ? [one.host] : [])));
  const list: EgressEvent[] = [];
  for (const event of events) {
    if (event.type === 'egress' && !event.isLocal && !isHidden(event.host)) {
      const { type: _type, tls: _tls, isLocal: _isLocal, excerpt: _excerpt, ...rest } = event;
      list.push({ ...rest, phase: phaseOf(event.phase), atMs: rounded(event.atMs) });
    }
    if (event.type !== 'dns' || connected.has(event.name) || isHidden(event.name)) continue;
    const { phase, tool, name, ip, bytes, canaries, atMs } = event;
    list.push({
      ...{ phase: phaseOf(phase), proto: 'dns', host: name, ip, port: 53, bytes, canaries },
      ...(tool === undefined ? {} : { tool }),
      atMs: rounded(atMs),
    });
  }
  return list.slice(0, 2_000);
}

const rounded = (ms: number): number => Math.round(ms / 100) * 100;
