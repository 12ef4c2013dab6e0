// An arborist tree -> the facts of the tree: every node that an install brings, with its shortest way in.
import { dictOfStrings, isDict } from '../analyze/manifest.ts';
import { VetError } from '../errors.ts';
import type { TreeEdge, TreeFact, TreeNode } from '../types.ts';

/** arborist's node, as far as it is used here; its types are not shipped. */
export interface ArboristNode {
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
export interface ArboristEdge {
  name: string;
  spec: string;
  type: string;
  to: ArboristNode | null;
  error: string | null;
  from: ArboristNode;
}
export interface ArboristTree extends ArboristNode {
  inventory: Map<string, ArboristNode>;
  meta: { commit(): Record<string, unknown>; toString(): string };
  hasShrinkwrap?: boolean;
}
/** Which node of the tree is the subject: a package in it, or the project at its root. */
export interface TreeRoot {
  subject: string | null;
  /** What the report calls the subject; a project at the root is resolved under another name. */
  called: { name: string; version: string };
  isLocked: boolean;
  registryHosts: ReadonlySet<string>;
}

export function toTreeFact(ideal: ArboristTree, root: TreeRoot): TreeFact {
  const subject =
    root.subject === null ? ideal : ideal.inventory.get(`node_modules/${root.subject}`);
  if (!subject) throw new VetError('internal', 'the dependency tree has no node for its subject');
  const paths = shortestPaths(subject, `${root.called.name}@${root.called.version}`);
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
    nodes.push(toNode(node, node === subject, trail, root));
  }
  nodes.sort((a, b) =>
    a.kind === 'subject' ? -1 : b.kind === 'subject' ? 1 : a.id < b.id ? -1 : 1,
  );
  problems.sort((a, b) => (`${a.name} ${a.from}` < `${b.name} ${b.from}` ? -1 : 1));
  return { nodes, from: root.isLocked ? 'lockfile' : 'resolved', problems };
}

/** A package of a registry in a tree that is still growing; null for everything else. */
export function placedNode(
  node: ArboristNode,
  registryHosts: ReadonlySet<string>,
): TreeNode | null {
  if (node.integrity === null || node.resolved === null || node.isProjectRoot) return null;
  const root = { subject: null, isLocked: false, registryHosts, called: { name: '', version: '' } };
  const placed = toNode(node, false, [], root);
  return placed.kind === 'registry' ? placed : null;
}

/** Breadth first from the subject: what an install of it brings, each with its shortest way in. */
function shortestPaths(subject: ArboristNode, called: string): Map<ArboristNode, string[]> {
  const paths = new Map<ArboristNode, string[]>([[subject, [called]]]);
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

function toNode(node: ArboristNode, isSubject: boolean, trail: string[], root: TreeRoot): TreeNode {
  const own = node.packageName ?? node.name;
  const scripts = dictOfStrings(node.package['scripts']);
  const installScripts = Object.fromEntries(
    ['preinstall', 'install', 'postinstall'].flatMap((name) =>
      scripts[name] === undefined ? [] : [[name, scripts[name]]],
    ),
  );
  return {
    id: isSubject ? '' : node.location,
    name: isSubject ? root.called.name : own,
    ...(own === node.name || isSubject ? {} : { alias: node.name }),
    version: isSubject ? root.called.version : node.version || '',
    kind: isSubject ? 'subject' : kindOf(node, root.registryHosts),
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

function kindOf(node: ArboristNode, registryHosts: ReadonlySet<string>): TreeNode['kind'] {
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

export function codeOf(error: unknown): string {
  return isDict(error) || error instanceof Error
    ? String((error as { code?: unknown }).code ?? '')
    : '';
}
