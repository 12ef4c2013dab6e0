// The user's configuration: own packages, thresholds, suppressions. Unknown keys are errors with a suggestion.
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { isDict } from '../analyze/manifest.ts';
import { editDistance } from '../analyze/names/distance.ts';
import { VetError } from '../errors.ts';
import type { Gate, Severity, TrustLevel } from '../types.ts';
import { readJson } from './lockfile.ts';

/** A finding that the user has looked at. All fields are required; there are no path-only suppressions. */
export interface Suppression {
  rule: string;
  /** `name@version`, or the integrity of one tarball. */
  package: string;
  reason: string;
  /** ISO date. */
  expires: string;
}
export interface UserConfig {
  /** Where it came from; null if there is none. */
  file: string | null;
  own: string[];
  /** Absolute paths. */
  knownGood: string[];
  advisories: string[];
  /** `@scope` -> registry URL. */
  registries: Record<string, string>;
  gate: Gate;
  minReleaseAgeDays?: number;
  ignore: Suppression[];
  rulesOff: string[];
  severity: Record<string, Severity>;
  /** Servers of a client configuration that are accepted although they cannot be vetted. */
  accept: string[];
}
export interface UserConfigInput {
  /** `--config`. */
  file?: string;
  cwd: string;
  env: Record<string, string | undefined>;
  trustProject: boolean;
  /** Asked only where there is a configuration. */
  ruleIds: () => Promise<readonly string[]>;
}
export interface UserConfigResult {
  config: UserConfig;
  /** A configuration in the working directory that was not used. */
  ignoredProjectFile?: string;
}

const KEYS = [
  '$schema',
  'own',
  'knownGood',
  'advisories',
  'registries',
  'thresholds',
  'ignore',
  'rules',
  'accept',
];
const THRESHOLDS = [
  'minTrust',
  'failOn',
  'maxLost',
  'minScore',
  'minVerified',
  'allowUnverified',
  'minReleaseAgeDays',
];
const IGNORE_KEYS = ['rule', 'package', 'reason', 'expires'];
const LEVELS: TrustLevel[] = ['high', 'medium', 'low', 'do-not-use'];
const SEVERITIES: Severity[] = ['info', 'low', 'moderate', 'high', 'critical'];
const PROJECT_FILE = 'mcp-vet.config.json';

/** Throws a VetError of code `config` that names the key and what would be right. */
export async function readUserConfig(input: UserConfigInput): Promise<UserConfigResult> {
  if (input.file !== undefined) {
    const file = path.resolve(input.cwd, input.file);
    return { config: await readOne(file, await input.ruleIds()) };
  }
  const project = await projectConfig(input.cwd);
  if (project && input.trustProject) {
    return { config: parseConfig(project.raw, project.file, await input.ruleIds()) };
  }
  const base = input.env['XDG_CONFIG_HOME'] || path.join(input.env['HOME'] || homedir(), '.config');
  const own = path.join(base, 'mcp-vet', 'config.json');
  const config = (await isFile(own)) ? await readOne(own, await input.ruleIds()) : emptyConfig();
  return { config, ...(project ? { ignoredProjectFile: path.basename(project.file) } : {}) };
}

function emptyConfig(): UserConfig {
  return {
    file: null,
    own: [],
    knownGood: [],
    advisories: [],
    registries: {},
    gate: {},
    ignore: [],
    rulesOff: [],
    severity: {},
    accept: [],
  };
}

async function projectConfig(cwd: string): Promise<{ file: string; raw: unknown } | undefined> {
  const file = path.join(cwd, PROJECT_FILE);
  if (await isFile(file)) return { file, raw: await readJson(file).catch(() => null) };
  const manifest = path.join(cwd, 'package.json');
  if (!(await isFile(manifest))) return undefined;
  const raw = await readJson(manifest).catch(() => null);
  const own = isDict(raw) ? raw['mcp-vet'] : undefined;
  return own === undefined ? undefined : { file: manifest, raw: own };
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (entry) => entry.isFile(),
    () => false,
  );
}

async function readOne(file: string, ruleIds: readonly string[]): Promise<UserConfig> {
  const raw = await readJson(file);
  const isManifest = path.basename(file) === 'package.json' && isDict(raw);
  return parseConfig(isManifest ? raw['mcp-vet'] : raw, file, ruleIds);
}

