// Whether an update that the declared ranges allow would bring the fixed version.
import semver from 'semver';
import type { TreeEdge, TreeNode } from '../../types.ts';

/** Edges by the node they lead to. */
export type IncomingEdges = ReadonlyMap<string, readonly { from: TreeNode; edge: TreeEdge }[]>;

export function incomingEdges(nodes: readonly TreeNode[]): IncomingEdges {
  const incoming = new Map<string, { from: TreeNode; edge: TreeEdge }[]>();
  for (const from of nodes) {
    for (const edge of from.edges) {
      if (edge.to === null) continue;
      const known = incoming.get(edge.to) ?? [];
      known.push({ from, edge });
      incoming.set(edge.to, known);
    }
  }
  return incoming;
}

/**
 * True if every package that asks for the node accepts the fix; false if nothing is fixed, or one that
 * cannot change itself does not accept it; null if it depends on releases of a package in between, or
 * if only the last affected version is known (`isOpen`: not even that).
 */
export function isFixWithinRange(
  node: TreeNode,
  fix: { fixedIn?: string; isOpen: boolean },
  incoming: IncomingEdges,
): boolean | null {
  const { fixedIn } = fix;
  if (fixedIn === undefined) return fix.isOpen ? false : null;
  const edges = incoming.get(node.id) ?? [];
  if (edges.length === 0) return null;
  const refusing = edges.filter(({ edge }) => !accepts(edge.spec, fixedIn));
  if (refusing.length === 0) return true;
  return refusing.some(({ from }) => !canMove(from, incoming)) ? false : null;
}

/** The subject is what was asked for, and an exact pin stays where it is. */
function canMove(node: TreeNode, incoming: IncomingEdges): boolean {
  if (node.id === '') return false;
  const edges = incoming.get(node.id) ?? [];
  return !edges.some(({ edge }) => semver.valid(bareSpec(edge.spec)) !== null);
}

function accepts(spec: string, version: string): boolean {
  const bare = bareSpec(spec);
  if (bare === '' || bare === 'latest') return true;
  return semver.satisfies(version, bare, { loose: true });
}

/** `npm:name@^1` asks for `^1` of another name. */
function bareSpec(spec: string): string {
  const text = spec.slice(0, 500).trim();
  if (!text.startsWith('npm:')) return text;
  const at = text.lastIndexOf('@');
  return at > 'npm:'.length ? text.slice(at + 1) : '';
}
