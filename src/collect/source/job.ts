// One package's work, the same in a worker thread and without one.
import { analyzePackage } from '../../analyze/source/package.ts';
import { ArchiveError, readArchive } from './archive.ts';
import type { ArchiveContent } from './archive.ts';

export interface Job {
  name: string;
  version: string;
  integrity: string | null;
  isSubject: boolean;
  /** Without threats and weaknesses, and after all that waits. */
  isBrief?: boolean;
  content: { kind: 'tarball'; bytes: Uint8Array } | { kind: 'files'; content: ArchiveContent };
  /** Files that took too long in attempts before. */
  givenUp: string[];
}
/** `json` is a PackageAnalysis. */
export type JobResult = { ok: true; json: string } | { ok: false; reason: string };

/** Never throws: a package that cannot be read must not take the others with it. */
export function runJob(job: Job, onFile: (path: string) => void): JobResult {
  try {
    const { content } = job;
    const { files, notRead } =
      content.kind === 'tarball' ? readArchive(content.bytes) : content.content;
    const analysis = analyzePackage({ ...job, files, notRead, onFile });
    return { ok: true, json: JSON.stringify(analysis) };
  } catch (error) {
    if (error instanceof ArchiveError) return { ok: false, reason: error.message };
    // The message may quote the package; the place in our own code may not.
    const place =
      error instanceof Error ? (/\bat .{1,200}/.exec(error.stack ?? '')?.[0] ?? '') : '';
    const where = /[\w-]+\.[jt]s:\d+/.exec(place)?.[0] ?? 'unknown place';
    return { ok: false, reason: `a fault of mcp-vet itself (${where})` };
  }
}
