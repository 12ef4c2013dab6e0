// What is decided before anything is asked: options, npm's and the user's configuration, the clock, the folders.
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Endpoints } from '../collect/endpoints.ts';
import { loadKnownGood } from '../collect/known-good.ts';
import { readNpmConfig, type NpmOptions } from '../collect/npm-config.ts';
import { VetError } from '../errors.ts';
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
  /** For reading the source of one target with its tree; two minutes by default. What is left is said. */
  sourceBudgetMs?: number;
  /** For resolving the dependencies of one target; two minutes by default. */
  treeBudgetMs?: number;
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

export interface Settings {
  options: VetOptions;
  now: string;
  cwd: string;
  npm: NpmOptions;
  cacheDir: string;
  databaseDir: string;
  /** The user's own lists of known-good packages. */
  ownKnown: KnownName[];
  config: UserConfig;
}

/** Loads little: what a repeated run needs. Throws a VetError. */
export async function openSettings(options: VetOptions): Promise<Settings> {
  const cwd = options.cwd ?? process.cwd();
  const environment = options.environment ?? process.env;
  const where = { cwd, env: environment, trustProject: options.trustProject === true };
  const { config, ignoredProjectFile: ignoredConfig } = await readUserConfig({
    ...where,
    ruleIds: allRuleIds,
    ...(options.config === undefined ? {} : { file: options.config }),
  });
  const { options: npm, ignoredProjectFile } = await readNpmConfig({
    ...where,
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
  const ownKnown = await Promise.all(lists.map((file) => loadKnownGood(path.resolve(cwd, file))));
  return {
    options,
    now: nowOf(options.now),
    cwd,
    npm,
    cacheDir,
    databaseDir: databaseDirOf(cacheDir),
    ownKnown: ownKnown.flat(),
    config,
  };
}

/** Of every rule there is; loads them all. */
export async function allRuleIds(): Promise<string[]> {
  const { allRuleTexts } = await import('../checks/index.ts');
  return allRuleTexts().map((rule) => rule.id);
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

function nowOf(text: string | undefined): string {
  if (text === undefined) return new Date().toISOString();
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new VetError('usage', '--now needs a date.', { hint: 'For example: --now 2026-11-20' });
}

/** Where npm's configuration sends questions about `name`. */
export function registryOf(name: string, { npm }: Pick<Settings, 'npm'>): string {
  const scope = name.startsWith('@') ? name.split('/')[0] : undefined;
  const scoped = scope === undefined ? undefined : npm[`${scope}:registry`];
  return typeof scoped === 'string' ? scoped : npm.registry;
}
