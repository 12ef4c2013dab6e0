// Reads packages one by one, each tarball once: what earlier runs told of it, else fetched and looked into.
import type { PackageAnalysis, TreeNode } from '../../types.ts';
import { openCache, type AnalysisCache, type AnalysisKey } from './cache.ts';
import { fetchTarball, openSubject, type SubjectFiles } from './fetch.ts';
import { limiter } from './limiter.ts';
import { POOL_SIZE, type Pool } from './pool.ts';
import { openSpan, type Span } from './span.ts';

export interface ReaderInput {
  subject: { name: string; version: string; integrity: string | null };
  subjectFiles: SubjectFiles;
  /** Of the subject neither threats nor weaknesses are wanted. */
  isBrief?: boolean;
  /** As pacote takes them, cache included. */
  pacoteOptions: Record<string, unknown>;
  cacheDir: string;
  rulesDigest: string;
  pool: Pool;
  /** For the tree from now on, for the server from when it is asked for; what is not read by then stays unread. */
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
/** For the server, and for its tree. Minutes are enough for hundreds of packages; whoever waits wants a report. */
const BUDGET_MS = 120_000;
// Tarballs under way at once, beyond those being looked into.
const FETCHES_AHEAD = 8;

export function openReader(input: ReaderInput): Reader {
  const cache = openCache(input.cacheDir, input.rulesDigest);
  const reads = new Map<string, Promise<Read>>();
  const slot = limiter(POOL_SIZE + FETCHES_AHEAD);
  const budgetMs = input.budgetMs ?? BUDGET_MS;
  const outer = input.pacoteOptions['signal'];
  const span = openSpan(outer, budgetMs);
  // Whatever its dependencies take, the server has its own time.
  let own: Span | undefined;
  const start = async (node: TreeNode, { signal, isOver }: Span): Promise<Read> => {
    const pacoteOptions = { ...input.pacoteOptions, signal };
    return isOver() ? { reason: OUT_OF_TIME } : readNode(node, { ...input, pacoteOptions }, cache);
  };
  const within = (time: Span, read: () => Promise<Read>) =>
    Promise.race([time.over.then((): Read => ({ reason: OUT_OF_TIME })), read()]);
  return {
    read(node) {
      const isSubject = node.kind === 'subject';
      // The same tarball in several places is looked into once.
      const key = isSubject ? '' : `${node.name}@${node.version} ${node.integrity}`;
      const known = reads.get(key);
      if (known) return known;
      const time = isSubject ? (own ??= openSpan(outer, budgetMs)) : span;
      const read = within(time, () =>
        isSubject ? start(node, time) : slot(() => start(node, time)),
      );
      // It rejects for whoever awaits it, which may be later.
      read.catch(() => undefined);
      reads.set(key, read);
      return read;
    },
    close() {
      span.end();
      own?.end();
    },
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
  const isBrief = isSubject && input.isBrief === true;
  const whole = { name, version, integrity: integrity ?? '', isSubject };
  const key = isBrief ? { ...whole, isBrief } : whole;
  const cached = isCacheable ? await oneOf(cache, isBrief ? [whole, key] : [whole]) : null;
  if (cached) return { analysis: cached };
  input.pool.prestart();
  const wanted = { ...key, resolved: placeOf(node, input) };
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

/** Where its tarball lies. A server that has to be asked for once more comes after all that it depends on. */
function placeOf(node: TreeNode, { subject, subjectFiles }: ReaderInput): string | null {
  if (node.kind !== 'subject') return node.kind === 'registry' ? node.resolved : null;
  // What the registry states of an old package's bytes stands in its answer alone.
  const isStated = subject.integrity !== null && subjectFiles.kind === 'registry';
  return isStated ? (subjectFiles.tarball ?? null) : null;
}

async function oneOf(cache: AnalysisCache, keys: AnalysisKey[]): Promise<PackageAnalysis | null> {
  for (const key of keys) {
    const known = await cache.get(key);
    if (known) return known;
  }
  return null;
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
