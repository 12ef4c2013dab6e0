// What all targets of one run share: options, npm's configuration, the clock, the caches.
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { createNameChecker, defaultKnownNames, type NameChecker } from '../analyze/names/index.ts';
import { createListing, type Listing } from '../analyze/names/listed.ts';
import { allRuleTexts } from '../checks/index.ts';
import type { Endpoints } from '../collect/endpoints.ts';
import { loadKnownGood } from '../collect/known-good.ts';
import { readCopy } from '../collect/mcp-registry-copy.ts';
import { defaultRegistry, readNpmConfig, type NpmOptions } from '../collect/npm-config.ts';
import { pacoteOptions } from '../collect/pacote.ts';
import { VetError } from '../errors.ts';
import { rulesDigest } from '../rule-data.ts';
import { readUserConfig, type UserConfig } from '../targets/user-config.ts';
import type { Gate, KnownName } from '../types.ts';

/** Everything a caller may set; each has the meaning of the command-line option of its name. */
export interface VetOptions {
  gate?: Gate;
  sandbox?: boolean;
  offline?: boolean;
  registry?: string;
  lockfile?: string;
  advisories?: string[];
  knownGood?: string[];
  config?: string;
  own?: string[];
  cache?: string;
  now?: string;
  writeLock?: string;
  /** `NAME` or `NAME=VALUE`, for the sandboxed server. */
  env?: string[];
  /** What stands after `--`, for the sandboxed server. */
  args?: string[];
  repo?: string;
  trustProject?: boolean;
  /** Where names are public; npm's default registry unless a test says otherwise. */
  publicRegistry?: string;
  /** Where code hosts, the MCP registry and download counts are asked; their own addresses by default. */
  endpoints?: Endpoints;
  cwd?: string;
  environment?: Record<string, string | undefined>;
  onProgress?: (target: string, doing: string) => void;
  /** One line that a person should see before the report (a file that was not used, what will run). */
  onNotice?: (text: string) => void;
  /** Vet what this machine's client configurations start. */
  discover?: boolean;
  signal?: AbortSignal;
}

export interface Session {
  options: VetOptions;
  now: string;
  cwd: string;
  npm: NpmOptions;
  pacote: Record<string, unknown>;
  /** Hosts whose tarballs are the registry's own: the configured ones and npm's default. */
  registryHosts: Set<string>;
  cacheDir: string;
  databaseDir: string;
  known: KnownName[];
  names: NameChecker;
  /** The MCP registry's list as `db update` copied it, read once; null without a usable copy. */
  listing: () => Promise<Listing | null>;
  rulesDigest: string;
  config: UserConfig;
}

export async function openSession(options: VetOptions): Promise<Session> {
  const cwd = options.cwd ?? process.cwd();
  const environment = options.environment ?? process.env;
  const ruleIds = allRuleTexts().map((rule) => rule.id);
  const { config, ignoredProjectFile: ignoredConfig } = await readUserConfig({
    cwd,
    env: environment,
    trustProject: options.trustProject === true,
    ruleIds,
    ...(options.config === undefined ? {} : { file: options.config }),
  });
  const { options: npm, ignoredProjectFile } = await readNpmConfig({
    cwd,
    env: environment,
    trustProject: options.trustProject === true,
    ...(options.registry === undefined ? {} : { registry: options.registry }),
  });
  if (ignoredProjectFile) {
    options.onNotice?.('The .npmrc of this folder was not used; --trust-project would use it.');
  }
  if (ignoredConfig) {
    options.onNotice?.(
      `The configuration in ${ignoredConfig} of this folder was not used; --config or --trust-project would use it.`,
    );
  }
  for (const [scope, url] of Object.entries(config.registries)) npm[`${scope}:registry`] = url;
  const cacheDir = cacheDirOf(options.cache, environment);
  await mkdir(cacheDir, { recursive: true });
  const lists = [...(options.knownGood ?? []), ...config.knownGood];
  const extra = await Promise.all(lists.map((file) => loadKnownGood(path.resolve(cwd, file))));
  const known = [...defaultKnownNames(), ...extra.flat()];
  return {
    options,
    now: nowOf(options.now),
    cwd,
    npm,
    pacote: pacoteOptions({
      npm,
      cacheDir,
      offline: options.offline === true,
      ...(options.signal ? { signal: options.signal } : {}),
    }),
    registryHosts: hostsOf(npm),
    cacheDir,
    databaseDir: databaseDirOf(cacheDir),
    known,
    names: createNameChecker({ known }),
    listing: once(async () => {
      const copy = await readCopy(databaseDirOf(cacheDir));
      return 'list' in copy ? createListing(copy.list) : null;
    }),
    rulesDigest: rulesDigest(ruleIds),
    config,
  };
}

export function databaseDirOf(cacheDir: string): string {
  return path.join(cacheDir, 'advisories');
}

/** Where caches and the advisory database live: `--cache`, else the user's cache folder. */
export function cacheDirOf(
  cache: string | undefined,
  environment: Record<string, string | undefined>,
): string {
  if (cache !== undefined) return path.resolve(cache);
  const base =
    environment['XDG_CACHE_HOME'] || path.join(environment['HOME'] || homedir(), '.cache');
  return path.join(base, 'mcp-vet');
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function nowOf(text: string | undefined): string {
  if (text === undefined) return new Date().toISOString();
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new VetError('usage', '--now needs a date.', { hint: 'For example: --now 2026-11-20' });
}

function hostsOf(npm: NpmOptions): Set<string> {
  const urls = [defaultRegistry(), npm.registry];
  for (const [key, value] of Object.entries(npm)) {
    if (key.endsWith(':registry')) urls.push(String(value));
  }
  return new Set(urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).host));
}
