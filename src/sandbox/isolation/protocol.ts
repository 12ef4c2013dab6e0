// What the launcher and the supervisor say to each other: one JSON value a line, fd 4 down and fd 3 up.
import type { RawEvent } from './sink/context.ts';
import type { BoxLimit, Canary, Limits } from './types.ts';

export const EVENTS_FD = 3;
export const CONTROL_FD = 4;
/** As root the server becomes this user, who owns nothing. */
export const NOBODY = 65_534;

/** The first line down. */
export interface BoxConfig {
  /** Started as root: the server must become somebody else. */
  isRoot: boolean;
  packageDir: string;
  writablePackage: boolean;
  command: string[];
  cwd: string;
  env: Record<string, string>;
  canaries: Canary[];
  limits: Limits;
  sinkBody: string | undefined;
  hasFirewall: boolean;
  nodePath: string;
  /** Shared objects of Node outside the system's folders. */
  nodeLibraries: string[];
  /** `lib/node_modules` of Node (npm), if it has one. */
  nodeModules: string | null;
}
export type Down = { ask: 'flush'; id: number } | { ask: 'stop' };

export type Up =
  /** In its namespaces, but nobody there yet. */
  | { is: 'waiting' }
  | { is: 'ready' }
  | { is: 'event'; event: RawEvent }
  | { is: 'flushed'; id: number }
  | { is: 'exit'; code: number | null; signal: string | null; limit?: BoxLimit['limit'] }
  | { is: 'failed'; reason: string }
  | {
      is: 'summary';
      hasFirewall: boolean;
      unidentified: { tcp: number; udp: number };
      dropped: number;
    };

/** Milliseconds of the clock that all processes of the machine share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Splits a stream into lines; a line longer than `maxBytes` is dropped. */
export function lineReader(maxBytes: number, onLine: (line: string) => void) {
  let rest = '';
  return (chunk: Buffer | string): void => {
    rest += chunk.toString('utf8');
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n')) {
      onLine(rest.slice(0, end));
      rest = rest.slice(end + 1);
    }
    if (rest.length > maxBytes) rest = '';
  };
}
