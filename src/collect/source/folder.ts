// The files of a folder as npm would pack them, roughly: read, bounded, links not followed.
import { createHash } from 'node:crypto';
import { open, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { toManifest } from '../../analyze/manifest.ts';
import type { PackageFile } from '../../analyze/source/package-context.ts';
import type { ArchiveContent } from './archive.ts';
import { ARCHIVE_BOUNDS, type ArchiveBounds } from './archive.ts';
import type { Manifest } from '../../types.ts';

// npm never packs these.
const NEVER = new Set(['node_modules', '.git', '.svn', '.hg', 'CVS', '.DS_Store', '.npmrc']);
const MAX_DEPTH = 30;
const MAX_BUNDLED = 1_000;

/** Throws what the file system throws when the folder itself cannot be read. */
export async function readFolder(
  folder: string,
  bounds: ArchiveBounds = ARCHIVE_BOUNDS,
): Promise<ArchiveContent> {
  const content: ArchiveContent = { files: [], notRead: [] };
  const state = { bytes: 0, bounds };
  await visit(folder, '', 0, content, state);
  for (const name of await bundledIn(folder)) {
    await visit(folder, `node_modules/${name}`, 0, content, state).catch(() => {
      content.notRead.push({ file: `node_modules/${name}`, reason: 'bundled, but not installed' });
    });
  }
  content.files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return content;
}

/** What npm packs of node_modules/: what `bundleDependencies` names, and what that needs in turn. */
async function bundledIn(folder: string): Promise<string[]> {
  const own = await manifestIn(folder);
  const names = new Set(own.bundleDependencies.filter(isPackageName));
  for (const name of names) {
    const { dependencies } = await manifestIn(path.join(folder, 'node_modules', name));
    for (const next of Object.keys(dependencies).filter(isPackageName)) {
      if (names.size < MAX_BUNDLED) names.add(next);
    }
  }
  return [...names].sort();
}

function isPackageName(name: string): boolean {
  return /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/.test(name);
}

/** An empty one where there is none that can be read. */
async function manifestIn(folder: string): Promise<Manifest> {
  const file = await readBounded(path.join(folder, 'package.json'), '', ARCHIVE_BOUNDS);
  try {
    return toManifest(JSON.parse(Buffer.from(file?.bytes ?? []).toString('utf8')));
  } catch {
    return toManifest({});
  }
}

async function visit(
  root: string,
  inner: string,
  depth: number,
  content: ArchiveContent,
  state: { bytes: number; bounds: ArchiveBounds },
): Promise<void> {
  const entries = await readdir(path.join(root, inner), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (NEVER.has(entry.name)) continue;
    const file = inner === '' ? entry.name : `${inner}/${entry.name}`;
    const leaveOut = (reason: string) => content.notRead.push({ file, reason });
    if (entry.isSymbolicLink()) leaveOut('a symbolic link');
    else if (entry.isDirectory()) {
      if (depth >= MAX_DEPTH) leaveOut('a folder nested too deep');
      else await visit(root, file, depth + 1, content, state);
    } else if (!entry.isFile()) leaveOut('neither a file nor a folder');
    else if (content.files.length >= state.bounds.maxEntries) return;
    else if (state.bytes > state.bounds.maxUnpackedBytes) leaveOut('the folder is too large');
    else {
      const read = await readBounded(path.join(root, file), file, state.bounds);
      if (read === null) leaveOut('it could not be opened');
      else content.files.push(read);
      state.bytes += read?.size ?? 0;
    }
  }
}

async function readBounded(
  full: string,
  file: string,
  bounds: ArchiveBounds,
): Promise<PackageFile | null> {
  try {
    const handle = await open(full, 'r');
    try {
      const { size } = await handle.stat();
      const isKept = size <= bounds.maxKeptBytes;
      const bytes = isKept
        ? await readFile(handle)
        : (await handle.read(Buffer.alloc(128), 0, 128, 0)).buffer;
      const sha256 = isKept ? createHash('sha256').update(bytes).digest('hex') : '';
      return { path: file, bytes, size, sha256 };
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}
