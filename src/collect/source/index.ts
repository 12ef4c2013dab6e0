// The source of the whole tree: every tarball streamed, checked, looked into, remembered.
import { availableParallelism } from 'node:os';
import { baseOf, withBundled } from '../../analyze/source/bundled.ts';
import { stateFunction } from '../../analyze/source/functions.ts';
import { findReachedNodes } from '../../analyze/source/reach.ts';
import { VetError } from '../../errors.ts';
import type {
  Fact,
  Manifest,
  PackageAnalysis,
  SourceFact,
  Subject,
  TreeFact,
  TreeNode,
} from '../../types.ts';
import { openCache } from './cache.ts';
import { fetchTarball, openSubject } from './fetch.ts';
import type { SubjectFiles } from './fetch.ts';
import { createPool } from './pool.ts';
import type { Job } from './job.ts';
import { eachOf } from './each-of.ts';

export { hashesOfPackage } from './fetch.ts';

export interface SourceInput {
  tree: TreeFact;
  subject: Subject;
  manifest: Manifest;
  subjectFiles: SubjectFiles;
  /** As pacote takes them, cache included. */
  pacoteOptions: Record<string, unknown>;
  cacheDir: string;
  rulesDigest: string;
  /** Worker threads. */
  concurrency?: number;
  onProgress?: (done: number, total: number, name: string) => void;
  signal?: AbortSignal;
}

type Read = { analysis: PackageAnalysis } | { reason: string };

// Tarballs under way at once, beyond those being looked into.
const FETCHES_AHEAD = 6;
// Node 20 does not start TypeScript: the sources run without threads, the compiled ones with.
const SCRIPT = import.meta.url.endsWith('.ts') ? null : new URL('./worker.js', import.meta.url);

/**
 * Throws a VetError if the subject's own tarball is not what the registry states; unknown if it cannot
 * be read. Dependencies that cannot be read are named in `unread`.
 */
export async function collectSource(input: SourceInput): Promise<Fact<SourceFact>> {
  const { tree, signal } = input;
  const size = input.concurrency ?? Math.min(4, Math.max(2, availableParallelism()));
  const pool = createPool({ size, script: SCRIPT });
  const stop = () => void pool.close();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const nodes = [...tree.nodes].filter(({ kind }) => kind !== 'bundled' && kind !== 'link');
    const reads = new Map<string, Promise<Read>>();
    const results = new Map<string, Read>();
    let done = 0;
    await eachOf(nodes, size + FETCHES_AHEAD, async (node) => {
      if (signal?.aborted) throw new VetError('interrupted', 'Interrupted.');
      // The same tarball in several places is looked into once.
      const key = node.kind === 'subject' ? '' : `${node.name}@${node.version} ${node.integrity}`;
      const read = reads.get(key) ?? readNode(node, input, pool.run);
      reads.set(key, read);
      results.set(node.id, await read);
      input.onProgress?.((done += 1), nodes.length, node.name);
    });
    if (signal?.aborted) throw new VetError('interrupted', 'Interrupted.');
    return toFact(input, nodes, results);
  } finally {
    signal?.removeEventListener('abort', stop);
    await pool.close();
  }
}

async function readNode(
  node: TreeNode,
  input: SourceInput,
  run: (job: Job) => Promise<{ ok: true; json: string } | { ok: false; reason: string }>,
): Promise<Read> {
  const isSubject = node.kind === 'subject';
  const reason = isSubject ? null : reasonNotToFetch(node);
  if (reason !== null) return { reason };
  const integrity = isSubject ? (input.subject.integrity ?? node.integrity) : node.integrity;
  const { name, version } = isSubject ? input.subject : node;
  const cache = openCache(input.cacheDir, input.rulesDigest);
  const isCacheable = integrity !== null && !(isSubject && input.subjectFiles.kind === 'folder');
  const key = { name, version, integrity: integrity ?? '', isSubject };
  const cached = isCacheable ? await cache.get(key) : null;
  if (cached) return { analysis: cached };
  const wanted = { ...key, resolved: node.kind === 'registry' ? node.resolved : null };
  const fetched = isSubject
    ? await openSubject(input.subjectFiles, wanted, input.pacoteOptions)
    : await fetchTarball(wanted, input.pacoteOptions);
  if (!fetched.ok) return { reason: fetched.reason };
  const result = await run({
    name,
    version,
    integrity,
    isSubject,
    givenUp: [],
    content: fetched.content,
  });
  if (!result.ok) return { reason: result.reason };
  const analysis = JSON.parse(result.json) as PackageAnalysis;
  // What time or memory did not allow may work next time.
  const isWhole = !analysis.files.unreadable.some(({ reason }) => reason.startsWith('took too'));
  if (isCacheable && isWhole) await cache.put(key, result.json);
  return { analysis };
}

function reasonNotToFetch(node: TreeNode): string | null {
  switch (node.kind) {
    case 'git':
      return 'it comes from git, which is never fetched';
    case 'remote':
      return 'it comes from a URL outside the registry, which is never fetched';
    case 'file':
      return 'it is a file beside the package, not from a registry';
    default:
      return null;
  }
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
