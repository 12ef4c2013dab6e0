// Worker threads with a watchdog: no file, and no package, can hold the run up.
import { availableParallelism } from 'node:os';
import type { Job, JobResult } from './job.ts';
import { beatOf, endThread, fileOf, newSlot, startThread } from './thread.ts';
import type { Slot, Waiting } from './thread.ts';

export interface PoolOptions {
  size: number;
  /** Compiled worker.js; null: work in this thread, without a watchdog (tests of the sources). */
  script: URL | null;
  limits?: Partial<Limits>;
  maxHeapMb?: number;
}
/** In milliseconds. */
export interface Limits {
  /** For one file of a server itself. */
  ownFileMs: number;
  /** For one file of a dependency: the others are to be read as well. */
  fileMs: number;
  /** For unpacking, and for a thread to start. */
  startMs: number;
  /** How long a server waits for a dependency that is being read. */
  patienceMs: number;
  tickMs: number;
}
export interface Pool {
  run: (job: Job) => Promise<JobResult>;
  /** Starts the threads ahead of the first job: they load while it is being fetched. */
  prestart: () => void;
  /** Ends the threads that have nothing to do, and what they keep in memory. */
  rest: () => void;
  /** Ends the threads; jobs under way are answered with a reason. */
  close: () => Promise<void>;
}
interface Context extends PoolOptions {
  script: URL;
  limits: Limits;
  /** What no thread has been handed, a server's own files first. */
  queue: Waiting[];
  pump: () => void;
}

// Each thread compiles the program anew, beside its work: one core is left for that and for fetching.
export const POOL_SIZE = Math.min(4, Math.max(1, availableParallelism() - 1));
// Node 20 does not start TypeScript: the sources run without threads, the compiled ones with.
const SCRIPT = import.meta.url.endsWith('.ts') ? null : new URL('./worker.js', import.meta.url);
const LIMITS: Limits = {
  ownFileMs: 20_000,
  fileMs: 12_000,
  startMs: 20_000,
  patienceMs: 2_000,
  tickMs: 500,
};
// Attempts in which a file was given up; then the package is.
const MAX_GIVEN_UP = { own: 4, other: 2 };
// With a second job at hand, and more where they are small, no thread waits for this one, which has its own work to do.
const JOBS_AT_HAND = 12;
const BYTES_AT_HAND = 200_000;
const CLOSED: JobResult = { ok: false, reason: 'the run was stopped' };
const TOO_LONG: JobResult = {
  ok: false,
  reason: 'looking into it took too long or too much memory',
};

/** The threads of a run. They start with the first job, and end with `close`. */
export function openPool(): Pool {
  return createPool({ size: POOL_SIZE, script: SCRIPT });
}

export function createPool(options: PoolOptions): Pool {
  const { script } = options;
  if (script === null) return inThisThread();
  const queue: Waiting[] = [];
  const slots = Array.from({ length: options.size }, newSlot);
  let isClosed = false;
  const pump = () => {
    // A second job is for whoever has one when all have one.
    for (let count = 0; count < JOBS_AT_HAND && !isClosed; count++) {
      for (const slot of slots.filter(({ jobs }) => jobs.length === count && isHungry(jobs))) {
        // A server waits for the first place of a thread, not behind something else.
        if (count > 0 && isUrgent(queue[0])) return;
        const next = queue.shift();
        if (!next) return;
        hand(slot, next, context);
      }
    }
  };
  const limits = { ...LIMITS, ...options.limits };
  const context: Context = { ...options, script, limits, queue, pump };
  return {
    prestart() {
      if (isClosed) return;
      for (const slot of slots) slot.worker ??= threadOf(slot, context);
    },
    rest() {
      for (const slot of slots.filter(({ jobs }) => jobs.length === 0)) void endThread(slot);
    },
    run: (job) =>
      new Promise((done) => {
        // Fetches that were under way when the run ended still come in.
        if (isClosed) {
          done(CLOSED);
          return;
        }
        enqueue(queue, { job, done });
        pump();
      }),
    async close() {
      isClosed = true;
      const left = [...slots.flatMap(({ jobs }) => jobs.splice(0)), ...queue.splice(0)];
      for (const { done } of left) done(CLOSED);
      await Promise.all(slots.map(endThread));
    },
  };
}

