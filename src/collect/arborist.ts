// The dependency tree, resolved as npm would resolve it. Nothing of the tree is run or unpacked here.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dictOfStrings, isDict } from '../analyze/manifest.ts';
import { VetError } from '../errors.ts';
import type { Json, Manifest, TreeEdge, TreeFact, TreeNode } from '../types.ts';
import type { NpmOptions } from './npm-config.ts';
import { registryError } from './registry-error.ts';

export interface TreeInput {
  options: NpmOptions;
  cacheDir: string;
  root:
    | { kind: 'package'; name: string; version: string }
    | { kind: 'project'; manifest: Manifest; overrides?: Json; lockfile?: { raw: Json } };
  /** Hosts whose tarballs count as the registry's, e.g. the configured one and npm's default. */
  registryHosts: Set<string>;
}

export interface ResolvedTree {
  tree: TreeFact;
  /** Writes package.json and package-lock.json of exactly this tree. */
  writeLock(dir: string): Promise<void>;
  /** Installs exactly this tree into `dir`, integrity-checked, no scripts. */
  install(dir: string): Promise<void>;
}

/** arborist's node, as far as it is used here; its types are not shipped. */
interface ArboristNode {
  location: string;
  name: string;
  packageName: string | null;
  version: string;
  integrity: string | null;
  resolved: string | null;
  package: Record<string, unknown>;
  errors: (Error & { code?: string; spec?: unknown })[];
  edgesOut: Map<string, ArboristEdge>;
  edgesIn: Set<ArboristEdge>;
  isLink: boolean;
  isProjectRoot: boolean;
  inBundle: boolean;
  optional: boolean;
  dev: boolean;
  peer: boolean;
  hasInstallScript?: boolean;
}
interface ArboristEdge {
  name: string;
  spec: string;
  type: string;
  to: ArboristNode | null;
  error: string | null;
  from: ArboristNode;
}
interface ArboristTree extends ArboristNode {
  inventory: Map<string, ArboristNode>;
  meta: { commit(): Record<string, unknown>; toString(): string };
  hasShrinkwrap?: boolean;
}
interface ArboristInstance {
  idealTree: ArboristTree | null;
  buildIdealTree(options?: object): Promise<ArboristTree>;
  loadVirtual(options?: object): Promise<ArboristTree>;
  reify(options?: object): Promise<ArboristTree>;
}

// Failures of single nodes; arborist reports the first by throwing but has placed them all.
const NODE_FAILURES =
  /^(E404|ETARGET|ENOVERSIONS|EALLOW\w+|EBADPLATFORM|EINVALIDTAGNAME|EINVALIDPACKAGENAME|ENOENT|EUNSUPPORTEDPROTOCOL)$/;

