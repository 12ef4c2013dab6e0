// An npm lockfile from disk, its format checked; an unknown format is an error, never a silent pass.
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isDict, toManifest } from '../analyze/manifest.ts';
import { VetError } from '../errors.ts';
import type { Json, LockfileFact } from '../types.ts';

const MAX_BYTES = 64_000_000;
// The largest honest monorepos have some thousands; beyond this the tree alone takes minutes.
const MAX_PACKAGES = 20_000;

/** Throws a VetError (`unreadable`, `malformed`, `unsupported-lockfile`). */
export async function readLockfile(file: string): Promise<LockfileFact> {
  const raw = await readJson(file);
  const version = isDict(raw) ? raw['lockfileVersion'] : undefined;
  if (!isDict(raw) || typeof version !== 'number' || ![1, 2, 3].includes(version)) {
    throw new VetError(
      'unsupported-lockfile',
      `${path.basename(file)} is not an npm lockfile of version 1, 2 or 3.`,
      {
        hint: 'Write one with: npm install --package-lock-only',
      },
    );
  }
  const packages = raw['packages'];
  if (isDict(packages) && Object.keys(packages).length > MAX_PACKAGES) {
    throw new VetError(
      'too-large',
      `${path.basename(file)} locks more than ${MAX_PACKAGES} packages.`,
      { hint: 'Vet the lockfiles of its parts.' },
    );
  }
  const manifestFile = path.join(path.dirname(file), 'package.json');
  const hasManifest = await stat(manifestFile).then(
    (entry) => entry.isFile(),
    () => false,
  );
  return {
    file,
    lockfileVersion: version,
    raw: raw as Json,
    manifest: hasManifest ? toManifest(await readJson(manifestFile)) : null,
  };
}

/** For what is opened as a file and is a folder, a pipe or a device. */
export function notAFile(base: string): VetError {
  return new VetError('unreadable', `${base} is not a regular file.`, {
    hint: 'Give a file that can be read to its end.',
  });
}

/** A JSON file of bounded size. Throws a VetError. */
export async function readJson(file: string): Promise<unknown> {
  const base = path.basename(file);
  let text: string;
  try {
    const entry = await stat(file);
    // A pipe or a device has no end, or none that comes.
    if (!entry.isFile()) throw notAFile(base);
    if (entry.size > MAX_BYTES) {
      throw new VetError('too-large', `${base} is larger than ${MAX_BYTES / 1e6} MB.`, {
        hint: 'Check that it is the file you meant.',
      });
    }
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof VetError) throw cause;
    throw new VetError('unreadable', `${base} could not be read.`, {
      hint: 'Check that it exists and that you may read it.',
      cause,
    });
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new VetError('malformed', `${base} is not valid JSON.`, {
      hint: 'Open it in an editor; the parser says where it breaks.',
      cause,
    });
  }
}
