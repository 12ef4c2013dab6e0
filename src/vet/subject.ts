// A target -> the subject of one report: its manifest, its packument, and the root of its tree.
import path from 'node:path';
import semver from 'semver';
import { manifestOfLock } from '../analyze/manifest-of-lock.ts';
import { isDict, toManifest } from '../analyze/manifest.ts';
import { editDistance } from '../analyze/names/distance.ts';
import { toPackumentFact, toReleasesFact } from '../analyze/packument.ts';
import type { TreeInput } from '../collect/arborist.ts';
import { fetchManifest, fetchPackument } from '../collect/pacote.ts';
import { readTarballFile } from '../collect/tarball-file.ts';
import { VetError } from '../errors.ts';
import { readJson, readLockfile } from '../targets/lockfile.ts';
import type { Target } from '../targets/parse.ts';
import type {
  Fact,
  LockfileFact,
  Manifest,
  PackumentFact,
  ReleasesFact,
  RequestFact,
  Subject,
} from '../types.ts';
import type { Start } from './jobs.ts';
import type { Session } from './session.ts';
import { registryOf } from './settings.ts';

export interface ResolvedSubject {
  subject: Subject;
  manifest: Manifest;
  request: RequestFact;
  packument: Fact<PackumentFact>;
  releases: Fact<ReleasesFact>;
  lockfile: Fact<LockfileFact>;
  root: TreeInput['root'];
  files: { kind: 'registry'; tarball?: string } | { kind: 'folder' | 'tarball'; path: string };
  /** How a client configuration starts it. */
  start?: Start;
}

// Far enough for a dropped scope; only the order of suggestions depends on it.
const MAX_TYPO = 40;
const MAX_SLIP = 3;
const UNPUBLISHED: { known: false; reason: string } = {
  known: false,
  reason: 'not a published package',
};

export async function resolveSubject(target: Target, session: Session): Promise<ResolvedSubject> {
  if (target.kind === 'package') return fromRegistry(target, session);
  if (target.kind === 'lockfile') return fromLockfile(target.path, target.request);
  if (target.kind === 'tarball') return fromTarball(target.path, target.request);
  if (target.kind === 'folder') return fromFolder(target.path, target.request, session);
  throw new VetError('internal', 'a client configuration is not one subject');
}

async function fromRegistry(
  target: Extract<Target, { kind: 'package' }>,
  session: Session,
): Promise<ResolvedSubject> {
  const { name } = target;
  const packument = await fetchPackument(name, session.pacote).catch((error: unknown) => {
    throw withSuggestion(error, name, session);
  });
  const raw = await fetchManifest(target.spec, session.pacote);
  const manifest = toManifest(raw);
  const version = manifest.version ?? '';
  const dist = raw['dist'];
  const tarball = tarballOf(name, dist, session);
  const integrity = integrityOf(dist) ?? integrityOf({ integrity: raw['_integrity'] });
  return {
    subject: {
      name,
      version,
      purl: purlOf(name, version),
      integrity,
      source: 'registry',
      requested: target.request.spec,
    },
    manifest,
    request: target.request,
    packument: {
      known: true,
      value: toPackumentFact(packument, registryOf(name, session)),
      from: 'registry',
      asOf: session.now,
    },
    releases: toReleasesFact(packument),
    lockfile: { known: false, reason: 'no lockfile was given' },
    root: { kind: 'package', name, version },
    files: { kind: 'registry', tarball },
  };
}

/** Tarballs come from the configured registries only; wherever else a manifest points is never asked. */
function tarballOf(name: string, dist: unknown, session: Session): string {
  const url = isDict(dist) ? String(dist['tarball']) : '';
  if (URL.canParse(url) && session.registryHosts.has(new URL(url).host)) return url;
  throw new VetError(
    'unsupported-target',
    `The registry names a tarball of ${name} that lies on none of your registries; it was not fetched.`,
    {
      hint: 'Find out why. If that host is your registry’s own, map the scope to it in your user .npmrc.',
    },
  );
}

function isName(name: string | undefined): name is string {
  return name !== undefined && /^(@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]{0,213}$/.test(name);
}

/** A typed typo is the first thing people do: a missing name that resembles a known one says so. */
function withSuggestion(error: unknown, name: string, session: Session): unknown {
  if (!(error instanceof VetError) || error.code !== 'not-found') return error;
  const likely = session.names.check(name).matches.map(({ target }) => target);
  const [best] = byDistance(name, likely, MAX_TYPO).concat(
    byDistance(name, siblingsOf(name, session), MAX_SLIP),
  );
  if (!best) return error;
  return new VetError('not-found', `${error.message} Did you mean ${best.target}?`, {
    hint: `Vet ${best.target} if that is what you meant. A name that does not exist can be claimed by anyone tomorrow.`,
    cause: error,
  });
}

