// A lockfile as it was written -> what is wrong with it. Lockfiles that npm itself writes have nothing.
import ssri from 'ssri';
import type { ConfusionHit, LockfileFact } from '../types.ts';
import { lockEntries, type LockEntry } from './lock-entries.ts';
import { dictOfStrings, isDict } from './manifest.ts';

export interface LockfilePolicy {
  /** Hosts of the configured registries and npm's default: the same thing behind a mirror. */
  registryHosts: ReadonlySet<string>;
  /** Those of them that are configured without TLS. */
  plainHosts: ReadonlySet<string>;
}
type Found = Omit<ConfusionHit, 'node' | 'name' | 'location'>;

const MAX_HITS_A_RULE = 50;

export function auditLockfile(lock: LockfileFact, policy: LockfilePolicy): ConfusionHit[] {
  const entries = lockEntries(lock.raw);
  const hits = entries.flatMap((entry) =>
    [...entryHits(entry, policy)].map((found) => ({
      ...found,
      node: entry.id,
      name: entry.name,
      location: `${fileName(lock)}#/packages/${entry.id}`,
    })),
  );
  const all = [...hits, ...sharedHashes(entries, lock), ...manifestHits(lock)];
  const counts = new Map<string, number>();
  return all.filter((hit) => {
    const count = (counts.get(hit.ruleId) ?? 0) + 1;
    counts.set(hit.ruleId, count);
    return count <= MAX_HITS_A_RULE;
  });
}

function* entryHits(entry: LockEntry, policy: LockfilePolicy): Generator<Found> {
  if (entry.isLink) return;
  yield* urlHits(entry, policy);
  const isRegistry = !/^(git|file:|github:)/.test(entry.resolved);
  if (isRegistry && !entry.isBundled) yield* integrityHits(entry);
}

function* integrityHits({ name, integrity }: LockEntry): Generator<Found> {
  if (integrity === '') {
    yield found('missing-integrity', 'moderate', `${name} has no integrity in the lockfile`);
    return;
  }
  // Strict parsing keeps only hashes that npm still trusts, of the right length.
  const strong = ssri.parse(integrity, { strict: true });
  if (strong && Object.keys(strong).length > 0) return;
  const isSha1 = /^sha1-[A-Za-z0-9+/]{27}=$/.test(integrity);
  if (isSha1) yield found('weak-integrity', 'low', `${name} is locked by SHA-1 only`);
  else yield found('malformed-integrity', 'moderate', `${name} has a malformed integrity`);
}

function* urlHits(entry: LockEntry, policy: LockfilePolicy): Generator<Found> {
  const { name, resolved } = entry;
  if (resolved === '' || resolved.startsWith('file:')) return;
  if (/^(git|github:)/.test(resolved)) {
    const isPinned = /#[0-9a-f]{40}$/.test(resolved);
    const how = isPinned ? 'a git commit' : 'a git reference that can move';
    yield found('git-dependency', isPinned ? 'low' : 'moderate', `${name} is locked to ${how}`);
    return;
  }
  if (!URL.canParse(resolved)) {
    yield found('malformed-resolved', 'moderate', `${name} has a resolved field that is no URL`);
    return;
  }
  const url = new URL(resolved);
  if (url.username !== '' || url.password !== '') {
    yield found(
      'credentials-in-lockfile',
      'moderate',
      `${name} is resolved by a URL with credentials`,
    );
  }
  const isOurs = policy.registryHosts.has(url.host);
  if (!isOurs) {
    yield found(
      'foreign-resolved-host',
      'high',
      `${name} is resolved from a host that is none of your registries`,
    );
  }
  const isMeant = policy.plainHosts.has(url.host) || isLoopback(url.hostname);
  if (url.protocol !== 'https:' && !isMeant) {
    yield found('insecure-resolved-url', 'moderate', `${name} is resolved without TLS`);
  }
  if (isOurs) yield* tarballHits(entry, url);
}

function* tarballHits({ name, version }: LockEntry, url: URL): Generator<Found> {
  const tarball = registryTarball(url.href);
  if (!tarball) return;
  if (tarball.name !== name) {
    yield found(
      'resolved-mismatch',
      'high',
      `${name} is resolved by the tarball of another package`,
    );
  } else if (version !== '' && !['', version.split('+')[0]].includes(tarball.version)) {
    yield found(
      'resolved-mismatch',
      'high',
      `${name}@${version} is resolved by the tarball of another version`,
    );
  }
}

/** A registry's tarball lies at /<name>/-/<base>-<version>.tgz; null for other layouts. Version '' if it is not told. */
export function registryTarball(url: string): { name: string; version: string } | null {
  const path = URL.canParse(url) ? safeDecode(new URL(url).pathname) : '';
  const match = /\/((?:@[^/]+\/)?[^/]+)\/-\/(?:@[^/]+\/)?([^/]+)\.tgz$/.exec(path);
  if (!match) return null;
  const [, name = '', file = ''] = match;
  const base = name.replace(/^@[^/]+\//, '');
  return { name, version: file.startsWith(`${base}-`) ? file.slice(base.length + 1) : '' };
}

function sharedHashes(entries: LockEntry[], lock: LockfileFact): ConfusionHit[] {
  const owners = new Map<string, LockEntry>();
  const hits: ConfusionHit[] = [];
  for (const entry of entries) {
    if (entry.integrity === '') continue;
    const first = owners.get(entry.integrity);
    if (!first) owners.set(entry.integrity, entry);
    else if (first.name !== entry.name) {
      hits.push({
        ...found(
          'shared-integrity',
          'high',
          `${entry.name} and ${first.name} are locked to the same content`,
        ),
        node: entry.id,
        name: entry.name,
        location: `${fileName(lock)}#/packages/${entry.id}`,
      });
    }
  }
  return hits;
}

function manifestHits(lock: LockfileFact): ConfusionHit[] {
  const packages = isDict(lock.raw) && isDict(lock.raw['packages']) ? lock.raw['packages'] : {};
  const root = packages[''];
  if (!lock.manifest || !isDict(root)) return [];
  const { manifest } = lock;
  // npm reads what stands in both as optional, and locks it so.
  const isOptional = (name: string) => Object.hasOwn(manifest.optionalDependencies, name);
  return (['dependencies', 'optionalDependencies'] as const).flatMap((field) => {
    const both = field === 'dependencies' ? isOptional : () => false;
    const locked = without(dictOfStrings(root[field]), both);
    const declared = without(manifest[field], both);
    const names = [...new Set([...Object.keys(locked), ...Object.keys(declared)])].sort();
    return names
      .filter((name) => locked[name] !== declared[name])
      .map((name) => ({
        ...found(
          'lock-manifest-mismatch',
          'moderate',
          `${name} is declared as ${shown(declared[name])} and locked as ${shown(locked[name])}`,
        ),
        node: '',
        name,
        location: `package.json#/${field}/${name}`,
      }));
  });
}

function without(
  dict: Record<string, string>,
  isLeftOut: (name: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(Object.entries(dict).filter(([name]) => !isLeftOut(name)));
}

function shown(spec: string | undefined): string {
  if (spec === undefined) return 'nothing';
  return /^[\w.^~<>=|* -]{1,60}$/.test(spec) ? `"${spec}"` : 'another spec';
}

function found(ruleId: string, severity: Found['severity'], message: string): Found {
  return { ruleId, severity, confidence: 'high', message };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '127.0.0.1' || host === '[::1]';
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function fileName(lock: LockfileFact): string {
  return lock.file.slice(Math.max(lock.file.lastIndexOf('/'), lock.file.lastIndexOf('\\')) + 1);
}
