// Registry, scopes, tokens, proxies and certificates, from the user's and global .npmrc as npm reads them.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isDict } from '../analyze/manifest.ts';
import { VetError } from '../errors.ts';

/** What pacote, arborist and npm-registry-fetch are given. Nothing in here can start a program. */
export interface NpmOptions {
  registry: string;
  [key: string]: unknown;
}

export interface NpmConfigInput {
  cwd: string;
  env: Record<string, string | undefined>;
  /** `--registry`. */
  registry?: string;
  /** `--trust-project`: also registries (and literal credentials) of the .npmrc in `cwd`. */
  trustProject: boolean;
}

export interface NpmConfigResult {
  options: NpmOptions;
  /** A .npmrc in the working directory that was not used. */
  ignoredProjectFile?: string;
}

/** npm's reader, as far as it is used here; the package has no types. */
interface NpmConfigReader {
  load(): Promise<void>;
  flat: Record<string, unknown>;
  get(key: string): unknown;
}
type NpmConfigConstructor = new (options: Record<string, unknown>) => NpmConfigReader;

// Connection settings only: `git`, `script-shell`, `node-options` and the like never pass.
const CONNECTION_KEYS = [
  'registry',
  'ca',
  'cert',
  'key',
  'proxy',
  'httpsProxy',
  'noProxy',
  'strictSSL',
  'localAddress',
  'maxSockets',
  'fetchRetryFactor',
  'alwaysAuth',
];
const PROJECT_KEY = /^(registry|@[^:]+:registry|\/\/.+:(_authToken|_auth|username|_password))$/;

/** Reads the configuration. Throws a VetError of code `config` when npm's own reader cannot. */
export async function readNpmConfig(input: NpmConfigInput): Promise<NpmConfigResult> {
  const flat = await readFlat(input);
  const options: NpmOptions = { registry: String(flat['registry']) };
  for (const [key, value] of Object.entries(flat)) {
    if (CONNECTION_KEYS.includes(key) || key.startsWith('//') || /^@.*:registry$/.test(key)) {
      if (value !== null && value !== undefined) options[key] = value;
    }
  }
  const projectFile = path.join(input.cwd, '.npmrc');
  const project = await readProject(projectFile, String(flat['userconfig'] ?? ''));
  if (input.trustProject) Object.assign(options, project);
  if (input.registry !== undefined) options.registry = checkedRegistry(input.registry);
  // Bounded: one slow registry costs seconds, not npm's five minutes.
  const bounds = { fetchRetries: 1, fetchRetryMintimeout: 500, fetchRetryMaxtimeout: 3000 };
  Object.assign(options, bounds, { timeout: 30_000, ignoreScripts: true, userAgent: 'mcp-vet' });
  const isIgnored = project !== null && Object.keys(project).length > 0 && !input.trustProject;
  return { options, ...(isIgnored ? { ignoredProjectFile: projectFile } : {}) };
}

/** npm's own default registry, as its libraries state it. */
export function defaultRegistry(): string {
  const require = createRequire(import.meta.url);
  const words: unknown = require('@npmcli/config/lib/definitions');
  const defaults = isDict(words) && isDict(words['defaults']) ? words['defaults'] : {};
  return String(defaults['registry']);
}

async function readFlat(input: NpmConfigInput): Promise<Record<string, unknown>> {
  const require = createRequire(import.meta.url);
  const Config = require('@npmcli/config') as NpmConfigConstructor;
  const words = require('@npmcli/config/lib/definitions') as Record<string, unknown>;
  const config = new Config({
    definitions: words['definitions'],
    shorthands: words['shorthands'],
    flatten: words['flatten'],
    nerfDarts: words['nerfDarts'],
    npmPath: path.dirname(require.resolve('@npmcli/config/package.json')),
    // In global mode npm's reader skips the project's .npmrc: what is vetted must not steer us.
    argv: ['node', 'npm', '--location=global'],
    // The reader exports its findings into env, hence a copy.
    env: Object.fromEntries(Object.entries(input.env).filter(([, value]) => value !== undefined)),
    cwd: input.cwd,
    warn: false,
  });
  try {
    await config.load();
    return { ...config.flat, userconfig: config.get('userconfig') };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new VetError('config', `npm's configuration could not be read: ${message}`, {
      hint: 'Check the user and global .npmrc with: npm config ls -l',
      cause,
    });
  }
}

/** Registries and literal credentials of a project's .npmrc; null if there is none. */
async function readProject(file: string, userFile: string): Promise<Record<string, string> | null> {
  if (path.resolve(file) === path.resolve(userFile)) return null;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return null;
  }
  const found: Record<string, string> = {};
  for (const line of text.slice(0, 65_536).split(/\r?\n/)) {
    const at = line.indexOf('=');
    if (at < 1) continue;
    const key = line.slice(0, at).trim();
    const value = line.slice(at + 1).trim();
    // ${ENV} would send the user's secrets where the project says.
    if (PROJECT_KEY.test(key) && !value.includes('${')) found[key] = value;
  }
  return found;
}

function checkedRegistry(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && (url.protocol === 'https:' || url.protocol === 'http:')) return url.href;
  throw new VetError('usage', '--registry needs an http or https URL.', {
    hint: 'For example: --registry https://registry.example/',
  });
}
