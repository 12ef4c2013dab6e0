// Downloads OSV's export of npm into the local database.
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { VetError } from '../../errors.ts';
import { IndexBuilder, type BuildOptions } from './build.ts';
import { DATABASE, databaseStatus, readInto, save, type DatabaseStatus } from './database.ts';
import { failureReason, requestChunks } from './http.ts';

/** OSV's documented export: https://google.github.io/osv.dev/data/ */
export const OSV_EXPORT_URL = 'https://osv-vulnerabilities.storage.googleapis.com/npm/all.zip';
const MAX_DOWNLOAD_BYTES = 2 * 1024 * 1024 * 1024;
const DOWNLOAD_TIMEOUT_MS = 600_000;
const LEFT_BEHIND = /^download-[0-9a-f]{12}\.zip$|\.tmp$/;
const LEFT_BEHIND_MS = 6 * 3_600_000;

export interface UpdateOptions extends BuildOptions {
  databaseDir: string;
  url?: string;
  fetchOptions?: Record<string, unknown>;
  timeoutMs?: number;
  maxBytes?: number;
}
/** Downloads OSV's export of npm and replaces the database by it. Throws VetError. */
export async function updateDatabase(options: UpdateOptions): Promise<DatabaseStatus> {
  const { databaseDir, url = OSV_EXPORT_URL } = options;
  await mkdir(databaseDir, { recursive: true });
  await sweep(databaseDir, Date.parse(options.now));
  const archive = path.join(databaseDir, `download-${randomBytes(6).toString('hex')}.zip`);
  try {
    await download(url, archive, options);
    const builder = new IndexBuilder(options);
    await readInto(builder, [archive]);
    await save(builder, path.join(databaseDir, DATABASE), options.now);
  } finally {
    await rm(archive, { force: true });
  }
  return databaseStatus(databaseDir, options.now);
}

/** What a killed run left behind. */
async function sweep(databaseDir: string, nowMs: number): Promise<void> {
  for (const name of await readdir(databaseDir)) {
    if (!LEFT_BEHIND.test(name)) continue;
    const file = path.join(databaseDir, name);
    const at = (await stat(file).catch(() => null))?.mtimeMs ?? nowMs;
    if (nowMs - at > LEFT_BEHIND_MS) await rm(file, { force: true });
  }
}

async function download(url: string, archive: string, options: UpdateOptions): Promise<void> {
  const handle = await open(archive, 'wx');
  try {
    const chunks = requestChunks({
      url,
      method: 'GET',
      options: options.fetchOptions ?? {},
      isRegistry: false,
      timeoutMs: options.timeoutMs ?? DOWNLOAD_TIMEOUT_MS,
      maxBytes: options.maxBytes ?? MAX_DOWNLOAD_BYTES,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    for await (const chunk of chunks) await handle.write(chunk);
  } catch (error) {
    if (options.signal?.aborted) throw new VetError('interrupted', 'Interrupted.');
    throw new VetError(
      'registry-unreachable',
      `The advisories could not be downloaded: ${failureReason(error)}.`,
      {
        hint: 'Download the archive elsewhere and import it: mcp-vet db import all.zip',
        cause: error,
      },
    );
  } finally {
    await handle.close();
  }
}
