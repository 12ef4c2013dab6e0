// The source of the subject and its tree. A server whose own files cannot be read is not vetted at all.
import { loneNode } from './lone-node.ts';
import { collectSource, openReader, OUT_OF_TIME, type Reader } from '../collect/source/index.ts';
import { VetError } from '../errors.ts';
import type { Fact, Facts, PackageAnalysis, Subject, TreeFact } from '../types.ts';
import type { Session } from './session.ts';
import type { ResolvedSubject } from './subject.ts';

export interface ReadSubject {
  subject: Pick<Subject, 'name' | 'version' | 'integrity'>;
  files: ResolvedSubject['files'];
  /** Without threats and weaknesses. */
  isBrief?: boolean;
}

export type KnownSource = Extract<Fact<Facts['source']>, { known: true }>;

export function readerFor(
  { subject, files, isBrief = false }: ReadSubject,
  session: Session,
): Reader {
  const { sourceBudgetMs: budgetMs } = session.options;
  const { name, version, integrity } = subject;
  return openReader({
    subject: { name, version, integrity },
    ...{ subjectFiles: files, isBrief },
    pacoteOptions: session.pacote,
    cacheDir: session.cacheDir,
    rulesDigest: session.rulesDigest,
    pool: session.pool,
    ...(budgetMs === undefined ? {} : { budgetMs }),
  });
}

/** Begins with the subject's own files: what they are does not hang on the tree. Never rejects. */
export async function beginRead(
  reader: Reader,
  { name, version, integrity }: Subject,
): Promise<PackageAnalysis | null> {
  // An old package's integrity is known from the tree alone.
  if (integrity === null) return null;
  const read = await reader.read(loneNode(name, version, integrity)).catch(() => null);
  return read && 'analysis' in read ? read.analysis : null;
}

/** Throws a VetError if the subject's own files cannot be read. */
export async function sourceOf(
  tree: Fact<TreeFact>,
  resolved: ResolvedSubject,
  reader: Reader,
  session: Session,
): Promise<KnownSource> {
  const { name } = resolved.subject;
  const source = await collectSource({
    tree: tree.known ? tree.value : subjectAlone(resolved),
    manifest: resolved.manifest,
    reader,
    onProgress: (done, total) =>
      session.options.onProgress?.(name, `reading its source, ${done} of ${total} packages`),
    ...(session.options.signal ? { signal: session.options.signal } : {}),
  });
  if (!source.known) throw unreadSubject(name, source.reason);
  if (source.value.subject.files.total === 0) {
    throw new VetError('empty-package', `${name} has no files.`, {
      hint: 'There is nothing to install; check the name.',
    });
  }
  return source;
}

/** A server whose own files nobody could read was not vetted: no points, no level, no exit 0. */
function unreadSubject(name: string, reason: string): VetError {
  if (reason === OUT_OF_TIME) {
    return new VetError('timeout', `The files of ${name} could not be read: ${reason}.`, {
      hint: 'Try again where less is going on; what was read is kept. If it stays, its code is made to hold a reader up: do not install it.',
    });
  }
  const code = /too (large|many)/.test(reason) ? 'too-large' : 'tarball-broken';
  return new VetError(code, `The files of ${name} could not be read: ${reason}.`, {
    hint: 'Do not install it. Try again with an empty cache (--cache DIR); if it stays, report it to the registry.',
  });
}

/** Its own files tell something even where its dependencies could not be resolved. */
function subjectAlone({ subject }: ResolvedSubject): TreeFact {
  const node = loneNode(subject.name, subject.version, subject.integrity);
  return { nodes: [node], from: 'resolved', problems: [] };
}
