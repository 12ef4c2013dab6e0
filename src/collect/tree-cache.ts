// Resolved trees, kept for as long as npm itself keeps packuments.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDict } from '../analyze/manifest.ts';
import type { TreeFact } from '../types.ts';

export interface TreeCacheEntry {
  tree: TreeFact;
  /** package-lock.json of the tree. */
  lock: string;
}
export interface TreeCache {
  read(): Promise<TreeCacheEntry | undefined>;
  write(entry: TreeCacheEntry): Promise<void>;
}

const SCHEMA = 1;
// The registry serves packuments with max-age=300, and npm resolves from them for so long.
const MAX_AGE_MS = 300_000;

/** `key` is everything that decides the tree. Offline, age does not matter. */
export function treeCache(cacheDir: string, key: unknown, offline: boolean): TreeCache {
  const hash = createHash('sha256')
    .update(JSON.stringify([SCHEMA, key]))
    .digest('hex');
  const file = path.join(cacheDir, 'trees', `${hash.slice(0, 32)}.json`);
  return {
    async read() {
      try {
        const ageMs = Date.now() - (await stat(file)).mtimeMs;
        if (!offline && (ageMs < 0 || ageMs > MAX_AGE_MS)) return undefined;
        const entry: unknown = JSON.parse(await readFile(file, 'utf8'));
        return isEntry(entry) ? entry : undefined;
      } catch {
        // No entry, or a broken one: resolve again.
        return undefined;
      }
    },
    async write(entry) {
      // Two lanes of one run can write the same tree at once.
      const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
      try {
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(draft, JSON.stringify(entry));
        await rename(draft, file);
      } catch {
        // A full or read-only disk costs time in the next run, not this one's answer.
        await rm(draft, { force: true }).catch(() => undefined);
      }
    },
  };
}

function isEntry(value: unknown): value is TreeCacheEntry {
  return isDict(value) && typeof value['lock'] === 'string' && isDict(value['tree']);
}
