// Worker threads with a watchdog: no file, and no package, can hold the run up.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { BOARD_BYTES, HEADER_BYTES } from './board.ts';
import type { Job, JobResult } from './job.ts';

export interface PoolOptions {
  size: number;
  /** Compiled worker.js; null: work in this thread, without a watchdog (tests of the sources). */
  script: URL | null;
  fileTimeoutMs?: number;
  maxHeapMb?: number;
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
interface Waiting {
  job: Job;
  done: (result: JobResult) => void;
}
interface Slot {
  worker: Worker | null;
  board: SharedArrayBuffer;
  /** Handed to the thread, which is at the first. */
  jobs: Waiting[];
  watch: NodeJS.Timeout | undefined;
}
type Context = PoolOptions & { script: URL; pump: () => void };

// Each thread compiles the program anew, beside its work: one core is left for that and for fetching.
export const POOL_SIZE = Math.min(4, Math.max(1, availableParallelism() - 1));
// Node 20 does not start TypeScript: the sources run without threads, the compiled ones with.
const SCRIPT = import.meta.url.endsWith('.ts') ? null : new URL('./worker.js', import.meta.url);
const FILE_TIMEOUT_MS = 20_000;
const TICK_MS = 500;
const MAX_HEAP_MB = 1_200;
const YOUNG_HEAP_MB = 12;
// Deeply nested but honest code (long chains of +) must parse.
const STACK_MB = 32;
const MAX_GIVEN_UP = 4;
// With a second job at hand, no thread waits for this one, which has its own work to do.
const JOBS_AT_HAND = 2;
const CLOSED: JobResult = { ok: false, reason: 'the run was stopped' };

/** The threads of a run. They start with the first job, and end with `close`. */
export function openPool(): Pool {
  return createPool({ size: POOL_SIZE, script: SCRIPT });
}

export function createPool(options: PoolOptions): Pool {
  const { script } = options;
  if (script === null) return inThisThread();
  const queue: Waiting[] = [];
  const slots: Slot[] = Array.from({ length: options.size }, () => ({
    worker: null,
    board: new SharedArrayBuffer(BOARD_BYTES),
    jobs: [],
    watch: undefined,
  }));
  let isClosed = false;
  const pump = () => {
    // A second job is for whoever has one when all have one.
    for (let count = 0; count < JOBS_AT_HAND && !isClosed; count++) {
      for (const slot of slots.filter(({ jobs }) => jobs.length === count)) {
        const next = queue.shift();
        if (!next) return;
        hand(slot, next, context);
      }
    }
  };
  const context: Context = { ...options, script, pump };
  return {
    prestart() {
      if (isClosed) return;
      for (const slot of slots) slot.worker ??= createWorker(slot, context);
    },
    rest() {
      for (const slot of slots.filter(({ jobs }) => jobs.length === 0)) void endWorker(slot);
    },
    run: (job) =>
      new Promise((done) => {
        // Fetches that were under way when the run ended still come in.
        if (isClosed) {
          done(CLOSED);
          return;
        }
        queue.push({ job, done });
        pump();
      }),
    async close() {
      isClosed = true;
      const left = [...slots.flatMap(({ jobs }) => jobs.splice(0)), ...queue.splice(0)];
      for (const { done } of left) done(CLOSED);
      await Promise.all(slots.map(endWorker));
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

function hand(slot: Slot, waiting: Waiting, context: Context): void {
  slot.jobs.push(waiting);
  slot.worker ??= createWorker(slot, context);
  slot.worker.postMessage(waiting.job);
  slot.watch ??= watch(slot, context);
}

/** Gives a thread up that is at one file for too long. */
function watch(slot: Slot, context: Context): NodeJS.Timeout {
  const header = new Int32Array(slot.board, 0, 2);
  let count = Atomics.load(header, 0);
  let since = performance.now();
  return setInterval(() => {
    const now = Atomics.load(header, 0);
    if (now !== count) {
      count = now;
      since = performance.now();
    } else if (performance.now() - since > (context.fileTimeoutMs ?? FILE_TIMEOUT_MS)) {
      giveUp(slot, context);
    }
  }, TICK_MS);
}

function giveUp(slot: Slot, context: Context): void {
  void endWorker(slot);
  const [current] = slot.jobs;
  if (!current) return;
  const result = leaveOutCurrent(current.job, slot.board);
  const jobs = slot.jobs.splice(0);
  if (result !== 'again') jobs.shift();
  for (const waiting of jobs) hand(slot, waiting, context);
  if (result !== 'again') current.done(result);
  context.pump();
}

async function endWorker(slot: Slot): Promise<void> {
  const { worker } = slot;
  clearInterval(slot.watch);
  slot.watch = undefined;
  slot.worker = null;
  await worker?.terminate();
}

/** Names the file the thread was at, so that the next attempt does less with it. */
function leaveOutCurrent(job: Job, board: SharedArrayBuffer): JobResult | 'again' {
  // What stands there is of no thread to come.
  const length = Atomics.exchange(new Int32Array(board, 0, 2), 1, 0);
  const file = Buffer.from(new Uint8Array(board, HEADER_BYTES, length)).toString('utf8');
  if (file === '' || job.givenUp.length >= MAX_GIVEN_UP) {
    return { ok: false, reason: 'looking into it took too long or too much memory' };
  }
  job.givenUp.push(file);
  return 'again';
}

function createWorker(slot: Slot, context: Context): Worker {
  const worker = new Worker(context.script, {
    workerData: { board: slot.board },
    resourceLimits: {
      maxOldGenerationSizeMb: context.maxHeapMb ?? MAX_HEAP_MB,
      // Small: what is left of a tree after its look should go at once, not pile up.
      maxYoungGenerationSizeMb: YOUNG_HEAP_MB,
      stackSizeMb: STACK_MB,
    },
    // Nothing of the user's environment or command line is any business of the thread's.
    env: {},
    execArgv: [],
  });
  // What a dying thread still says is of no interest, but must not become an uncaught error.
  worker.on('error', () => {
    if (slot.worker === worker) giveUp(slot, context);
  });
  worker.on('message', (result: JobResult) => {
    if (slot.worker === worker) settle(slot, result, context);
  });
  return worker;
}

function settle(slot: Slot, result: JobResult, context: Context): void {
  const waiting = slot.jobs.shift();
  if (slot.jobs.length === 0) {
    clearInterval(slot.watch);
    slot.watch = undefined;
  }
  waiting?.done(result);
  context.pump();
}
