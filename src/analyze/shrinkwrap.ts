// The dependencies that a package pins by its own npm-shrinkwrap.json, as nodes of the tree: npm installs those.
import semver from 'semver';
import type { TreeEdge, TreeFact, TreeNode } from '../types.ts';
import { lockEntries, type LockEntry } from './lock-entries.ts';
import { NPM_NAME } from './mcp-registry.ts';

const PLACE = /^(?:node_modules\/(?:@[^/]+\/)?[^/]+)(?:\/node_modules\/(?:@[^/]+\/)?[^/]+)*$/;
const MAX_NODES = 2_000;

/** The tree with what `parent`'s shrinkwrap pins; the tree itself where that pins nothing. */
export function withShrinkwrap(
  tree: TreeFact,
  parent: TreeNode,
  raw: unknown,
  registryHosts: ReadonlySet<string>,
): TreeFact {
  const base = parent.kind === 'subject' ? `node_modules/${parent.name}` : parent.id;
  const taken = new Set(tree.nodes.map(({ id }) => id));
  const entries = lockEntries(raw)
    .filter(({ id, isDev, name }) => !isDev && PLACE.test(id) && NPM_NAME.test(name))
    .filter(({ id }) => !taken.has(`${base}/${id}`))
    .slice(0, MAX_NODES);
  if (entries.length === 0) return tree;
  const ids = new Set(entries.map(({ id }) => id));
  const placed = (edges: TreeEdge[], from: string) =>
    edges.map((edge) => linked(edge, lookUp(edge.name, from, ids), base));
  const added = entries.map((entry): TreeNode => {
    const node = nodeOf(entry, parent, base, registryHosts);
    return { ...node, edges: placed(node.edges, entry.id) };
  });
  const nodes = tree.nodes.map((node) =>
    node.id === parent.id ? { ...node, edges: placed(node.edges, '') } : node,
  );
  const [subject, ...others] = nodes;
  others.push(...added);
  others.sort((a, b) => (a.id < b.id ? -1 : 1));
  const from = parent.path.at(-1);
  const problems = tree.problems.filter(
    (problem) => !(problem.from === from && ids.has(`node_modules/${problem.name}`)),
  );
  return { ...tree, nodes: subject ? [subject, ...others] : others, problems };
}

function linked(edge: TreeEdge, found: string | null, base: string): TreeEdge {
  if (edge.to !== null || found === null) return edge;
  const { name, spec, type } = edge;
  return { name, spec, type, to: `${base}/${found}` };
}

/** As Node finds it: in the package's own folder, then in each one above. */
function lookUp(name: string, from: string, ids: ReadonlySet<string>): string | null {
  for (let at = from; ;) {
    const id = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (ids.has(id)) return id;
    if (at === '') return null;
    at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')));
  }
}

function nodeOf(
  entry: LockEntry,
  parent: TreeNode,
  base: string,
  registryHosts: ReadonlySet<string>,
): TreeNode {
  const { id, name, integrity, resolved, requires } = entry;
  const version = semver.valid(entry.version) ?? '';
  const folder = id.slice(id.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return {
    id: `${base}/${id}`,
    name,
    ...(folder === name ? {} : { alias: folder }),
    version,
    kind: entry.isBundled ? 'bundled' : kindOf(entry, registryHosts),
    integrity: integrity === '' ? null : integrity,
    resolved: resolved === '' ? null : resolved,
    path: [...parent.path, `${name}@${version || '?'}`],
    isDirect: false,
    isOptional: entry.isOptional || parent.isOptional,
    isDev: parent.isDev,
    isPeer: false,
    isOtherPlatform: parent.isOtherPlatform,
    hasInstallScript: entry.hasInstallScript,
    installScripts: {},
    edges: Object.entries(requires)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([to, spec]) => ({ name: to, spec, type: 'prod', to: null })),
  };
}

function kindOf({ resolved, isLink }: LockEntry, hosts: ReadonlySet<string>): TreeNode['kind'] {
  if (isLink) return 'link';
  if (/^(?:git|github:)/.test(resolved)) return 'git';
  if (resolved.startsWith('file:')) return 'file';
  if (!URL.canParse(resolved)) return 'registry';
  return hosts.has(new URL(resolved).host) ? 'registry' : 'remote';
}
