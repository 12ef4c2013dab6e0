// Looks after a box while it runs: reports processes and files, and ends a box that takes too much.
import type { ChildProcess } from 'node:child_process';
import { monotonicMs, type BoxConfig } from '../protocol.ts';
import type { RawEvent, SinkContext } from '../sink/context.ts';
import type { BoxLimit } from '../types.ts';
import type { FileWatch } from './files.ts';
import { watchListeners } from './listeners.ts';
import { killBox, watchProcesses } from './processes.ts';

const FILE_POLL_MS = 150;
const PROCESS_POLL_MS = 30;
const SWEEPS_EVERY = 6;

export interface Log {
  emit(event: RawEvent): void;
  limit(limit: BoxLimit['limit'], detail: string, isFatal?: boolean): void;
  dropped(): number;
}
interface Watched {
  config: BoxConfig;
  context: SinkContext;
  files: FileWatch;
  log: Log;
  server: ChildProcess;
  onExit(code: number | null, signal: string | null, limit?: BoxLimit['limit']): void;
}

/** Reports processes and files until the function that it returns is called; ends boxes that are too big. */
export function watchBox({ config, context, files, log, server, onExit }: Watched): () => void {
  const { limits } = config;
  const processes = watchProcesses();
  let broken: BoxLimit['limit'] | undefined;
  const breakOff = (limit: BoxLimit['limit'], detail: string) => {
    broken ??= limit;
    log.limit(limit, detail, true);
    killBox();
  };
  const pollProcesses = () => {
    const { commands, count, rssBytes } = processes.poll();
    for (const command of commands) {
      const canaries = context.find(command);
      log.emit({ type: 'process', at: monotonicMs(), command, canaries });
    }
    if (rssBytes > limits.rssBytes) breakOff('rssBytes', `${rssBytes} bytes of memory in use`);
    if (count > limits.processes) breakOff('processes', `${count} processes`);
  };
  const listeners = watchListeners();
  let polls = 0;
  const pollFiles = () => {
    if (++polls % SWEEPS_EVERY === 0) files.sweep();
    else files.poll();
    for (const listener of listeners())
      log.emit({ type: 'listen', at: monotonicMs(), ...listener });
  };
  const timers = [
    setInterval(pollProcesses, PROCESS_POLL_MS),
    setInterval(pollFiles, FILE_POLL_MS),
    setTimeout(() => breakOff('timeMs', `ran for ${limits.timeMs} ms`), limits.timeMs),
  ];
  server.once('exit', (code, signal) => onExit(code, signal, broken));
  return () => timers.forEach((timer) => clearTimeout(timer));
}
