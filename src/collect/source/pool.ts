// Worker threads with a watchdog: no file, and no package, can hold the run up.
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
  current: Waiting | null;
}

const FILE_TIMEOUT_MS = 20_000;
const TICK_MS = 500;
const MAX_HEAP_MB = 1_200;
const YOUNG_HEAP_MB = 6;
// Deeply nested but honest code (long chains of +) must parse.
const STACK_MB = 32;
const MAX_GIVEN_UP = 4;
const CLOSED: JobResult = { ok: false, reason: 'the run was stopped' };

export function createPool(options: PoolOptions): Pool {
  const { script } = options;
  if (script === null) return inThisThread();
  const queue: Waiting[] = [];
  const slots: Slot[] = Array.from({ length: options.size }, () => ({
    worker: null,
    board: new SharedArrayBuffer(BOARD_BYTES),
    current: null,
  }));
  let isClosed = false;
  const pump = () => {
    if (isClosed) return;
    for (const slot of slots) {
      if (slot.current !== null) continue;
      const next = queue.shift();
      if (!next) return;
      start(slot, next, { ...options, script }, pump);
    }
  };
  return {
    prestart() {
      if (isClosed) return;
      for (const slot of slots) slot.worker ??= createWorker(slot, { ...options, script });
    },
    rest() {
      for (const slot of slots.filter(({ current }) => current === null)) {
        void slot.worker?.terminate();
        slot.worker = null;
      }
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
      for (const { done } of queue.splice(0)) done(CLOSED);
      for (const slot of slots) slot.current?.done(CLOSED);
      await Promise.all(slots.map(({ worker }) => worker?.terminate()));
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

function start(
  slot: Slot,
  waiting: Waiting,
  options: PoolOptions & { script: URL },
  pump: () => void,
): void {
  slot.current = waiting;
  slot.worker ??= createWorker(slot, options);
  const { worker } = slot;
  const header = new Int32Array(slot.board, 0, 2);
  let count = Atomics.load(header, 0);
  let since = performance.now();
  const timer = setInterval(() => {
    const now = Atomics.load(header, 0);
    if (now !== count) {
      count = now;
      since = performance.now();
    } else if (performance.now() - since > (options.fileTimeoutMs ?? FILE_TIMEOUT_MS)) {
      giveUp();
    }
  }, TICK_MS);
  const settle = (result: JobResult | 'again') => {
    clearInterval(timer);
    worker.off('message', settle).off('error', giveUp);
    slot.current = null;
    if (result === 'again') start(slot, waiting, options, pump);
    else {
      waiting.done(result);
      pump();
    }
  };
  const giveUp = () => {
    worker.off('error', giveUp);
    // What a dying thread still says is of no interest, but must not become an uncaught error.
    worker.on('error', () => undefined);
    void worker.terminate();
    slot.worker = null;
    settle(leaveOutCurrent(waiting.job, slot.board));
  };
  worker.on('message', settle);
  worker.on('error', giveUp);
  worker.postMessage(waiting.job);
}

/** Names the file the thread was at, so that the next attempt does less with it. */
function leaveOutCurrent(job: Job, board: SharedArrayBuffer): JobResult | 'again' {
  const length = Atomics.load(new Int32Array(board, 0, 2), 1);
  const file = Buffer.from(new Uint8Array(board, HEADER_BYTES, length)).toString('utf8');
  if (file === '' || job.givenUp.length >= MAX_GIVEN_UP) {
    return { ok: false, reason: 'looking into it took too long or too much memory' };
  }
  job.givenUp.push(file);
  return 'again';
}

function createWorker(slot: Slot, options: PoolOptions & { script: URL }): Worker {
  const worker = new Worker(options.script, {
    workerData: { board: slot.board },
    resourceLimits: {
      maxOldGenerationSizeMb: options.maxHeapMb ?? MAX_HEAP_MB,
      // Small: what is left of a tree after its look should go at once, not pile up.
      maxYoungGenerationSizeMb: YOUNG_HEAP_MB,
      stackSizeMb: STACK_MB,
    },
    // Nothing of the user's environment or command line is any business of the thread's.
    env: {},
    execArgv: [],
  });
  return worker;
}
