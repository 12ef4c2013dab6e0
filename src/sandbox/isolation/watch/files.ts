// Notices reads, writes and deletions in the box's own folders by the times that the file system keeps.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  type BigIntStats,
} from 'node:fs';
import path from 'node:path';
import { categoryOf } from '../honey-files.ts';
import type { RawEvent } from '../sink/context.ts';
import type { BoxFile } from '../types.ts';

const MAX_FILES = 5000;
const MAX_DEPTH = 16;
const MAX_EXCERPT = 2000;
const MAX_EVENTS_PER_FILE = 30;
// The kernel notes times at the last tick of its clock.
const TICK_MS = 4;

interface Known {
  stat: BigIntStats;
  isPlanted: boolean;
  events: number;
}
export interface FileWatch {
  /** Looks at the files that were planted. Cheap. */
  poll(): void;
  /** Looks at all, and for new ones. */
  sweep(): void;
}
interface FileWatchInput {
  base: string;
  now(): number;
  emit(event: RawEvent): void;
}

/** Everything that is there when this is called counts as planted. */
export function watchFiles({ base, now, emit }: FileWatchInput): FileWatch {
  const known = new Map<string, Known>();
  const device = lstatSync(path.join(base, 'home'), { bigint: true }).dev;
  const statOf = (file: string): BigIntStats | undefined => {
    const stat = lstatSync(file, { bigint: true, throwIfNoEntry: false });
    return stat?.dev === device ? stat : undefined;
  };
  const tell = (op: BoxFile['op'], file: string, entry: Known, atNs?: bigint) => {
    if (entry.events++ >= MAX_EVENTS_PER_FILE) return;
    const relative = path.relative(base, file);
    const inHome = relative.startsWith('home/') ? relative.slice(5) : null;
    const happened = atNs === undefined ? now() : now() - (Date.now() - Number(atNs / 1_000_000n));
    const excerpt = op === 'write' ? startOf(file, device) : '';
    emit({
      type: 'file',
      op,
      at: Math.min(now(), happened + TICK_MS),
      path: inHome === null ? `/${relative}` : `~/${inHome}`,
      category: inHome === null ? 'other' : categoryOf(inHome),
      isPlanted: entry.isPlanted,
      ...(excerpt === '' ? {} : { excerpt }),
    });
  };
  const check = (file: string, entry: Known) => {
    const stat = statOf(file);
    const before = entry.stat;
    if (stat === undefined) {
      known.delete(file);
      return tell('delete', file, entry);
    }
    if (
      stat.ctimeNs === before.ctimeNs &&
      stat.atimeNs === before.atimeNs &&
      stat.ino === before.ino
    )
      return;
    for (const op of operationsOf(before, stat)) {
      if (op === 'write') tell(op, file, entry, stat.ctimeNs);
      else if (entry.isPlanted) tell(op, file, entry, readAt(before, stat));
    }
    // Telling of a write reads the file, which is not the server's doing.
    entry.stat = statOf(file) ?? stat;
  };
  const walk = (isPlanted: boolean) => {
    for (const folder of ['home', 'tmp', 'shm']) {
      for (const file of filesUnder(path.join(base, folder), MAX_DEPTH)) {
        if (known.size >= MAX_FILES) return;
        const stat = known.has(file) ? undefined : statOf(file);
        if (stat === undefined) continue;
        const entry = { stat, isPlanted, events: 0 };
        known.set(file, entry);
        if (isPlanted) continue;
        tell('write', file, entry, stat.ctimeNs);
        entry.stat = statOf(file) ?? stat;
      }
    }
  };
  const poll = (isAll: boolean) => {
    for (const [file, entry] of known) if (isAll || entry.isPlanted) check(file, entry);
  };
  walk(true);
  return {
    poll: () => poll(false),
    sweep() {
      poll(true);
      walk(false);
    },
  };
}

/** A program cannot set ctime: if nothing else has changed, times were put back after a read. */
function operationsOf(before: BigIntStats, after: BigIntStats): BoxFile['op'][] {
  const isRead = after.atimeNs !== before.atimeNs && after.ino === before.ino;
  if (after.ctimeNs === before.ctimeNs && after.ino === before.ino) return isRead ? ['read'] : [];
  const isSame = (['ino', 'size', 'mtimeNs', 'mode'] as const).every(
    (field) => after[field] === before[field],
  );
  if (isSame) return ['read'];
  return isRead ? ['read', 'write'] : ['write'];
}

/** When it was read: a program that sets the time of the last read changes ctime with it. */
function readAt(before: BigIntStats, after: BigIntStats): bigint | undefined {
  return after.ctimeNs === before.ctimeNs ? after.atimeNs : undefined;
}

/** Links are listed and not followed: the folder is the server's, and links may point anywhere. */
function filesUnder(folder: string, depth: number): string[] {
  const entries = entriesOf(folder);
  return entries.slice(0, MAX_FILES).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (!entry.isDirectory()) return [file];
    return depth > 0 ? filesUnder(file, depth - 1) : [];
  });
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Gone since, or closed to us: its files show as deleted.
    return [];
  }
}

/** The beginning of a regular file of the box; '' for anything else. */
function startOf(file: string, device: bigint): string {
  let descriptor: number;
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    descriptor = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return '';
  }
  try {
    const stat = fstatSync(descriptor, { bigint: true });
    if (!stat.isFile() || stat.dev !== device) return '';
    const bytes = Buffer.alloc(MAX_EXCERPT);
    return bytes.toString('utf8', 0, readSync(descriptor, bytes));
  } finally {
    closeSync(descriptor);
  }
}
