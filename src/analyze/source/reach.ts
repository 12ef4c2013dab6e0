// Which files of a package are reached from its entry points and lifecycle scripts, and which packages from them.
import { posix as path } from 'node:path';
import type { PackageAnalysis, ReachedFrom, TreeFact } from '../../types.ts';
import { resolvePath } from './entries.ts';
import type { Entries } from './entries.ts';
import type { SourceFile } from './file.ts';
import { isBuiltinSpec } from './resolve.ts';

/** What a file leads to. */
export interface FileLinks {
  /** Module names as written; unknown parts are `${}`. */
  specs: string[];
  /** Paths handed to processes and workers, relative to the file or to the package. */
  started: string[];
}
export interface Reach {
  reached: Map<string, ReachedFrom>;
  /** Files that an install script leads to, whatever else does. */
  atInstall: ReadonlySet<string>;
  /** Bare names of packages, sorted. */
  packages: string[];
}

const MAX_LINKS = 5_000;
const STARTERS = new Set([
  'child_process.fork',
  'child_process.spawn',
  'child_process.spawnSync',
  'child_process.execFile',
  'child_process.execFileSync',
  'child_process.exec',
  'child_process.execSync',
  'worker_threads.Worker',
  'global.Worker',
  'cluster.setupPrimary',
  'global.URL',
]);

export function linksOf(file: SourceFile): FileLinks {
  const specs = file.imports.slice(0, MAX_LINKS).map(({ spec }) => spec);
  const started: string[] = [];
  for (const { node, name } of file.calls) {
    if (!STARTERS.has(name) || started.length > 500) continue;
    for (const argument of node.arguments.slice(0, 2)) {
      const list = argument.type === 'ArrayExpression' ? argument.elements : [argument];
      for (const item of list.slice(0, 20)) {
        const text = item ? file.constant(item) : null;
        if (text === null || text.length > 1000) continue;
        for (const word of text.split(/\s+/)) if (/[./]/.test(word)) started.push(word);
      }
    }
  }
  return { specs, started };
}

/** `internal`: the package's `imports` map, `#name` to a path or a package. */
export function findReach(
  entries: Entries,
  links: ReadonlyMap<string, FileLinks>,
  paths: ReadonlySet<string>,
  internal: Readonly<Record<string, string[]>>,
  ownName: string,
): Reach {
  const reached = new Map<string, ReachedFrom>();
  const packages = new Set<string>();
  const follow = (start: string[], from: ReachedFrom) => {
    const queue = start.filter((file) => !reached.has(file));
    for (const file of queue) reached.set(file, from);
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      for (const next of targetsOf(file, links.get(file), paths, internal, packages, ownName)) {
        if (reached.has(next)) continue;
        reached.set(next, from);
        queue.push(next);
      }
    }
  };
  follow(entries.lifecycle, 'lifecycle');
  const fromInstall = [...reached.keys()];
  // What both reach is told as the server's own: it also runs then.
  const before = new Map(reached);
  reached.clear();
  follow(entries.entries, 'entry');
  for (const file of fromInstall) {
    if (!reached.has(file) || entries.lifecycle.includes(file)) {
      reached.set(file, before.get(file) ?? 'lifecycle');
    }
  }
  return { reached, atInstall: new Set(fromInstall), packages: [...packages].sort() };
}

function targetsOf(
  from: string,
  links: FileLinks | undefined,
  paths: ReadonlySet<string>,
  internal: Readonly<Record<string, string[]>>,
  packages: Set<string>,
  ownName: string,
): string[] {
  if (!links) return [];
  const found: string[] = [];
  for (const spec of links.specs) {
    for (const one of expandInternal(spec, internal)) {
      const local = resolveSpec(from, one, paths);
      if (local.length > 0) found.push(...local);
      else if (!/^[./#]/.test(one)) {
        const name = packageNameOf(one);
        if (name !== null && name !== ownName) packages.add(name);
      }
    }
  }
  for (const word of links.started) {
    const tail = word.replace(/^(?:file:\/\/)?(?:\$\{\}\/?)?/, '');
    const file =
      resolvePath(path.join(path.dirname(from), tail), paths) ?? resolvePath(tail, paths);
    if (file !== null) found.push(file);
  }
  return found;
}

/** The files that a relative spec leads to; a computed part stands for anything. */
export function resolveSpec(from: string, spec: string, paths: ReadonlySet<string>): string[] {
  const isRelative = spec.startsWith('.') || spec.startsWith('${}/');
  if (!isRelative) return [];
  const target = path.join(path.dirname(from), spec.replace(/^\$\{\}\//, './'));
  const hole = target.indexOf('${}');
  if (hole === -1) {
    const file = resolvePath(target, paths);
    return file === null ? [] : [file];
  }
  const start = target.slice(0, hole);
  if (start === '' || start.startsWith('..')) return [];
  return [...paths].filter((file) => file.startsWith(start)).slice(0, 500);
}

function expandInternal(spec: string, internal: Readonly<Record<string, string[]>>): string[] {
  if (!spec.startsWith('#')) return [spec];
  return Object.hasOwn(internal, spec) ? (internal[spec] ?? []) : [];
}

/** `@scope/name/part` -> `@scope/name`; null for built-in modules, URLs and what is no name. */
export function packageNameOf(spec: string): string | null {
  if (isBuiltinSpec(spec) || spec.includes('${}') || spec.length > 300) return null;
  return /^(?:@[\w.~-]{1,100}\/)?[\w.~-]{1,214}(?=\/|$)/.exec(spec)?.[0] ?? null;
}

/**
 * Ids of the nodes that the subject's entry points reach through imports. A package that could not be
 * looked into is taken to import all its dependencies.
 */
export function findReachedNodes(
  tree: TreeFact,
  analyses: Readonly<Record<string, PackageAnalysis>>,
): string[] {
  const nodes = new Map(tree.nodes.map((node) => [node.id, node]));
  const start = tree.nodes.find((node) => node.kind === 'subject') ?? tree.nodes[0];
  if (!start) return [];
  const reached = new Set([start.id]);
  const queue = [start];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    const analysis = Object.hasOwn(analyses, node.id) ? analyses[node.id] : undefined;
    const imported = analysis ? new Set(analysis.importsReached) : null;
    for (const edge of node.edges) {
      const next = edge.to === null ? undefined : nodes.get(edge.to);
      if (!next || reached.has(next.id) || (imported && !imported.has(edge.name))) continue;
      reached.add(next.id);
      queue.push(next);
    }
  }
  return [...reached].sort();
}
