// Keeps what a tarball told, by its integrity and the rules: a shared dependency is looked into once.
import cacache from 'cacache';
import { mkdir, utimes } from 'node:fs/promises';
import path from 'node:path';
import { once } from '../../analyze/source/once.ts';
import type { PackageAnalysis } from '../../types.ts';
import { KEPT_MS, removeOlder } from '../fresh-file.ts';

/** Raised whenever PackageAnalysis, or how it is worked out, changes without a change in rules/. */
export const ANALYSIS_SCHEMA = 15;

export interface AnalysisCache {
  get: (key: AnalysisKey) => Promise<PackageAnalysis | null>;
  put: (key: AnalysisKey, json: string) => Promise<void>;
}
export interface AnalysisKey {
  name: string;
  version: string;
  integrity: string;
  isSubject: boolean;
  isBrief?: boolean;
}

/** `cacheDir` may not exist yet. A cache that cannot be read or written is as good as none. */
export function openCache(cacheDir: string, rulesDigest: string): AnalysisCache {
  // A folder for each version of rules and code: what was learnt with others is never asked for again.
  const root = path.join(cacheDir, 'analysis');
  const dir = path.join(root, `${ANALYSIS_SCHEMA}-${rulesDigest}`);
  const tidy = once(() => keepFresh(root, dir));
  const keyOf = (key: AnalysisKey) =>
    `mcp-vet:${ANALYSIS_SCHEMA}:${rulesDigest}:${kindOf(key)}:${key.name}@${key.version}:${key.integrity}`;
  return {
    async get(key) {
      try {
        const { data } = await cacache.get(dir, keyOf(key));
        return toAnalysis(JSON.parse(data.toString('utf8')), key);
      } catch {
        return null;
      }
    },
    async put(key, json) {
      // A full or read-only disk costs time in the next run, not this one's answer.
      await cacache.put(dir, keyOf(key), json).catch(() => undefined);
      await tidy();
    },
  };
}

/** Marks the folder as used, and removes those that nobody has used for a month. */
async function keepFresh(root: string, dir: string): Promise<void> {
  try {
    const now = new Date();
    await mkdir(dir, { recursive: true });
    await utimes(dir, now, now);
    await removeOlder(root, KEPT_MS);
  } catch {
    // Of a disk that cannot be written, nothing needs to be removed.
  }
}

function kindOf({ isSubject, isBrief }: AnalysisKey): string {
  if (!isSubject) return 'dependency';
  return isBrief === true ? 'brief' : 'subject';
}

/** cacache has checked that the bytes are what was written; the name says that they are the right ones. */
function toAnalysis(value: unknown, key: AnalysisKey): PackageAnalysis | null {
  const analysis = value as Partial<PackageAnalysis> | null;
  const isRight = analysis?.name === key.name && analysis.version === key.version;
  return isRight && analysis.files !== undefined ? (analysis as PackageAnalysis) : null;
}
