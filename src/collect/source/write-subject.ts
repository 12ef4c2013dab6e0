// Lays the files of a folder or a .tgz out as an install would, for a run in the sandbox; links are left out.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { VetError } from '../../errors.ts';
import { ARCHIVE_BOUNDS, ArchiveError, readArchive, type ArchiveContent } from './archive.ts';
import type { SubjectFiles } from './fetch.ts';
import { readFolder } from './folder.ts';

// Whole files, also those too large to be looked into: what is run is what lies there.
const BOUNDS = { ...ARCHIVE_BOUNDS, maxKeptBytes: ARCHIVE_BOUNDS.maxUnpackedBytes };

/** Throws a VetError (`tarball-broken`, `too-large`) or what the file system throws. */
export async function writeSubject(
  files: Exclude<SubjectFiles, { kind: 'registry' }>,
  dest: string,
): Promise<void> {
  const content =
    files.kind === 'folder'
      ? await readFolder(files.path, BOUNDS)
      : unpacked(await readFile(files.path));
  for (const { path: inner, bytes } of content.files) {
    const file = path.join(dest, inner);
    await mkdir(path.dirname(file), { recursive: true });
    // An installer makes programs executable; which files those are matters to nobody here.
    await writeFile(file, bytes, { mode: 0o755 });
  }
}

function unpacked(bytes: Buffer): ArchiveContent {
  try {
    return readArchive(bytes, BOUNDS);
  } catch (cause) {
    if (!(cause instanceof ArchiveError)) throw cause;
    throw new VetError('tarball-broken', `The .tgz cannot be unpacked: ${cause.message}.`, {
      cause,
    });
  }
}
