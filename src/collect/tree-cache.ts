// Resolved trees, kept for as long as npm itself keeps packuments.
import path from 'node:path';
import { isDict } from '../analyze/manifest.ts';
import type { TreeFact } from '../types.ts';
import { freshFile } from './fresh-file.ts';

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
export const PACKUMENT_AGE_MS = 300_000;

/** `key` is everything that decides the tree. Offline, age does not matter. */
export function treeCache(cacheDir: string, key: unknown, offline: boolean): TreeCache {
  const file = freshFile(path.join(cacheDir, 'trees'), [SCHEMA, key]);
  return {
    async read() {
      const entry = await file.read(offline ? Infinity : PACKUMENT_AGE_MS);
      return isEntry(entry) ? entry : undefined;
    },
    write: (entry) => file.write(entry),
  };
}

function isEntry(value: unknown): value is TreeCacheEntry {
  return isDict(value) && typeof value['lock'] === 'string' && isDict(value['tree']);
}
