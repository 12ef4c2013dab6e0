// A package tarball, unpacked in memory and nowhere else, as npm's own reader understands it.
import { createHash } from 'node:crypto';
import { Parser } from 'tar';
import type { ReadEntry } from 'tar';
import type { PackageFile } from '../../analyze/source/package-context.ts';

export interface ArchiveContent {
  files: PackageFile[];
  /** What is in the archive and was not read, with the reason. */
  notRead: { file: string; reason: string }[];
}
export interface ArchiveBounds {
  maxUnpackedBytes: number;
  maxEntries: number;
  /** Larger files are hashed, but only their first bytes are kept. */
  maxKeptBytes: number;
}

export const ARCHIVE_BOUNDS: ArchiveBounds = {
  maxUnpackedBytes: 600_000_000,
  maxEntries: 100_000,
  maxKeptBytes: 10_000_000,
};
// gzip expands a thousandfold at most: between two looks at the sum it cannot grow beyond reason.
const CHUNK_BYTES = 4_096;
const HEAD_BYTES = 128;
const MAX_PATH_CHARS = 1_000;

/** Thrown for an archive that is broken or larger than anybody needs. The message quotes nothing. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/** Reads a whole .tgz. Throws an {@link ArchiveError}. */
export function readArchive(
  tarball: Uint8Array,
  bounds: ArchiveBounds = ARCHIVE_BOUNDS,
): ArchiveContent {
  const files = new Map<string, PackageFile>();
  const notRead: ArchiveContent['notRead'] = [];
  const state = { bytes: 0, entries: 0, problem: '' };
  const parser = new Parser({
    strict: false,
    // Whatever else stands there (symlinks, devices) npm leaves out as well.
    onReadEntry: (entry) => {
      state.entries += 1;
      takeEntry(entry, files, notRead, state, bounds);
    },
  });
  parser.on('error', () => {
    state.problem ||= 'the archive is broken';
  });
  let isBad = false;
  parser.on('warn', (code: string) => {
    isBad ||= code === 'TAR_BAD_ARCHIVE' || code === 'TAR_ABORT';
  });
  // What stands behind the end of the archive npm ignores; the reader would collect it, ever slower.
  let isOver = false;
  parser.on('eof', () => {
    isOver = true;
  });
  for (let at = 0; at < tarball.length && state.problem === '' && !isOver; at += CHUNK_BYTES) {
    parser.write(tarball.subarray(at, at + CHUNK_BYTES));
    if (state.bytes > bounds.maxUnpackedBytes)
      state.problem = 'the archive unpacks to too many bytes';
    if (state.entries > bounds.maxEntries) state.problem = 'the archive holds too many files';
  }
  if (state.problem === '' && !isOver) parser.end();
  if (state.problem === '' && isBad) state.problem = 'the archive is broken';
  if (state.problem !== '') throw new ArchiveError(state.problem);
  return { files: [...files.values()], notRead };
}

function takeEntry(
  entry: ReadEntry,
  files: Map<string, PackageFile>,
  notRead: ArchiveContent['notRead'],
  state: { bytes: number; problem: string },
  bounds: ArchiveBounds,
): void {
  const path = innerPath(entry.path);
  const reason = path === null ? 'its path leads out of the package' : oddType(entry.type);
  if (path === null || reason !== null) {
    if (entry.type !== 'Directory' && notRead.length < 1000) {
      notRead.push({ file: entry.path.slice(0, MAX_PATH_CHARS), reason: reason ?? '' });
    }
    entry.resume();
    return;
  }
  const hash = createHash('sha256');
  const isKept = entry.size <= bounds.maxKeptBytes;
  const chunks: Buffer[] = [];
  let size = 0;
  entry.on('data', (chunk: Buffer) => {
    state.bytes += chunk.length;
    if (state.problem !== '' || state.bytes > bounds.maxUnpackedBytes) return;
    hash.update(chunk);
    if (isKept) chunks.push(chunk);
    else if (size === 0) chunks.push(Buffer.from(chunk.subarray(0, HEAD_BYTES)));
    size += chunk.length;
  });
  entry.on('end', () => {
    const sha256 = hash.digest('hex');
    const before = files.get(path);
    // npm writes one over the other: the last one is what runs. Some tools pack the same file twice.
    if (before && before.sha256 !== sha256 && notRead.length < 1000) {
      notRead.push({ file: path, reason: 'stands in the archive more than once' });
    }
    files.set(path, { path, bytes: Buffer.concat(chunks), size, sha256 });
  });
}

/** Without its first folder, as npm unpacks it; null if it would leave the package. */
function innerPath(raw: string): string | null {
  const path = raw.replaceAll('\\', '/');
  if (path.length > MAX_PATH_CHARS || path.startsWith('/') || /^[a-z]:/i.test(path)) return null;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || path.includes('\0')) return null;
  return parts.slice(1).join('/') || null;
}

function oddType(type: string): string | null {
  if (type === 'File' || type === 'OldFile' || type === 'ContiguousFile') return null;
  if (type === 'SymbolicLink') return 'a symbolic link';
  if (type === 'Link') return 'a hard link';
  return type === 'Directory' ? 'a folder' : 'neither a file nor a folder';
}