/** Known names of the same scope: the name check says nothing about a typo inside a scope's own names. */
function siblingsOf(name: string, session: Session): string[] {
  const scope = name.startsWith('@') ? name.slice(0, name.indexOf('/') + 1) : '';
  if (scope === '') return [];
  return session.known.map((entry) => entry.name).filter((known) => known.startsWith(scope));
}

function byDistance(
  name: string,
  targets: readonly string[],
  limit: number,
): { target: string; distance: number }[] {
  return targets
    .map((target) => ({ target, distance: editDistance(name, target, limit) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || (a.target < b.target ? -1 : 1));
}

async function fromLockfile(file: string, request: RequestFact): Promise<ResolvedSubject> {
  const lockfile = await readLockfile(file);
  const manifest = manifestOfLock(lockfile);
  return {
    ...unpublished(manifest, request, 'lockfile', null),
    lockfile: { known: true, value: lockfile },
    root: { kind: 'project', ...named(manifest), manifest, lockfile },
    files: { kind: 'folder', path: path.dirname(file) },
  };
}

async function fromTarball(file: string, request: RequestFact): Promise<ResolvedSubject> {
  const { manifest: raw, integrity } = await readTarballFile(file);
  const manifest = toManifest(raw);
  return {
    ...unpublished(manifest, request, 'tarball', integrity),
    lockfile: { known: false, reason: 'no lockfile was given' },
    root: { kind: 'project', ...named(manifest), manifest },
    files: { kind: 'tarball', path: file },
  };
}

async function fromFolder(
  folder: string,
  request: RequestFact,
  session: Session,
): Promise<ResolvedSubject> {
  const raw = await readJson(path.join(folder, 'package.json')).catch((cause: unknown) => {
    if (cause instanceof VetError && cause.code !== 'unreadable') throw cause;
    throw new VetError('unreadable', `${path.basename(folder)} has no package.json.`, {
      hint: 'Give the folder of an npm package.',
      cause,
    });
  });
  const manifest = toManifest(raw);
  const lock = await folderLock(folder, session);
  return {
    ...unpublished(manifest, request, 'folder', null),
    lockfile: lock
      ? { known: true, value: lock }
      : { known: false, reason: 'the folder has no npm lockfile' },
    root: { kind: 'project', ...named(manifest), manifest, ...(lock ? { lockfile: lock } : {}) },
    files: { kind: 'folder', path: folder },
  };
}

async function folderLock(folder: string, session: Session): Promise<LockfileFact | undefined> {
  if (session.options.lockfile !== undefined) {
    return readLockfile(path.resolve(session.cwd, session.options.lockfile));
  }
  for (const name of ['npm-shrinkwrap.json', 'package-lock.json']) {
    const lock = await readLockfile(path.join(folder, name)).catch((error: unknown) => {
      if (error instanceof VetError && error.code === 'unreadable') return undefined;
      throw error;
    });
    if (lock) return lock;
  }
  return undefined;
}

function unpublished(
  manifest: Manifest,
  request: RequestFact,
  source: Subject['source'],
  integrity: string | null,
): Pick<ResolvedSubject, 'subject' | 'manifest' | 'request' | 'packument' | 'releases'> {
  const { name, version } = named(manifest);
  return {
    subject: { name, version, purl: '', integrity, source, requested: request.spec },
    manifest,
    request,
    packument: UNPUBLISHED,
    releases: UNPUBLISHED,
  };
}

/** What stands in the package.json of a folder may be anything at all. */
function named(manifest: Manifest): { name: string; version: string } {
  const name = isName(manifest.name) ? manifest.name : '(unnamed project)';
  return { name, version: semver.valid(manifest.version) ?? '0.0.0' };
}

function integrityOf(dist: unknown): string | null {
  if (typeof dist !== 'object' || dist === null) return null;
  const { integrity } = dist as { integrity?: unknown };
  return typeof integrity === 'string' ? integrity : null;
}

function purlOf(name: string, version: string): string {
  const [scope, base] = name.startsWith('@') ? name.split('/') : [undefined, name];
  const path_ = scope ? `${encodeURIComponent(scope)}/${base ?? ''}` : name;
  return `pkg:npm/${path_}@${encodeURIComponent(version)}`;
}
