// The source of the whole tree: every tarball streamed, checked, looked into, remembered.
import { baseOf, withBundled } from '../../analyze/source/bundled.ts';
import { stateFunction } from '../../analyze/source/functions.ts';
import { findReachedNodes } from '../../analyze/source/reach.ts';
import { VetError } from '../../errors.ts';
import type {
  Fact,
  Manifest,
  PackageAnalysis,
  SourceFact,
  TreeFact,
  TreeNode,
} from '../../types.ts';
import type { Read, Reader } from './reader.ts';

export { hashesOfPackage } from './fetch.ts';
export { openPool, type Pool } from './pool.ts';
export { openReader, OUT_OF_TIME, type Reader } from './reader.ts';

export interface SourceInput {
  tree: TreeFact;
  manifest: Manifest;
  reader: Reader;
  onProgress?: (done: number, total: number, name: string) => void;
  signal?: AbortSignal;
}

/**
 * Throws a VetError if the subject's own tarball is not what the registry states; unknown if it cannot
 * be read. Dependencies that cannot be read are named in `unread`.
 */
export async function collectSource(input: SourceInput): Promise<Fact<SourceFact>> {
  const { tree, reader, signal } = input;
  const nodes = [...tree.nodes].filter(({ kind }) => kind !== 'bundled');
  const results = new Map<string, Read>();
  await Promise.all(
    nodes.map(async (node) => {
      stopIfTold(signal);
      results.set(node.id, await reader.read(node));
      stopIfTold(signal);
      input.onProgress?.(results.size, nodes.length, node.name);
    }),
  );
  return toFact(input, nodes, results);
}

function stopIfTold(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new VetError('interrupted', 'Interrupted.');
}

function toFact(
  input: SourceInput,
  nodes: TreeNode[],
  results: ReadonlyMap<string, Read>,
): Fact<SourceFact> {
  const dependencies: Record<string, PackageAnalysis> = Object.create(null) as Record<
    string,
    PackageAnalysis
  >;
  const unread: SourceFact['unread'] = [];
  let subject: PackageAnalysis | undefined;
  for (const node of nodes) {
    const read = results.get(node.id);
    if (!read) continue;
    if ('reason' in read) {
      if (node.kind === 'subject') return { known: false, reason: read.reason };
      unread.push({ node: node.id, name: node.name, reason: read.reason });
    } else {
      if (node.kind === 'subject') subject = read.analysis;
      else dependencies[node.id] = read.analysis;
      for (const [place, analysis] of Object.entries(read.analysis.bundled ?? {})) {
        dependencies[`${baseOf(node)}/${place}`] = analysis;
      }
    }
  }
  if (!subject) return { known: false, reason: 'the tree has no subject' };
  const root = nodes.find(({ kind }) => kind === 'subject')?.id ?? '';
  const all = { ...dependencies, [root]: subject };
  const tree = withBundled(input.tree, ({ id }) => all[id]);
  const reachedNodes = findReachedNodes(tree, all);
  const stated = stateFunction(input.manifest, subject);
  const ids = new Set(tree.nodes.map(({ id }) => id));
  return {
    known: true,
    value: {
      ...{ subject, reachedNodes, stated },
      dependencies: keepOnly(dependencies, ids),
      unread: unread.filter(({ node }) => ids.has(node)),
    },
  };
}

function keepOnly<T>(record: Record<string, T>, keys: ReadonlySet<string>): Record<string, T> {
  const entries = Object.entries(record).filter(([key]) => keys.has(key));
  return Object.assign(Object.create(null) as Record<string, T>, Object.fromEntries(entries));
}
