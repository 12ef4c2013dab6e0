// One worker thread with what it was handed, and what it says of where it is.
import { Worker } from 'node:worker_threads';
import { BOARD_BYTES, HEADER_BYTES } from './board.ts';
import type { Job, JobResult } from './job.ts';

export interface Waiting {
  job: Job;
  done: (result: JobResult) => void;
}
export interface Slot {
  worker: Worker | null;
  board: SharedArrayBuffer;
  /** Handed to the thread, which is at the first. */
  jobs: Waiting[];
  watch: NodeJS.Timeout | undefined;
}

const MAX_HEAP_MB = 1_200;
const YOUNG_HEAP_MB = 12;
// Deeply nested but honest code (long chains of +) must parse.
const STACK_MB = 32;

export function newSlot(): Slot {
  return { worker: null, board: new SharedArrayBuffer(BOARD_BYTES), jobs: [], watch: undefined };
}

/** How often the thread has begun with a file or a package. */
export function beatOf(slot: Slot): number {
  return Atomics.load(new Int32Array(slot.board, 0, 2), 0);
}

/** The file that the thread is at; '' before the first one of a package. */
export function fileOf(slot: Slot): string {
  const length = Atomics.load(new Int32Array(slot.board, 0, 2), 1);
  return Buffer.from(new Uint8Array(slot.board, HEADER_BYTES, length)).toString('utf8');
}

export interface ThreadEvents {
  script: URL;
  maxHeapMb?: number;
  onResult: (result: JobResult) => void;
  onError: () => void;
}

/** Starts the slot's thread; what it says is heard for as long as it is the slot's. */
export function startThread(slot: Slot, { script, maxHeapMb, ...events }: ThreadEvents): Worker {
  // A dying thread may still write on its own.
  slot.board = new SharedArrayBuffer(BOARD_BYTES);
  const worker = new Worker(script, {
    workerData: { board: slot.board },
    resourceLimits: {
      maxOldGenerationSizeMb: maxHeapMb ?? MAX_HEAP_MB,
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
    if (slot.worker === worker) events.onError();
  });
  worker.on('message', (result: JobResult) => {
    if (slot.worker === worker) events.onResult(result);
  });
  return worker;
}

export async function endThread(slot: Slot): Promise<void> {
  const { worker } = slot;
  clearInterval(slot.watch);
  slot.watch = undefined;
  slot.worker = null;
  await worker?.terminate();
}
