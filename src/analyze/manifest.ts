// package.json as it comes from outside -> Manifest: every value type-checked, prototype keys dropped, sizes bounded.
import type { Json, Manifest } from '../types.ts';

const MAX_ENTRIES = 5_000;
const MAX_TEXT = 20_000;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

type Dict = Record<string, unknown>;

/** Never throws; what has the wrong type is left out. */
export function toManifest(raw: unknown): Manifest {
  const from = isDict(raw) ? raw : {};
  const repository = repositoryOf(from['repository']);
  return {
    ...texts(from, ['name', 'version', 'description', 'license', 'homepage', 'main', 'module']),
    ...texts(from, ['mcpName', 'gitHead']),
    ...optional('author', personOf(from['author'])),
    ...optional('bugs', isDict(from['bugs']) ? text(from['bugs']['url']) : text(from['bugs'])),
    ...(repository ? { repository } : {}),
    ...(from['exports'] === undefined ? {} : { exports: from['exports'] as Json }),
    ...(typeof from['gypfile'] === 'boolean' ? { gypfile: from['gypfile'] } : {}),
    ...(Array.isArray(from['files']) ? { files: strings(from['files']) } : {}),
    ...(isDict(from['publishConfig'])
      ? { publishConfig: from['publishConfig'] as Record<string, Json> }
      : {}),
    ...overridesOf(from),
    keywords: Array.isArray(from['keywords']) ? strings(from['keywords']).slice(0, 200) : [],
    bin: binOf(from),
    type: from['type'] === 'module' ? 'module' : 'commonjs',
    scripts: dictOfStrings(from['scripts']),
    dependencies: dictOfStrings(from['dependencies']),
    optionalDependencies: dictOfStrings(from['optionalDependencies']),
    peerDependencies: dictOfStrings(from['peerDependencies']),
    devDependencies: dictOfStrings(from['devDependencies']),
    bundleDependencies: bundleOf(from),
    engines: dictOfStrings(from['engines']),
  };
}

export function isDict(value: unknown): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own string values only. */
export function dictOfStrings(value: unknown): Record<string, string> {
  const found: Record<string, string> = {};
  if (!isDict(value)) return found;
  for (const key of Object.keys(value).slice(0, MAX_ENTRIES)) {
    const entry = text(value[key]);
    if (entry !== undefined && !FORBIDDEN_KEYS.has(key)) found[key] = entry;
  }
  return found;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT) : undefined;
}

function strings(values: unknown[]): string[] {
  return values.slice(0, MAX_ENTRIES).flatMap((value) => text(value) ?? []);
}

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: string };
}

function texts<K extends string>(from: Dict, keys: K[]): { [P in K]?: string } {
  const found: { [P in K]?: string } = {};
  for (const key of keys) {
    const value = text(from[key]);
    if (value !== undefined) found[key] = value;
  }
  return found;
}

function personOf(value: unknown): string | undefined {
  return isDict(value) ? text(value['name']) : text(value);
}

function repositoryOf(value: unknown): Manifest['repository'] | undefined {
  if (typeof value === 'string') return { url: value.slice(0, 2_000) };
  if (!isDict(value)) return undefined;
  const url = text(value['url']);
  if (url === undefined) return undefined;
  return { url: url.slice(0, 2_000), ...optional('directory', text(value['directory'])) };
}

function binOf(from: Dict): Record<string, string> {
  const bin = from['bin'];
  if (typeof bin !== 'string') return dictOfStrings(bin);
  const name = text(from['name']) ?? 'bin';
  return { [name.replace(/^@[^/]+\//, '')]: bin };
}

/** `{ a: '1', b: { '.': '2', c: '3' }, 'd>e': '4', 'e/f': '5' }` -> by the last name. */
function overridesOf(from: Dict): { overrides?: Record<string, string> } {
  const found: Record<string, string> = {};
  const add = (value: unknown, around: string, depth: number): void => {
    if (!isDict(value) || depth > 5) return;
    for (const key of Object.keys(value).slice(0, MAX_ENTRIES)) {
      const name = key === '.' ? around : nameOf(key);
      const spec = text(value[key]);
      if (spec === undefined) add(value[key], name, depth + 1);
      else if (name !== '' && !FORBIDDEN_KEYS.has(name)) found[name] = spec;
    }
  };
  add(isDict(from['pnpm']) ? from['pnpm']['overrides'] : undefined, '', 0);
  add(from['resolutions'], '', 0);
  add(from['overrides'], '', 0);
  return Object.keys(found).length === 0 ? {} : { overrides: found };
}

/** `parent>@scope/name@^1` -> `@scope/name` */
const nameOf = (key: string): string =>
  /(?:^|[>/])((?:@[^/@>]{1,100}\/)?[^/@>]{1,200})(?:@[^/>]{0,100})?$/.exec(
    key.slice(0, 500),
  )?.[1] ?? '';

function bundleOf(from: Dict): string[] {
  const bundle = from['bundleDependencies'] ?? from['bundledDependencies'];
  if (bundle === true) return Object.keys(dictOfStrings(from['dependencies']));
  return Array.isArray(bundle) ? strings(bundle) : [];
}