export function parseConfig(raw: unknown, file: string, ruleIds: readonly string[]): UserConfig {
  const at = new Reader(path.basename(file));
  if (!isDict(raw)) throw at.error('is not a JSON object');
  at.knownKeys(raw, KEYS, '');
  const dir = path.dirname(file);
  const thresholds = raw['thresholds'] ?? {};
  if (!isDict(thresholds)) throw at.error('thresholds is not an object');
  at.knownKeys(thresholds, THRESHOLDS, 'thresholds.');
  const days = at.number(thresholds, 'minReleaseAgeDays', 3650);
  return {
    file,
    own: at
      .strings(raw, 'own')
      .map((entry) => (/^\.{1,2}\//.test(entry) ? path.resolve(dir, entry) : entry)),
    knownGood: at.strings(raw, 'knownGood').map((entry) => path.resolve(dir, entry)),
    advisories: at.strings(raw, 'advisories').map((entry) => path.resolve(dir, entry)),
    registries: at.registries(raw['registries'] ?? {}),
    gate: at.gate(thresholds),
    ...(days === undefined ? {} : { minReleaseAgeDays: days }),
    ignore: at.suppressions(raw['ignore'] ?? [], ruleIds),
    ...at.rules(raw['rules'] ?? {}, ruleIds),
    accept: at.strings(raw, 'accept'),
  };
}

type Dict = Record<string, unknown>;

/** Checks shapes and says what is wrong, with the file's name. */
class Reader {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  error(what: string, hint = 'The shape is described by rules/config.schema.json.'): VetError {
    return new VetError('config', `${this.#file} ${what}.`, { hint });
  }

  knownKeys(value: Dict, keys: readonly string[], prefix: string): void {
    for (const key of Object.keys(value)) {
      if (keys.includes(key)) continue;
      throw this.error(`has an unknown key ${prefix}${safe(key)}`, suggestion(key, keys));
    }
  }

  strings(value: Dict, key: string): string[] {
    const found = value[key] ?? [];
    if (Array.isArray(found) && found.every((entry) => typeof entry === 'string')) return found;
    throw this.error(`: ${key} is not a list of strings`);
  }

  number(value: Dict, key: string, max: number): number | undefined {
    const found = value[key];
    if (found === undefined) return undefined;
    if (typeof found === 'number' && found >= 0 && found <= max) return found;
    throw this.error(`: thresholds.${key} is not a number from 0 to ${max}`);
  }

  choice<T extends string>(value: Dict, key: string, choices: readonly T[]): T | undefined {
    const found = value[key];
    if (found === undefined) return undefined;
    const choice = choices.find((entry) => entry === found);
    if (choice !== undefined) return choice;
    throw this.error(`: ${key} is none of ${choices.join(', ')}`);
  }

  gate(thresholds: Dict): Gate {
    const gate: Gate = {};
    const minTrust = this.choice(thresholds, 'minTrust', LEVELS);
    const failOn = this.choice(thresholds, 'failOn', SEVERITIES);
    if (minTrust !== undefined) gate.minTrust = minTrust;
    if (failOn !== undefined) gate.failOn = failOn;
    for (const key of ['maxLost', 'minScore', 'minVerified'] as const) {
      const value = this.number(thresholds, key, 7);
      if (value !== undefined) gate[key] = value;
    }
    if (thresholds['allowUnverified'] === true) gate.allowUnverified = true;
    return gate;
  }

  registries(value: unknown): Record<string, string> {
    if (!isDict(value)) throw this.error(': registries is not an object');
    for (const [scope, url] of Object.entries(value)) {
      const isUrl = typeof url === 'string' && /^https?:/.test(url) && URL.canParse(url);
      if (!/^@[a-z0-9~_.-]+$/.test(scope) || !isUrl) {
        throw this.error(`: registries.${safe(scope)} does not map a @scope to an http(s) URL`);
      }
    }
    return value as Record<string, string>;
  }

  suppressions(value: unknown, ruleIds: readonly string[]): Suppression[] {
    if (!Array.isArray(value)) throw this.error(': ignore is not a list');
    return value.map((entry: unknown, index) => {
      if (!isDict(entry)) throw this.error(`: ignore[${index}] is not an object`);
      this.knownKeys(entry, IGNORE_KEYS, `ignore[${index}].`);
      const { rule, package: target, reason, expires } = entry;
      if (
        [rule, target, reason, expires].some((field) => typeof field !== 'string' || field === '')
      ) {
        throw this.error(`: ignore[${index}] needs ${IGNORE_KEYS.join(', ')}`);
      }
      if (!ruleIds.includes(String(rule))) {
        throw this.error(`: ignore[${index}] names no rule`, suggestion(String(rule), ruleIds));
      }
      if (!/^(sha\d+-.+|(@[^@/]+\/)?[^@/]+@\d[^@]*)$/.test(String(target))) {
        throw this.error(`: ignore[${index}].package is not name@version or an integrity`);
      }
      if (Number.isNaN(Date.parse(String(expires)))) {
        throw this.error(`: ignore[${index}].expires is not a date`);
      }
      return entry as unknown as Suppression;
    });
  }

  rules(value: unknown, ruleIds: readonly string[]): Pick<UserConfig, 'rulesOff' | 'severity'> {
    if (!isDict(value)) throw this.error(': rules is not an object');
    this.knownKeys(value, ruleIds, 'rules.');
    const rulesOff: string[] = [];
    const severity: Record<string, Severity> = {};
    for (const id of Object.keys(value)) {
      const choice = this.choice(value, id, ['off', ...SEVERITIES]);
      if (choice === 'off') rulesOff.push(id);
      else if (choice !== undefined) severity[id] = choice;
    }
    return { rulesOff, severity };
  }
}

function suggestion(key: string, keys: readonly string[]): string {
  const nearest = keys
    .map((entry) => ({ entry, distance: editDistance(key.slice(0, 60), entry, 60) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return nearest && nearest.distance <= Math.max(3, key.length / 2)
    ? `Did you mean ${nearest.entry}?`
    : `Known are: ${keys.slice(0, 12).join(', ')}${keys.length > 12 ? ', ...' : ''}`;
}

function safe(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
