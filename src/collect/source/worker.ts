// A thread that looks into packages, and says into shared memory which file it is at.
import { parentPort, workerData } from 'node:worker_threads';
import { HEADER_BYTES } from './board.ts';
import { runJob } from './job.ts';
import type { Job } from './job.ts';

if (parentPort) {
  const port = parentPort;
  const board = (workerData as { board: SharedArrayBuffer }).board;
  const header = new Int32Array(board, 0, 2);
  const text = new Uint8Array(board, HEADER_BYTES);
  const onFile = (path: string) => {
    const bytes = Buffer.from(path).subarray(0, text.length);
    text.set(bytes);
    Atomics.store(header, 1, bytes.length);
    Atomics.add(header, 0, 1);
  };
  port.on('message', (job: Job) => {
    Atomics.store(header, 1, 0);
    Atomics.add(header, 0, 1);
    port.postMessage(runJob(job, onFile));
  });
}
