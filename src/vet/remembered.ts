// Reports of the last minutes: the same question to the same rules is answered from them.
import { statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDict } from '../analyze/manifest.ts';
import { freshFile, removeOlder } from '../collect/fresh-file.ts';
import { defaultRegistry } from '../collect/npm-config.ts';
import { PACKUMENT_AGE_MS } from '../collect/tree-cache.ts';
import { rulesStamp } from '../rule-data.ts';
import type { Report } from '../types.ts';
import type { Job } from './jobs.ts';
import { registryOf, type Settings } from './settings.ts';

export interface Remembered {
  report: Report;
  rulesDigest: string;
}
export interface Memory {
  read(job: Job): Promise<Remembered | undefined>;
  write(job: Job, remembered: Remembered): Promise<void>;
}

const SCHEMA = 1;

/** `toolVersion` and the files of the tool are part of every question. */
export async function openMemory(settings: Settings, toolVersion: string): Promise<Memory> {
  const folder = path.join(settings.cacheDir, 'reports');
  const shared = await sharedKey(settings, toolVersion);
  const fileOf = (job: Job) => freshFile(folder, [SCHEMA, shared, job]);
  return {
    async read(job) {
      if (!isRepeatable(job, settings)) return undefined;
      const entry = await fileOf(job).read(PACKUMENT_AGE_MS);
      return isRemembered(entry) ? entry : undefined;
    },
    async write(job, remembered) {
      if (!isRepeatable(job, settings)) return;
      await removeOlder(folder, PACKUMENT_AGE_MS);
      await fileOf(job).write(remembered);
    },
  };
}

/**
 * Packages of the public registry only, which says of its answers for how long they are good. Files on
 * this disk, other registries and what a run in the sandbox does are looked at each time.
 */
function isRepeatable({ target }: Job, settings: Settings): boolean {
  const { options, config } = settings;
  const publicRegistry = options.publicRegistry ?? defaultRegistry();
  if (target.kind !== 'package' || registryOf(target.name, settings) !== publicRegistry)
    return false;
  const { sandbox, offline, repo, lockfile, writeLock, advisories = [] } = options;
  const isLocal = [repo, lockfile, writeLock].some((given) => given !== undefined);
  const hasOwnAdvisories = advisories.length > 0 || config.advisories.length > 0;
  return sandbox !== true && offline !== true && !isLocal && !hasOwnAdvisories;
}

/** Everything besides the target that decides a report. */
async function sharedKey(settings: Settings, toolVersion: string): Promise<unknown> {
  const { options, npm, config, ownKnown, databaseDir } = settings;
  const registries = Object.entries(npm)
    .filter(([key]) => key.endsWith('registry'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const { own = [], now, publicRegistry, endpoints } = options;
  return [
    [toolVersion, buildStamp(), rulesStamp(), process.platform, process.arch],
    [registries, config, ownKnown, own, now, publicRegistry, endpoints],
    await stampOf(databaseDir),
  ];
}

/** Whoever builds the tool from its sources gets nothing of the build before. */
export function buildStamp(): number[] {
  const { mtimeMs, size } = statSync(fileURLToPath(import.meta.url));
  return [mtimeMs, size];
}

/** Another database, another answer. */
async function stampOf(folder: string): Promise<unknown> {
  const names = await readdir(folder).catch(() => []);
  return Promise.all(
    names.sort().map(async (name) => {
      const found = await stat(path.join(folder, name)).catch(() => null);
      return [name, found?.mtimeMs, found?.size];
    }),
  );
}

function isRemembered(value: unknown): value is Remembered {
  if (!isDict(value) || typeof value['rulesDigest'] !== 'string') return false;
  return isDict(value['report']) && isDict(value['report']['subject']);
}
