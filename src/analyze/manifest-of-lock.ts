// The project's manifest as a lockfile knows it, for lockfiles that stand alone.
import type { LockfileFact, Manifest } from '../types.ts';
import { isDict, toManifest } from './manifest.ts';

export function manifestOfLock(lock: LockfileFact): Manifest {
  if (lock.manifest) return lock.manifest;
  const raw = isDict(lock.raw) ? lock.raw : {};
  const packages = isDict(raw['packages']) ? raw['packages'] : {};
  if (isDict(packages[''])) return toManifest({ ...raw, ...packages[''] });
  // Version 1 does not say which are direct; every top-level entry may be.
  const top = isDict(raw['dependencies']) ? raw['dependencies'] : {};
  const dependencies = Object.fromEntries(
    Object.keys(top).map((name) => {
      const entry = top[name];
      return [name, isDict(entry) && typeof entry['version'] === 'string' ? entry['version'] : '*'];
    }),
  );
  return toManifest({ name: raw['name'], version: raw['version'], dependencies });
}
