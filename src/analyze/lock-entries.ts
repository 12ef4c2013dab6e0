// The packages of an npm lockfile, in one form for its three versions.
import { dictOfStrings, isDict } from './manifest.ts';

/** One package of a lockfile, whatever its version; '' for what is not stated. */
export interface LockEntry {
  /** Location: `node_modules/a/node_modules/b`. */
  id: string;
  /** The package's own name, as far as the lock says. */
  name: string;
  version: string;
  resolved: string;
  integrity: string;
  isLink: boolean;
  isBundled: boolean;
  isDev: boolean;
  isOptional: boolean;
  hasInstallScript: boolean;
  requires: Record<string, string>;
}

const MAX_ENTRIES = 50_000;

/** Versions 2 and 3 have `packages`; version 1 has a nested `dependencies`. */
export function lockEntries(json: unknown): LockEntry[] {
  const raw = isDict(json) ? json : {};
  if (isDict(raw['packages'])) {
    return Object.entries(raw['packages'])
      .filter(([id]) => id.includes('node_modules/'))
      .slice(0, MAX_ENTRIES)
      .map(([id, value]) => toEntry(id, value));
  }
  const entries: LockEntry[] = [];
  const queue: [string, unknown][] = [['', raw]];
  for (const [prefix, value] of queue) {
    if (!isDict(value) || !isDict(value['dependencies'])) continue;
    for (const [name, child] of Object.entries(value['dependencies'])) {
      if (entries.length >= MAX_ENTRIES) return entries;
      const id = `${prefix}node_modules/${name}`;
      entries.push(toEntry(id, child));
      queue.push([`${id}/`, child]);
    }
  }
  return entries;
}

function toEntry(id: string, value: unknown): LockEntry {
  const from = isDict(value) ? value : {};
  const text = (key: string) => (typeof from[key] === 'string' ? from[key] : '');
  const folder = id.slice(id.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const version = text('version');
  // Version 1 writes git and remote specs into `version`.
  const isSpec = /^(git|https?:|file:|github:)/.test(version);
  return {
    id,
    name: text('name') || aliasTarget(version) || folder,
    version: isSpec ? '' : version,
    resolved: text('resolved') || (isSpec ? version : ''),
    integrity: text('integrity'),
    isLink: from['link'] === true,
    isBundled: from['inBundle'] === true || from['bundled'] === true,
    isDev: from['dev'] === true,
    isOptional: from['optional'] === true,
    hasInstallScript: from['hasInstallScript'] === true,
    requires: requiresOf(from),
  };
}

/** Version 1 nests its packages under `dependencies` and names what they need in `requires`. */
function requiresOf(from: Record<string, unknown>): Record<string, string> {
  if (isDict(from['requires'])) return dictOfStrings(from['requires']);
  const { dependencies, optionalDependencies } = from;
  return { ...dictOfStrings(optionalDependencies), ...dictOfStrings(dependencies) };
}

function aliasTarget(version: string): string {
  return /^npm:(@?[^@]+)@/.exec(version)?.[1] ?? '';
}
