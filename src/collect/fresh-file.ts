// A JSON file in the cache that counts for a while; one that cannot be read or written is as good as none.
import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface FreshFile {
  /** Undefined for none, a broken one and one that is older. */
  read(maxAgeMs: number): Promise<unknown>;
  write(value: unknown): Promise<void>;
}

// What nobody has written for so long was of another version, or of another package, than is asked for now.
export const KEPT_MS = 30 * 24 * 3_600_000;
const tidied = new Set<string>();

/** `key` is everything that decides the content. */
export function freshFile(folder: string, key: unknown): FreshFile {
  const hash = createHash('sha256').update(JSON.stringify(key)).digest('hex');
  const file = path.join(folder, `${hash.slice(0, 32)}.json`);
  return {
    async read(maxAgeMs) {
      try {
        const ageMs = Date.now() - (await stat(file)).mtimeMs;
        // A clock that went back tells nothing about an age.
        if (maxAgeMs !== Infinity && (ageMs < -1_000 || ageMs > maxAgeMs)) return undefined;
        return JSON.parse(await readFile(file, 'utf8')) as unknown;
      } catch {
        return undefined;
      }
    },
    async write(value) {
      // Two lanes of one run can write the same file at once.
      const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(draft, JSON.stringify(value));
        await rename(draft, file);
        if (tidied.has(folder)) return;
        tidied.add(folder);
        await removeOlder(folder, KEPT_MS);
      } catch {
        // A full or read-only disk costs time in the next run, not this one's answer.
        await rm(draft, { force: true }).catch(() => undefined);
      }
    },
  };
}

/** Ours: a file of this module, its draft, or a folder of what was learnt with one version of the rules. */
const OWN_NAME = /^(?:[0-9a-f]{32}\.json(?:\.\d{1,10}-[0-9a-f]{8})?|\d{1,4}-[0-9a-f]{16})$/;

/**
 * Removes what is ours and was last changed before that many milliseconds. The cache may be any folder
 * of the user's: other names stay, and so does what cannot be looked at or removed.
 */
export async function removeOlder(folder: string, ageMs: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  await Promise.all(
    names
      .filter((name) => OWN_NAME.test(name))
      .map(async (name) => {
        const file = path.join(folder, name);
        const found = await lstat(file).catch(() => null);
        if (!found || Date.now() - found.mtimeMs <= ageMs) return;
        await rm(file, { force: true, recursive: true }).catch(() => undefined);
      }),
  );
}