export async function resolveTree(input: TreeInput): Promise<ResolvedTree> {
  const dir = await mkdtemp(path.join(tmpdir(), 'mcp-vet-tree-'));
  try {
    const ideal = await buildTree(input, dir);
    const lock = ideal.meta.toString();
    const tree = toTreeFact(ideal, input);
    return {
      tree,
      writeLock: (target) => writeLock(target, lock),
      async install(target) {
        await writeLock(target, lock);
        await newArborist(input, target).reify({ save: false });
      },
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function buildTree(input: TreeInput, dir: string): Promise<ArboristTree> {
  const { root } = input;
  const arborist = newArborist(input, dir);
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
    throw registryError(error, root.kind === 'package' ? root.name : 'the project');
  }
}

function newArborist(input: TreeInput, dir: string): ArboristInstance {
  const require = createRequire(import.meta.url);
  const Arborist = require('@npmcli/arborist') as new (options: object) => ArboristInstance;
  return new Arborist({
    ...input.options,
    path: dir,
    cache: path.join(input.cacheDir, '_cacache'),
    ignoreScripts: true,
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

async function writeLock(dir: string, lock: string): Promise<void> {
  const parsed: unknown = JSON.parse(lock);
  const packages = isDict(parsed) && isDict(parsed['packages']) ? parsed['packages'] : {};
  const root = isDict(packages['']) ? packages[''] : {};
  const manifest = {
    name: 'vetted-by-mcp-vet',
    version: '1.0.0',
    private: true,
    dependencies: dictOfStrings(root['dependencies']),
  };
  packages[''] = { ...root, name: manifest.name, version: manifest.version };
  const named = { ...(isDict(parsed) ? parsed : {}), name: manifest.name, version: '1.0.0' };
  await mkdir(dir, { recursive: true });
  await writeFile(path.join(dir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(path.join(dir, 'package-lock.json'), `${JSON.stringify(named, null, 2)}\n`);
}

function toTreeFact(ideal: ArboristTree, input: TreeInput): TreeFact {
  const { root } = input;
  const subject =
    root.kind === 'package' ? ideal.inventory.get(`node_modules/${root.name}`) : ideal;
  if (!subject) throw new VetError('internal', 'the dependency tree has no node for its subject');
  const paths = shortestPaths(subject);
  const nodes: TreeNode[] = [];
  const problems: TreeFact['problems'] = [];
  for (const [node, trail] of paths) {
    const failure = node.errors[0];
    if (failure) {
      const via = [...node.edgesIn][0];
      problems.push({
        code: codeOf(failure) || 'EUNKNOWN',
        name: node.packageName ?? node.name,
        spec: via?.spec ?? '',
        from: trail.at(-2) ?? '',
        message: failure.message.slice(0, 300),
      });
    }
    for (const edge of node.edgesOut.values()) {
      if (!edge.error || edge.type.startsWith('peerOptional') || edge.type === 'dev') continue;
      if (edge.type === 'optional' && edge.error === 'MISSING') continue;
      if (edge.to?.errors[0]) continue;
      problems.push({
        code: edge.error,
        name: edge.name,
        spec: edge.spec,
        from: trail.at(-1) ?? '',
        message: `${edge.name} is ${edge.error.toLowerCase()}`,
      });
    }
    nodes.push(toNode(node, node === subject, trail, input));
  }
  nodes.sort((a, b) =>
    a.kind === 'subject' ? -1 : b.kind === 'subject' ? 1 : a.id < b.id ? -1 : 1,
  );
  problems.sort((a, b) => (`${a.name} ${a.from}` < `${b.name} ${b.from}` ? -1 : 1));
  const isLocked = root.kind === 'project' && root.lockfile !== undefined;
  return { nodes, from: isLocked ? 'lockfile' : 'resolved', problems };
}

/** Breadth first from the subject: what an install of it brings, each with its shortest way in. */
function shortestPaths(subject: ArboristNode): Map<ArboristNode, string[]> {
  const paths = new Map<ArboristNode, string[]>([[subject, [nameAt(subject)]]]);
  for (const [node, trail] of paths) {
    for (const edge of [...node.edgesOut.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (edge.to && edge.type !== 'dev' && !paths.has(edge.to)) {
        paths.set(edge.to, [...trail, nameAt(edge.to)]);
      }
    }
  }
  return paths;
}

function nameAt(node: ArboristNode): string {
  return `${node.packageName ?? node.name}@${node.version || '?'}`;
}

function toNode(
  node: ArboristNode,
  isSubject: boolean,
  trail: string[],
  input: TreeInput,
): TreeNode {
  const own = node.packageName ?? node.name;
  const scripts = dictOfStrings(node.package['scripts']);
  const installScripts = Object.fromEntries(
    ['preinstall', 'install', 'postinstall'].flatMap((name) =>
      scripts[name] === undefined ? [] : [[name, scripts[name]]],
    ),
  );
  return {
    id: isSubject ? '' : node.location,
    name: own,
    ...(own === node.name || isSubject ? {} : { alias: node.name }),
    version: node.version || '',
    kind: isSubject ? 'subject' : kindOf(node, input.registryHosts),
    integrity: node.integrity,
    resolved: node.resolved,
    path: trail,
    isDirect: trail.length === 2,
    isOptional: node.optional,
    isDev: node.dev,
    isPeer: node.peer,
    isOtherPlatform: isOtherPlatform(node.package),
    hasInstallScript: node.hasInstallScript === true || Object.keys(installScripts).length > 0,
    installScripts,
    edges: [...node.edgesOut.values()]
      .filter((edge) => edge.type !== 'dev')
      .map((edge) => toEdge(edge))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function toEdge(edge: ArboristEdge): TreeEdge {
  const types = ['prod', 'optional', 'peer', 'peerOptional', 'dev'] as const;
  return {
    name: edge.name,
    spec: edge.spec,
    type: types.find((type) => type === edge.type) ?? 'prod',
    to: edge.to?.location ?? null,
    ...(edge.error ? { problem: edge.error } : {}),
  };
}

function kindOf(node: ArboristNode, registryHosts: Set<string>): TreeNode['kind'] {
  if (node.isLink) return 'link';
  if (node.inBundle) return 'bundled';
  const failure = codeOf(node.errors[0]);
  if (failure === 'EALLOWGIT') return 'git';
  if (failure === 'EALLOWREMOTE') return 'remote';
  if (failure === 'EALLOWFILE' || failure === 'EALLOWDIRECTORY') return 'file';
  const { resolved } = node;
  if (resolved === null) return 'registry';
  if (/^git[+:]/.test(resolved)) return 'git';
  if (resolved.startsWith('file:')) return 'file';
  if (!URL.canParse(resolved)) return 'registry';
  return registryHosts.has(new URL(resolved).host) ? 'registry' : 'remote';
}

function isOtherPlatform(manifest: Record<string, unknown>): boolean {
  const excludes = (list: unknown, own: string) => {
    const entries = Array.isArray(list) ? list.map(String) : typeof list === 'string' ? [list] : [];
    if (entries.includes(`!${own}`)) return true;
    const wanted = entries.filter((entry) => !entry.startsWith('!') && entry !== 'any');
    return wanted.length > 0 && !wanted.includes(own);
  };
  return excludes(manifest['os'], process.platform) || excludes(manifest['cpu'], process.arch);
}

function codeOf(error: unknown): string {
  return isDict(error) || error instanceof Error
    ? String((error as { code?: unknown }).code ?? '')
    : '';
}
