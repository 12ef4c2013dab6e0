// The dependency tree, resolved as npm would resolve it. Nothing of the tree is run or unpacked here.
import { setMaxListeners } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { VetError } from '../errors.ts';
import type { Json, Manifest, TreeFact, TreeNode } from '../types.ts';
import { askAhead, type Wanted } from './ask-ahead.ts';
import type { NpmOptions } from './npm-config.ts';
import { AskedPackuments, answersAreSame } from './packuments.ts';
import type { Packuments } from './packuments.ts';
import { fetchPackument } from './pacote.ts';
import { registryError } from './registry-error.ts';
import { treeCache, type TreeCache, type TreeCacheEntry } from './tree-cache.ts';
import { codeOf, placedNode, toTreeFact, type ArboristTree } from './tree-fact.ts';
import { until } from './until.ts';
import { writeLock } from './write-lock.ts';

export interface TreeInput {
  options: NpmOptions;
  cacheDir: string;
  /** What the registry has answered in this run. */
  packuments: Packuments;
  root:
    | { kind: 'package'; name: string; version: string }
    | {
        kind: 'project';
        /** What the report calls it. */
        name: string;
        version: string;
        manifest: Manifest;
        overrides?: Json;
        lockfile?: { raw: Json };
      };
  /** Hosts whose tarballs count as the registry's, e.g. the configured one and npm's default. */
  registryHosts: ReadonlySet<string>;
  /** Then a tree of any age will do. */
  offline: boolean;
  /** Two minutes by default. */
  budgetMs?: number;
  /** Told of each package from a registry while the tree grows; a few of them may be replaced later. */
  onPlaced?: (node: TreeNode) => void;
}

export interface ResolvedTree {
  tree: TreeFact;
  /** Writes package.json and package-lock.json of exactly this tree. */
  writeLock(dir: string): Promise<void>;
  /** Installs exactly this tree into `dir`, integrity-checked, no scripts. */
  install(dir: string): Promise<void>;
}

interface ArboristInstance {
  idealTree: ArboristTree | null;
  buildIdealTree(options?: object): Promise<ArboristTree>;
  loadVirtual(options?: object): Promise<ArboristTree>;
  reify(options?: object): Promise<ArboristTree>;
}

const BUDGET_MS = 120_000;
// Resolving anew asks the same questions.
const CHECK_BUDGET_MS = 20_000;
const LOOK_EVERY_MS = 50;
// Failures of single nodes; arborist reports the first by throwing but has placed them all.
const NODE_FAILURES =
  /^(E404|ETARGET|ENOVERSIONS|EALLOW\w+|EBADPLATFORM|EINVALIDTAGNAME|EINVALIDPACKAGENAME|ENOENT|EUNSUPPORTEDPROTOCOL)$/;