function inThisThread(): Pool {
  return {
    async run(job) {
      // Elsewhere only the threads need it.
      const { runJob } = await import('./job.ts');
      return runJob(job, () => undefined);
    },
    prestart: () => undefined,
    rest: () => undefined,
    close: async () => Promise.resolve(),
  };
}

/** Whether a thread could be through with what it was handed before this one looks again. */
function isHungry(jobs: readonly Waiting[]): boolean {
  const bytes = jobs.reduce((sum, { job }) => sum + packedBytes(job), 0);
  return jobs.length < 2 || bytes < BYTES_AT_HAND;
}

function packedBytes({ content }: Job): number {
  return content.kind === 'tarball' ? content.bytes.length : BYTES_AT_HAND;
}

/** Servers' own files come before all dependencies. */
function isUrgent(waiting: Waiting | undefined): boolean {
  return waiting?.job.isSubject === true && waiting.job.isBrief !== true;
}

function enqueue(queue: Waiting[], waiting: Waiting): void {
  if (isUrgent(waiting)) putBack(queue, [waiting]);
  else queue.push(waiting);
}

function putBack(queue: Waiting[], jobs: readonly Waiting[]): void {
  queue.splice(queue.filter(isUrgent).length, 0, ...jobs);
}

function hand(slot: Slot, waiting: Waiting, context: Context): void {
  slot.jobs.push(waiting);
  slot.worker ??= threadOf(slot, context);
  slot.worker.postMessage(waiting.job);
  slot.watch ??= watch(slot, context);
}

const threadOf = (slot: Slot, context: Context) =>
  startThread(slot, {
    ...context,
    onResult: (result) => settle(slot, result, context),
    onError: () => giveUp(slot, context),
  });

/** Ends a thread that is at one file for too long, or at a dependency while a server waits. */
function watch(slot: Slot, context: Context): NodeJS.Timeout {
  const { limits, queue } = context;
  const at = { beat: beatOf(slot), since: performance.now(), job: slot.jobs[0], start: 0 };
  at.start = at.since;
  return setInterval(() => {
    const now = performance.now();
    const beat = beatOf(slot);
    const [job] = slot.jobs;
    if (beat !== at.beat) Object.assign(at, { beat, since: now });
    if (job !== at.job) Object.assign(at, { job, start: now });
    const isOwn = job?.job.isSubject === true;
    const limit = fileOf(slot) === '' ? limits.startMs : isOwn ? limits.ownFileMs : limits.fileMs;
    const isAwaited = !isOwn && isUrgent(queue[0]);
    if (now - at.since > limit) giveUp(slot, context);
    else if (isAwaited && now - at.start > limits.patienceMs) putOff(slot, context);
  }, limits.tickMs);
}

/** Makes room for the server that waits: what the thread was handed is begun anew after it. */
function putOff(slot: Slot, { queue, pump }: Context): void {
  void endThread(slot);
  putBack(queue, slot.jobs.splice(0));
  pump();
}

/** The next attempt does less with the file that the thread was at, after all that has not had one. */
function giveUp(slot: Slot, { queue, pump }: Context): void {
  const file = fileOf(slot);
  void endThread(slot);
  const [current, ...others] = slot.jobs.splice(0);
  if (!current) return;
  putBack(queue, others);
  const { job, done } = current;
  const isOver = job.givenUp.length >= (job.isSubject ? MAX_GIVEN_UP.own : MAX_GIVEN_UP.other);
  if (file === '' || isOver) done(TOO_LONG);
  else {
    job.givenUp.push(file);
    enqueue(queue, current);
  }
  pump();
}

function settle(slot: Slot, result: JobResult, { pump }: Context): void {
  const waiting = slot.jobs.shift();
  if (slot.jobs.length === 0) {
    clearInterval(slot.watch);
    slot.watch = undefined;
  }
  waiting?.done(result);
  pump();
}
