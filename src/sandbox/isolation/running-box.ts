// The launcher's side of a box that runs: its streams, its events, its end.
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { boundStreams, type BoundStreams } from './bound-streams.ts';
import { CONTROL_FD, EVENTS_FD, lineReader, monotonicMs } from './protocol.ts';
import type { BoxConfig, Down, Up } from './protocol.ts';
import type { Box, BoxEvent, BoxSummary, ExitInfo, Limits } from './types.ts';

const START_TIMEOUT_MS = 15_000;
const STOP_TIMEOUT_MS = 4000;
// What the server wrote last is still on its way when we hear of its end.
const DRAIN_MS = 150;
const SETTLE_MS = 50;
const MAX_MESSAGE_BYTES = 4 << 20;

type Summary = Extract<Up, { is: 'summary' }>;
interface Mark {
  at: number;
  phase: string;
  tool?: string;
}

export class RunningBox implements Box {
  readonly stdin: Writable;
  readonly exited: Promise<ExitInfo>;
  readonly #child: ChildProcess;
  readonly #cleanUp: () => void;
  readonly #startedAt = monotonicMs();
  readonly #streams: BoundStreams;
  readonly #marks: Mark[] = [{ at: this.#startedAt, phase: 'start' }];
  readonly #early: BoxEvent[] = [];
  readonly #listeners: ((event: BoxEvent) => void)[] = [];
  readonly #flushes: (() => void)[] = [];
  readonly #waiting = deferred<void>();
  readonly #ready = deferred<void>();
  readonly #exit = deferred<ExitInfo>();
  readonly #summary = deferred<Summary | null>();
  readonly #closed = deferred<void>();
  #stopping: Promise<BoxSummary> | null = null;
  #reason: ExitInfo['reason'] = 'exited';
  #detail: string | undefined;

