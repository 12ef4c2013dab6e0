// The local database: import files, tell its state, open it.
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { advisorySettings } from '../../analyze/advisories/index.ts';
import { VetError } from '../../errors.ts';
import { IndexBuilder, type BuildOptions } from './build.ts';
import { AdvisoryIndex, writeIndex, type IndexHeader } from './store.ts';

export const DATABASE = 'advisories.idx';
const DAY_MS = 86_400_000;

export interface ImportOptions extends BuildOptions {
  /** Start from nothing instead of adding to what is there. */
  isReplacing?: boolean;
}
/** The state of the local database, for `db status`. */
export interface DatabaseStatus {
  file: string;
  /** False: there is none, or it is broken (then with a reason). */
  isUsable: boolean;
  reason?: string;
  bytes?: number;
  header?: IndexHeader;
  /** Days since the newest record of each kind. */
  ageDays?: { vulnerability?: number; malware?: number };
  isStale?: boolean;
}

/** Imports files or folders. Throws VetError if one cannot be read, or holds nothing about npm. */
export async function importDatabase(
  paths: readonly string[],
  databaseDir: string,
  options: ImportOptions,
): Promise<DatabaseStatus> {
  const builder = new IndexBuilder(options);
  if (options.isReplacing !== true) addExisting(builder, databaseDir);
  await readInto(builder, paths);
  await save(builder, path.join(databaseDir, DATABASE));
  return databaseStatus(databaseDir, options.now);
}

/** Reads the header only. Never throws. */
export async function databaseStatus(databaseDir: string, now: string): Promise<DatabaseStatus> {
  const file = path.join(databaseDir, DATABASE);
  const opened = openIndex(file);
  if ('reason' in opened) return { file, isUsable: false, reason: opened.reason };
  const { header } = opened.index;
  opened.index.close();
  const ageDays = Object.fromEntries(
    Object.entries(header.newest).map(([kind, date]) => [
      kind,
      Math.max(0, Math.floor((Date.parse(now) - Date.parse(date)) / DAY_MS)),
    ]),
  );
  const isStale = Object.values(ageDays).some((age) => age > advisorySettings().freshDays);
  const { size } = await stat(file);
  return { file, isUsable: true, bytes: size, header, ageDays, isStale };
}

export type OpenedIndex = { index: AdvisoryIndex } | { reason: string; isAbsent: boolean };

export const openDatabase = (databaseDir: string): OpenedIndex =>
  openIndex(path.join(databaseDir, DATABASE));

export function openIndex(file: string): OpenedIndex {
  try {
    return { index: new AdvisoryIndex(file) };
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = isAbsent
      ? 'there is none (mcp-vet db update)'
      : 'it is broken (import it again: mcp-vet db import)';
    return { reason, isAbsent };
  }
}

function addExisting(builder: IndexBuilder, databaseDir: string): void {
  const opened = openDatabase(databaseDir);
  if ('reason' in opened) return;
  try {
    for (const records of opened.index.blocks()) records.forEach((r) => builder.addRecord(r));
  } finally {
    opened.index.close();
  }
}

export const readInto = (builder: IndexBuilder, paths: readonly string[]): Promise<void> =>
  readable(() => builder.addPaths(paths));

export async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw new VetError('interrupted', 'Interrupted.');
    throw new VetError('unreadable', `The advisories could not be read: ${whyUnreadable(error)}.`, {
      hint: 'Give an OSV folder, all.zip, .ndjson[.gz] or .json.',
      cause: error,
    });
  }
}

function whyUnreadable(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code)) return code;
  return /^(?:it|the|a|there) [a-z -]{1,80}$/.test(message) ? message : 'the file is broken';
}

export async function save(
  builder: IndexBuilder,
  file: string,
  downloadedAt?: string,
): Promise<void> {
  const { header, blocks } = builder.finish();
  if (blocks.size === 0) {
    throw new VetError('malformed', 'The advisories hold no record about an npm package.', {
      hint: 'Give an OSV folder, all.zip, .ndjson[.gz] or .json of the npm ecosystem.',
    });
  }
  await writeIndex(
    file,
    { ...header, ...(downloadedAt === undefined ? {} : { downloadedAt }) },
    blocks,
  );
}
