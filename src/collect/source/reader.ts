// Reads packages one by one, each tarball once: what earlier runs told of it, else fetched and looked into.
import { setMaxListeners } from 'node:events';
import type { PackageAnalysis, TreeNode } from '../../types.ts';
import { openCache, type AnalysisCache } from './cache.ts';
import { fetchTarball, openSubject, type SubjectFiles } from './fetch.ts';
import { limiter } from './limiter.ts';
import { POOL_SIZE, type Pool } from './pool.ts';

export interface ReaderInput {
  subject: { name: string; version: string; integrity: string | null };
  subjectFiles: SubjectFiles;
  /** As pacote takes them, cache included. */
  pacoteOptions: Record<string, unknown>;
  cacheDir: string;
  rulesDigest: string;
  pool: Pool;
  /** From now on; what is not read by then stays unread. */
  budgetMs?: number;
}
export type Read = { analysis: PackageAnalysis } | { reason: string };
export interface Reader {
  /** May be asked ahead and again. Rejects with a VetError only for a subject that is not what was promised. */
  read(node: TreeNode): Promise<Read>;
  /** Ends what is still being fetched. */
  close(): void;
}

export const OUT_OF_TIME = 'the time for reading the source was over';
/** For one subject with its tree. Minutes are enough for hundreds of packages; whoever waits wants a report. */
const BUDGET_MS = 120_000;
// Tarballs under way at once, beyond those being looked into.
const FETCHES_AHEAD = 6;

export function openReader(input: ReaderInput): Reader {
  const cache = openCache(input.cacheDir, input.rulesDigest);
  const reads = new Map<string, Promise<Read>>();
  const slot = limiter(POOL_SIZE + FETCHES_AHEAD);
  const end = new AbortController();
  const outer = input.pacoteOptions['signal'];
  const signal = outer instanceof AbortSignal ? AbortSignal.any([outer, end.signal]) : end.signal;
  setMaxListeners(0, signal);
  const pacoteOptions = { ...input.pacoteOptions, signal };
  let isOver = false;
  const timer = setTimeout(() => end.abort(), input.budgetMs ?? BUDGET_MS);
  // First of all that listen: nobody waits for a request that does not heed the signal.
  const over = new Promise<Read>((done) => {
    const stop = () => {
      isOver = true;
      clearTimeout(timer);
      done({ reason: OUT_OF_TIME });
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  const start = async (node: TreeNode): Promise<Read> =>
    isOver ? { reason: OUT_OF_TIME } : readNode(node, { ...input, pacoteOptions }, cache);
  return {
    read(node) {
      const isSubject = node.kind === 'subject';
      // The same tarball in several places is looked into once.
      const key = isSubject ? '' : `${node.name}@${node.version} ${node.integrity}`;
      const known = reads.get(key);
      if (known) return known;
      const read = Promise.race([over, isSubject ? start(node) : slot(() => start(node))]);
      // It rejects for whoever awaits it, which may be later.
      read.catch(() => undefined);
      reads.set(key, read);
      return read;
    },
    close: () => end.abort(),
  };
}

async function readNode(node: TreeNode, input: ReaderInput, cache: AnalysisCache): Promise<Read> {
  const isSubject = node.kind === 'subject';
  const reason = isSubject ? null : reasonNotToFetch(node);
  if (reason !== null) return { reason };
  const { name, version } = isSubject ? input.subject : node;
  const integrity = isSubject ? (input.subject.integrity ?? node.integrity) : node.integrity;
  // Without an integrity nothing says that it is the same tarball as before; a folder may change.
  const isCacheable = integrity !== null && !(isSubject && input.subjectFiles.kind === 'folder');
  const key = { name, version, integrity: integrity ?? '', isSubject };
  const cached = isCacheable ? await cache.get(key) : null;
  if (cached) return { analysis: cached };
  input.pool.prestart();
  const wanted = { ...key, resolved: node.kind === 'registry' ? node.resolved : null };
  const fetched = isSubject
    ? await openSubject(input.subjectFiles, wanted, input.pacoteOptions)
    : await fetchTarball(wanted, input.pacoteOptions);
  if (!fetched.ok) return { reason: fetched.reason };
  const { content } = fetched;
  const result = await input.pool.run({ ...key, integrity, givenUp: [], content });
  if (!result.ok) return { reason: result.reason };
  const analysis = JSON.parse(result.json) as PackageAnalysis;
  // What time or memory did not allow may work next time.
  const isWhole = !analysis.files.unreadable.some(({ reason: why }) => why.startsWith('took too'));
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
    case 'link':
      return 'it is a link to a folder; what lies inside of this one was read as part of it';
    default:
      return null;
  }
}
