// The source of the subject and its tree. A server whose own files cannot be read is not vetted at all.
import { loneNode } from './lone-node.ts';
import { collectSource } from '../collect/source/index.ts';
import { VetError } from '../errors.ts';
import type { Fact, Facts, TreeFact } from '../types.ts';
import type { Session } from './session.ts';
import type { ResolvedSubject } from './subject.ts';

/** Throws a VetError if the subject's own files cannot be read. */
export async function sourceOf(
  tree: Fact<TreeFact>,
  resolved: ResolvedSubject,
  session: Session,
  progress: (doing: string) => void,
): Promise<Fact<Facts['source']>> {
  const source = await collectSource({
    tree: tree.known ? tree.value : subjectAlone(resolved),
    subject: resolved.subject,
    manifest: resolved.manifest,
    subjectFiles: resolved.files,
    pacoteOptions: session.pacote,
    cacheDir: session.cacheDir,
    rulesDigest: session.rulesDigest,
    onProgress: (done, total) => progress(`reading its source, ${done} of ${total} packages`),
    ...(session.options.signal ? { signal: session.options.signal } : {}),
  });
  const { name } = resolved.subject;
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