  constructor(child: ChildProcess, limits: Limits, cleanUp: () => void) {
    this.#child = child;
    this.#cleanUp = cleanUp;
    this.exited = this.#exit.promise;
    const [stdin, out, err] = child.stdio as [Writable, Readable, Readable, unknown, unknown];
    this.stdin = stdin;
    this.#streams = boundStreams(out, err, limits, (limit, detail) => {
      this.#deliver({ type: 'limit', limit, detail, isFatal: true, ...this.#tag(monotonicMs()) });
      [this.#reason, this.#detail] = ['limit', detail];
      void this.stop();
    });
    for (const stream of child.stdio) stream?.on('error', () => undefined);
    const read = lineReader(MAX_MESSAGE_BYTES, (line) => this.#hear(JSON.parse(line) as Up));
    (child.stdio[EVENTS_FD] as Readable).on('data', read);
    child.once('error', (error) => this.#end(`cannot start the sandbox: ${error.message}`));
    child.once('exit', () => this.#end('the sandbox ended by itself'));
  }

  /**
   * Hands over the configuration, after `mapUsers` if the supervisor's shell is to ask for it.
   * Rejects when the box cannot be made.
   */
  async start(config: BoxConfig, mapUsers: ((child: ChildProcess) => void) | null): Promise<void> {
    const timer = setTimeout(
      () => this.#fail('the sandbox did not start in time'),
      START_TIMEOUT_MS,
    );
    try {
      if (mapUsers !== null) {
        await Promise.race([this.#waiting.promise, this.#ready.promise]);
        mapUsers(this.#child);
      }
      this.#control(config);
      await this.#ready.promise;
    } catch (error) {
      this.#child.kill('SIGKILL');
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  get stdout(): Readable {
    return this.#streams.stdout;
  }

  get stderr(): Readable {
    return this.#streams.stderr;
  }

  onEvent(callback: (event: BoxEvent) => void): void {
    this.#listeners.push(callback);
    for (const event of this.#early.splice(0)) callback(event);
  }

  mark(phase: string, tool?: string): void {
    this.#marks.push({ at: monotonicMs(), phase, ...(tool === undefined ? {} : { tool }) });
  }

  flush(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stopping !== null || this.#child.exitCode !== null) return resolve();
      const id = this.#flushes.push(resolve) - 1;
      this.#control({ ask: 'flush', id });
    });
  }

  stop(): Promise<BoxSummary> {
    if (this.#reason === 'exited') this.#reason = 'stopped';
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<BoxSummary> {
    this.#control({ ask: 'stop' });
    const timer = setTimeout(() => this.#summary.resolve(null), STOP_TIMEOUT_MS);
    const summary = await this.#summary.promise;
    clearTimeout(timer);
    this.#child.kill('SIGKILL');
    await this.#closed.promise;
    this.#streams.end();
    this.#cleanUp();
    return this.#summarize(summary);
  }

  #summarize(summary: Summary | null): BoxSummary {
    const base = {
      backend: 'linux-namespaces',
      seconds: (monotonicMs() - this.#startedAt) / 1000,
      droppedEvents: summary?.dropped ?? 0,
      unidentified: summary?.unidentified ?? { tcp: 0, udp: 0 },
    };
    const reason = incompleteness(summary);
    return { ...base, complete: reason === null, ...(reason === null ? {} : { reason }) };
  }

  #control(message: Down | BoxConfig): void {
    (this.#child.stdio[CONTROL_FD] as Writable).write(`${JSON.stringify(message)}\n`);
  }

  #hear(message: Up): void {
    if (message.is === 'waiting') return this.#waiting.resolve();
    if (message.is === 'ready') return this.#ready.resolve();
    if (message.is === 'flushed') return this.#flushes[message.id]?.();
    if (message.is === 'summary') return this.#summary.resolve(message);
    if (message.is === 'failed') return this.#fail(message.reason);
    if (message.is === 'exit') return this.#hearExit(message);
    const { at, ...event } = message.event;
    this.#deliver({ ...event, ...this.#tag(at) } as BoxEvent);
  }

  #hearExit({ code, signal, limit }: Extract<Up, { is: 'exit' }>): void {
    const reason = limit === undefined ? this.#reason : 'limit';
    const detail = this.#detail ?? limit;
    // Its last words on standard error may be read after the news of its end.
    setTimeout(() => this.#resolveExit({ code, signal, reason }, detail), SETTLE_MS);
    setTimeout(() => this.#streams.end(), DRAIN_MS);
  }

  #resolveExit(exit: ExitInfo, detail: string | undefined): void {
    this.#exit.resolve({ ...exit, ...(detail === undefined ? {} : { detail }) });
  }

  #fail(detail: string): void {
    this.#ready.reject(new Error(detail));
    // Who waits for `ready` is told; who does not should not crash.
    this.#ready.promise.catch(() => undefined);
    this.#exit.resolve({ code: null, signal: null, reason: 'failed', detail });
  }

  /** The supervisor is gone, and with it everything in the box. */
  #end(detail: string): void {
    if (this.#stopping === null) this.#fail(detail);
    else this.#resolveExit({ code: null, signal: 'SIGKILL', reason: this.#reason }, this.#detail);
    this.#summary.resolve(null);
    for (const resolve of this.#flushes) resolve();
    setTimeout(() => this.#streams.end(), DRAIN_MS);
    this.#closed.resolve();
  }

  #deliver(event: BoxEvent): void {
    if (this.#listeners.length === 0) this.#early.push(event);
    for (const listener of this.#listeners) listener(event);
  }

  // Both sides read the same clock, so an event belongs to the mark before it even if it is told late.
  #tag(at: number): { atMs: number; phase: string; tool?: string } {
    const { phase, tool } = this.#marks.findLast((mark) => mark.at <= at) ?? { phase: 'start' };
    const atMs = Math.max(0, Math.round(at - this.#startedAt));
    return { atMs, phase, ...(tool === undefined ? {} : { tool }) };
  }
}

function incompleteness(summary: Summary | null): string | null {
  if (summary === null) return 'the sandbox did not end in order';
  const { hasFirewall, dropped, unidentified } = summary;
  if (!hasFirewall) return 'without nft only usual ports are watched';
  if (dropped > 0) return `${dropped} events were not recorded`;
  const unknown = unidentified.tcp + unidentified.udp;
  return unknown > 0 ? `the destination of ${unknown} attempts is not known` : null;
}

interface Deferred<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: Error) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: Deferred<T>['resolve'] = () => undefined;
  let reject: Deferred<T>['reject'] = () => undefined;
  const promise = new Promise<T>((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}
