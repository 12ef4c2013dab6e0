// Resolved trees: good for as long as npm itself keeps packuments, and after that while the registry answers the same.
import path from 'node:path';
import { isDict } from '../analyze/manifest.ts';
import type { TreeFact } from '../types.ts';
import { freshFile } from './fresh-file.ts';
import type { PackumentDigests } from './packuments.ts';

export interface TreeCacheEntry {
  tree: TreeFact;
  /** package-lock.json of the tree. */
  lock: string;
  /** The answers that it was resolved from. */
  packuments: PackumentDigests;
}
export interface TreeCache {
  /** As good as just resolved. */
  read(): Promise<TreeCacheEntry | undefined>;
  /** Of any age: to be compared with what the registry answers now. */
  readOld(): Promise<TreeCacheEntry | undefined>;
  write(entry: TreeCacheEntry): Promise<void>;
}

const SCHEMA = 2;
// The registry serves packuments with max-age=300, and npm resolves from them for so long.
export const PACKUMENT_AGE_MS = 300_000;

/** `key` is everything that decides the tree. Offline, age does not matter. */
export function treeCache(cacheDir: string, key: unknown, offline: boolean): TreeCache {
  const file = freshFile(path.join(cacheDir, 'trees'), [SCHEMA, key]);
  const readUpTo = async (ageMs: number): Promise<TreeCacheEntry | undefined> => {
    const entry = await file.read(ageMs);
    return isEntry(entry) ? entry : undefined;
  };
  return {
    read: () => readUpTo(offline ? Infinity : PACKUMENT_AGE_MS),
    readOld: () => readUpTo(Infinity),
    write: (entry) => file.write(entry),
  };
}

function isEntry(value: unknown): value is TreeCacheEntry {
  if (!isDict(value) || !isDict(value['packuments'])) return false;
  return typeof value['lock'] === 'string' && isDict(value['tree']);
}
