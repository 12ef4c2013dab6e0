// Indexes of `--advisories` paths, kept beside the database for the next run.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { VetError } from '../../errors.ts';
import { IndexBuilder, type BuildOptions } from './build.ts';
import { openIndex, readable, readInto, save, type OpenedIndex } from './database.ts';
import { advisoryFiles } from './rows.ts';

const PATHS_INDEX = /^paths-[0-9a-f]{16}\.idx$/;
const MAX_PATHS_INDEXES = 4;

/** The index of `--advisories` paths: built once for their present size and date, then reused. */
export async function openPaths(
  paths: readonly string[],
  databaseDir: string,
  options: BuildOptions,
): Promise<OpenedIndex> {
  try {
    const file = path.join(databaseDir, `paths-${await stamp(paths, options.now)}.idx`);
    const opened = openIndex(file);
    if ('index' in opened) return opened;
    const builder = new IndexBuilder(options);
    await readInto(builder, paths);
    return await keepAndOpen(builder, file);
  } catch (error) {
    if (!(error instanceof VetError)) throw error;
    return { reason: error.message, isAbsent: false };
  }
}

/** Where the database folder cannot be written, the index lives as long as it is open. */
async function keepAndOpen(builder: IndexBuilder, file: string): Promise<OpenedIndex> {
  try {
    await save(builder, file);
    await prune(path.dirname(file), path.basename(file));
    return openIndex(file);
  } catch (error) {
    if (error instanceof VetError) throw error;
    const folder = await mkdtemp(path.join(tmpdir(), 'mcp-vet-advisories-'));
    try {
      await save(builder, path.join(folder, 'paths.idx'));
      return openIndex(path.join(folder, 'paths.idx'));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** Changes whenever a file is added, removed or written, and daily: what lies in the future is not counted. */
async function stamp(paths: readonly string[], now: string): Promise<string> {
  const hash = createHash('sha256').update(now.slice(0, 'YYYY-MM-DD'.length));
  for (const file of await readable(() => advisoryFiles(paths))) {
    const { size, mtimeMs } = await stat(file);
    hash.update(JSON.stringify([path.resolve(file), size, mtimeMs]));
  }
  return hash.digest('hex').slice(0, 16);
}

async function prune(databaseDir: string, keep: string): Promise<void> {
  const others = (await readdir(databaseDir)).filter((f) => PATHS_INDEX.test(f) && f !== keep);
  const dated = await Promise.all(
    others.map(async (name) => {
      const file = path.join(databaseDir, name);
      return { file, at: (await stat(file).catch(() => null))?.mtimeMs ?? 0 };
    }),
  );
  const old = dated.sort((a, b) => b.at - a.at).slice(MAX_PATHS_INDEXES - 1);
  for (const { file } of old) await rm(file, { force: true });
}
