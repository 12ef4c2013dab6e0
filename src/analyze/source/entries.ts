// Where a package's code starts: bin, main, module, exports, and what lifecycle scripts run.
import { posix as path } from 'node:path';
import type { Json, Manifest } from '../../types.ts';

export interface Entries {
  /** Existing files that using the package may start. */
  entries: string[];
  /** Existing files that installing the package starts. */
  lifecycle: string[];
}

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];
const EXTENSIONS = ['.js', '.mjs', '.cjs', '.json', '.node', '.ts', '.mts', '.cts', '.tsx', '.jsx'];
// Others need a flag of the person who runs it (`@zod/source`), or lead to no code (`types`).
const CONDITIONS = new Set(
  'import require node default module module-sync browser worker bun deno electron node-addons development production react-server edge-light workerd'.split(
    ' ',
  ),
);
const LOADED: Readonly<Record<string, string[]>> = {
  'mcp-framework': ['tools', 'prompts', 'resources'],
};
const MAX_STRAY = 50;
const MAX_EXPORTS = 2_000;
const MAX_DEPTH = 12;

/** `paths`: every regular file of the package. */
export function findEntries(manifest: Manifest, paths: ReadonlySet<string>): Entries {
  const named = [...Object.values(manifest.bin), manifest.main ?? 'index.js'];
  if (manifest.module !== undefined) named.push(manifest.module);
  const targets = exportTargets(manifest.exports);
  const files = new Set<string>();
  for (const target of [...named, ...targets]) {
    for (const file of expandTarget(target, paths)) files.add(file);
  }
  for (const file of loadedFiles(manifest, [...files], paths)) files.add(file);
  const entries = files.size > 0 ? [...files] : strayFiles(manifest, paths);
  return { entries: entries.sort(), lifecycle: lifecycleFiles(manifest, paths) };
}

/** Where what `bin` and `main` name is not there, any file may be what is meant. */
function strayFiles(manifest: Manifest, paths: ReadonlySet<string>): string[] {
  if (manifest.main === undefined && Object.keys(manifest.bin).length === 0) return [];
  const code = [...paths].filter(
    (file) => /\.[cm]?js$/.test(file) && !/(?:^|\/)(?:node_modules|tests?|__tests__)\//.test(file),
  );
  return code.slice(0, MAX_STRAY);
}

/** Files that a framework loads from folders beside the entry point; nothing imports them. */
function loadedFiles(
  manifest: Manifest,
  entries: readonly string[],
  paths: ReadonlySet<string>,
): string[] {
  const folders = Object.entries(LOADED).flatMap(([framework, names]) =>
    Object.hasOwn(manifest.dependencies, framework) ? names : [],
  );
  if (folders.length === 0) return [];
  const starts = entries.flatMap((entry) =>
    folders.map((name) => path.join(path.dirname(entry), name)),
  );
  return [...paths].filter(
    (file) => /\.[cm]?[jt]s$/.test(file) && starts.some((start) => file.startsWith(`${start}/`)),
  );
}

/** The file that a path inside the package leads to, with the extensions that loaders try. */
export function resolvePath(target: string, paths: ReadonlySet<string>): string | null {
  const base = path.normalize(target).replace(/^\.\//, '').replace(/\/$/, '');
  if (base.startsWith('../') || base === '..' || base.startsWith('/')) return null;
  if (base === '' || base === '.') return firstOf('index', paths);
  if (paths.has(base)) return base;
  const found = firstOf(base, paths);
  if (found !== null) return found;
  // TypeScript sources import each other by the name of what they become.
  const typescript = base.replace(/\.([cm]?)js(x?)$/, '.$1ts$2');
  for (const candidate of [typescript, `${typescript}x`]) {
    if (candidate !== base && paths.has(candidate)) return candidate;
  }
  return firstOf(`${base}/index`, paths);
}

function firstOf(base: string, paths: ReadonlySet<string>): string | null {
  const extension = EXTENSIONS.find((ending) => paths.has(base + ending));
  return extension === undefined ? null : base + extension;
}

/** Every path that `exports` may lead to; `types` conditions lead to no code. */
function exportTargets(exports: Json | undefined): string[] {
  const found: string[] = [];
  const visit = (value: Json | undefined, depth: number) => {
    if (found.length >= MAX_EXPORTS || depth > MAX_DEPTH) return;
    if (typeof value === 'string') found.push(value);
    else if (Array.isArray(value)) for (const item of value) visit(item, depth + 1);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value))
        if (/^\./.test(key) || CONDITIONS.has(key)) visit(item, depth + 1);
    }
  };
  visit(exports, 0);
  return found;
}

function expandTarget(target: string, paths: ReadonlySet<string>): string[] {
  const star = target.indexOf('*');
  if (star === -1) {
    const file = resolvePath(target, paths);
    return file === null ? [] : [file];
  }
  const start = path.normalize(target.slice(0, star)).replace(/^\.\/?/, '');
  const end = target.slice(star + 1);
  return [...paths].filter((file) => file.startsWith(start) && file.endsWith(end));
}

/** Files that the install scripts name, through `npm run` as well. */
export function lifecycleFiles(manifest: Manifest, paths: ReadonlySet<string>): string[] {
  const files = new Set<string>();
  const seen = new Set<string>();
  const visit = (name: string) => {
    const command = Object.hasOwn(manifest.scripts, name) ? manifest.scripts[name] : undefined;
    if (command === undefined || seen.has(name)) return;
    seen.add(name);
    for (const match of command.matchAll(
      /\b(?:npm|yarn|pnpm|bun)\s(?:run(?:-script)?\s)?([\w:.-]{1,80})/g,
    )) {
      visit(match[1] ?? '');
    }
    for (const word of command.split(/[\s"'`()&|;=,]{1,20}/).slice(0, 500)) {
      const file = /^[\w@.]/.test(word) ? resolvePath(word, paths) : null;
      // A bare word such as `install` names a program, not install.js, unless node is told so.
      if (file !== null && (/[./]/.test(word) || command.includes('node '))) files.add(file);
    }
  };
  for (const name of INSTALL_SCRIPTS) visit(name);
  return [...files].sort();
}
