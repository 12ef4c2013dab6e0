// The one place that talks to pacote: packuments, manifests and tarballs, never extracting and never running anything.
import { setMaxListeners } from 'node:events';
import pacote from 'pacote';
import npa from 'npm-package-arg';
import path from 'node:path';
import { isDict } from '../analyze/manifest.ts';
import { VetError } from '../errors.ts';
import type { NpmOptions } from './npm-config.ts';
import { Packuments } from './packuments.ts';
import { registryError } from './registry-error.ts';
import { until } from './until.ts';

export interface PacoteOptions {
  npm: NpmOptions;
  cacheDir: string;
  offline: boolean;
  /** What the registry has answered already, and will. */
  packuments?: Packuments;
  /** Ends requests that are under way. */
  signal?: AbortSignal;
}

// A server that drips bytes never trips the library's timeout, which starts anew with each.
const TARBALL_DEADLINE_MS = 180_000;

/** The options every call gets: npm's connection settings, our cache, no scripts, registry specs only. */
export function pacoteOptions(options: PacoteOptions): Record<string, unknown> {
  return {
    ...options.npm,
    cache: path.join(options.cacheDir, '_cacache'),
    offline: options.offline,
    preferOffline: false,
    ignoreScripts: true,
    fullMetadata: true,
    // One request for the packument and the manifest picked from it.
    packumentCache: options.packuments ?? new Packuments(),
    allowGit: 'none',
    allowRemote: 'none',
    allowFile: 'none',
    allowDirectory: 'none',
    defaultTag: 'latest',
    ...(options.signal ? { signal: shared(options.signal) } : {}),
  };
}

/** Every request of a run listens to the one signal; that many listeners are no leak. */
function shared(signal: AbortSignal): AbortSignal {
  setMaxListeners(0, signal);
  return signal;
}

/** The raw packument, its shape untested. Throws a VetError. */
export async function fetchPackument(
  name: string,
  options: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  try {
    const raw: unknown = await until(
      options['signal'],
      pacote.packument(registrySpec(name), options),
    );
    if (isDict(raw) && isDict(raw['versions'])) return raw;
  } catch (error) {
    throw registryError(error, name);
  }
  throw new VetError('malformed', `The registry's answer for ${name} is not a packument.`, {
    hint: 'The registry or a proxy in between is broken; try another with --registry.',
  });
}

/**
 * The same, raw and as it comes; whoever else asks for it with the same packument cache waits for the one
 * request. Rejects with what pacote says.
 */
export function fetchAhead(name: string, options: Record<string, unknown>): Promise<unknown> {
  const cache = options['packumentCache'] as Map<string, unknown>;
  let asked: string | undefined;
  const watched = {
    has(key: string) {
      asked = key;
      return cache.has(key);
    },
    get: (key: string) => cache.get(key),
    set: (key: string, value: unknown) => void cache.set(key, value),
    delete: (key: string) => cache.delete(key),
  };
  const packument: Promise<unknown> = pacote.packument(registrySpec(name), {
    ...options,
    // npm's resolver asks for the full form, whatever it is told.
    fullMetadata: true,
    packumentCache: watched as unknown as Map<string, pacote.Packument>,
  });
  // A promise there is as good as its value, to pacote too.
  if (asked !== undefined && !cache.has(asked)) cache.set(asked, packument);
  return packument;
}

/** The manifest that npm would pick for a registry spec (`name@range`), raw. Throws a VetError. */
export async function fetchManifest(
  spec: string,
  options: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  try {
    const raw: unknown = await until(
      options['signal'],
      pacote.manifest(registrySpec(spec), options),
    );
    if (isDict(raw)) return raw;
  } catch (error) {
    throw registryError(error, spec);
  }
  throw new VetError('malformed', `The registry's answer for ${spec} is not a manifest.`);
}

/**
 * Streams a registry tarball through `read`; pacote checks the integrity while it flows and the
 * promise rejects on a mismatch. `integrity` pins what must come.
 */
export async function streamTarball<T>(
  spec: string,
  integrity: string | null,
  options: Record<string, unknown>,
  read: (stream: NodeJS.ReadableStream) => Promise<T>,
): Promise<T> {
  const deadline = AbortSignal.timeout(TARBALL_DEADLINE_MS);
  const outer = options['signal'];
  const signal = outer instanceof AbortSignal ? AbortSignal.any([outer, deadline]) : deadline;
  const pinned = { ...options, signal, ...(integrity === null ? {} : { integrity }) };
  return until(signal, pacote.tarball.stream(registrySpec(spec), read, pinned) as Promise<T>);
}

export interface RegistryKey {
  keyid: string;
  /** PEM, public. */
  pemkey: string;
  /** ISO date, or null. */
  expires: string | null;
}

/**
 * Lets pacote verify what the registry states about one exact version. Throws its own errors
 * (EINTEGRITYSIGNATURE, EATTESTATIONSUBJECT, EATTESTATIONVERIFY, EMISSINGSIGNATUREKEY, ...).
 */
export async function verifyManifest(
  spec: string,
  what: 'signatures' | 'attestations',
  input: { registry: string; keys: RegistryKey[]; cacheDir: string },
  options: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const { host, pathname } = new URL(input.registry);
  const raw: unknown = await pacote.manifest(registrySpec(spec), {
    ...options,
    // pacote looks the keys up by exactly this spelling, trailing slash included.
    [`//${host}${pathname}:_keys`]: input.keys,
    verifySignatures: what === 'signatures',
    verifyAttestations: what === 'attestations',
    tufCache: path.join(input.cacheDir, 'tuf'),
  } as never);
  return isDict(raw) ? raw : {};
}

/** A spec that could be read from a path, a URL or git is refused: only the registry is asked. */
function registrySpec(spec: string): string {
  const parsed = npa(spec);
  if (parsed.registry) return spec;
  throw new VetError('unsupported-target', `${spec} is not a registry spec.`);
}