/** Resolves the tree. A published version's tree is reused for a few minutes, as npm reuses packuments. */
export async function resolveTree(input: TreeInput): Promise<ResolvedTree> {
  const cache = input.root.kind === 'package' ? treeCacheOf(input) : null;
  const cached = await cache?.read();
  if (cached) return resolvedTree(cached, input);
  const old = await cache?.readOld();
  if (old && (await isUnchanged(old, input))) {
    await cache?.write(old);
    return resolvedTree(old, input);
  }
  const asked = new AskedPackuments(input.packuments);
  const dir = await mkdtemp(path.join(tmpdir(), 'mcp-vet-tree-'));
  try {
    const ideal = await buildInTime(input, dir, asked);
    const { root } = input;
    const entry: TreeCacheEntry = {
      lock: ideal.meta.toString(),
      packuments: asked.digests(),
      tree: toTreeFact(ideal, {
        subject: root.kind === 'package' ? root.name : null,
        called: { name: root.name, version: root.version },
        isLocked: root.kind === 'project' && root.lockfile !== undefined,
        registryHosts: input.registryHosts,
      }),
    };
    if (entry.tree.problems.length === 0) await cache?.write(entry);
    return resolvedTree(entry, input);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function resolvedTree({ tree, lock }: TreeCacheEntry, input: TreeInput): ResolvedTree {
  return {
    tree,
    writeLock: (target) => writeLock(target, lock),
    async install(target) {
      await writeLock(target, lock);
      // What only the project's developers need was not vetted.
      await newArborist(input, target).reify({ save: false, omit: ['dev'] });
    },
  };
}

function treeCacheOf({ root, options, cacheDir, offline }: TreeInput): TreeCache {
  const registries = Object.entries(options)
    .filter(([key]) => key.endsWith('registry'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const spec = root.kind === 'package' ? `${root.name}@${root.version}` : '';
  const machine = [process.platform, process.arch, process.version];
  return treeCache(cacheDir, [spec, machine, registries], offline);
}

/** A tree depends on nothing but the answers that its resolver got. */
async function isUnchanged({ packuments }: TreeCacheEntry, input: TreeInput): Promise<boolean> {
  const asked = new AskedPackuments(input.packuments);
  const options = {
    ...input.options,
    cache: path.join(input.cacheDir, '_cacache'),
    packumentCache: asked,
  };
  const deadline = AbortSignal.timeout(CHECK_BUDGET_MS);
  setMaxListeners(0, deadline);
  return answersAreSame(packuments, asked, (name, fullMetadata) =>
    until(deadline, fetchPackument(name, { ...options, fullMetadata })),
  );
}

/** A registry that drips bytes trips no timeout of the library's. */
async function buildInTime(
  input: TreeInput,
  dir: string,
  packumentCache: AskedPackuments,
): Promise<ArboristTree> {
  const budgetMs = input.budgetMs ?? BUDGET_MS;
  const deadline = AbortSignal.timeout(budgetMs);
  const { signal: outer } = input.options;
  const signal = outer instanceof AbortSignal ? AbortSignal.any([outer, deadline]) : deadline;
  setMaxListeners(0, signal);
  const late = () =>
    new VetError('timeout', `npm's resolver took more than ${budgetMs / 1_000} seconds.`, {
      hint: 'Vet again when the registry is quicker; what was fetched is reused.',
    });
  const options = { ...input.options, signal, packumentCache };
  const built = await until(signal, buildTree({ ...input, options }, dir)).catch(
    (error: unknown) => {
      throw deadline.aborted ? late() : error;
    },
  );
  // An optional dependency that could not be had in time would be missing without a word.
  if (deadline.aborted) throw late();
  return built;
}

async function buildTree(input: TreeInput, dir: string): Promise<ArboristTree> {
  const { root } = input;
  const arborist = newArborist(input, dir);
  const stopWatching = watchPlaced(arborist, input);
  const shared = { ...input.options, packumentCache: input.packuments };
  const stopAsking = askAhead(firstWanted(root), shared);
  try {
    if (root.kind === 'package') {
      return await arborist.buildIdealTree({ add: [`${root.name}@${root.version}`] });
    }
    await writeFile(path.join(dir, 'package.json'), JSON.stringify(projectManifest(root)));
    if (!root.lockfile) return await arborist.buildIdealTree();
    await writeFile(path.join(dir, 'package-lock.json'), JSON.stringify(root.lockfile.raw));
    return await arborist.loadVirtual();
  } catch (error) {
    const code = codeOf(error);
    if (arborist.idealTree && NODE_FAILURES.test(code)) return arborist.idealTree;
    throw treeError(error, root.kind === 'package' ? root.name : 'the project');
  } finally {
    stopAsking();
    stopWatching();
  }
}

/** What the tree starts with, unless a lockfile says all of it. */
function firstWanted(root: TreeInput['root']): Wanted {
  if (root.kind === 'package') return [[root.name, root.version]];
  const { dependencies, optionalDependencies, peerDependencies } = root.manifest;
  if (root.lockfile) return [];
  return Object.entries({ ...peerDependencies, ...optionalDependencies, ...dependencies });
}

/** npm's resolver tells nobody what it places, hence a look from time to time. */
function watchPlaced(arborist: ArboristInstance, input: TreeInput): () => void {
  const { onPlaced, root, registryHosts } = input;
  if (!onPlaced) return () => undefined;
  const seen = new Set<string>(root.kind === 'package' ? [`node_modules/${root.name}`] : []);
  const timer = setInterval(() => {
    for (const [location, node] of arborist.idealTree?.inventory ?? []) {
      const placed = seen.has(location) ? null : placedNode(node, registryHosts);
      if (!placed) continue;
      seen.add(location);
      onPlaced(placed);
    }
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

/** npm's resolver throws bare errors at manifests of impossible shape: that is about them, not about us. */
function treeError(error: unknown, name: string): unknown {
  const known = registryError(error, name);
  if (known instanceof VetError || !(error instanceof TypeError || error instanceof RangeError)) {
    return known;
  }
  return new VetError('malformed', `npm cannot resolve the dependencies of ${name}.`, {
    hint: 'A manifest in its tree is malformed; do not install it.',
    cause: error,
  });
}

function newArborist(input: TreeInput, dir: string): ArboristInstance {
  const require = createRequire(import.meta.url);
  const Arborist = require('@npmcli/arborist') as new (options: object) => ArboristInstance;
  return new Arborist({
    ...input.options,
    path: dir,
    cache: path.join(input.cacheDir, '_cacache'),
    ignoreScripts: true,
    // The short form of packuments is all a tree needs.
    fullMetadata: false,
    audit: false,
    fund: false,
    omitLockfileRegistryResolved: true,
    // Git, remote and local specs can run `prepare` or read elsewhere: reported, never fetched.
    allowGit: 'none',
    allowRemote: 'none',
    allowFile: 'none',
    allowDirectory: 'none',
  });
}

function projectManifest(root: { manifest: Manifest; overrides?: Json }): object {
  const { manifest } = root;
  return {
    name: 'vetted-project',
    version: '0.0.0',
    dependencies: manifest.dependencies,
    optionalDependencies: manifest.optionalDependencies,
    peerDependencies: manifest.peerDependencies,
    ...(root.overrides === undefined ? {} : { overrides: root.overrides }),
  };
}
