// Gets a tarball's bytes, integrity-checked and bounded, without unpacking anything anywhere.
import { readFile, stat } from 'node:fs/promises';
import { VetError } from '../../errors.ts';
import { streamTarball } from '../pacote.ts';
import { registryError } from '../registry-error.ts';
import { ArchiveError, readArchive } from './archive.ts';
import { readFolder } from './folder.ts';
import type { Job } from './job.ts';

export type SubjectFiles =
  /** `tarball`: where the registry keeps it, if that is known. */
  | { kind: 'registry'; tarball?: string }
  | { kind: 'folder'; path: string }
  | { kind: 'tarball'; path: string };
export type Fetched = { ok: true; content: Job['content'] } | { ok: false; reason: string };
interface Wanted {
  name: string;
  version: string;
  integrity: string;
  /** Where the registry keeps the tarball, if that is known: spares a look at the packument. */
  resolved: string | null;
}

const MAX_PACKED_BYTES = 200_000_000;

/** A dependency's tarball. Whatever goes wrong is the reason why it stays unread. */
export async function fetchTarball(
  wanted: Wanted,
  options: Record<string, unknown>,
): Promise<Fetched> {
  try {
    return { ok: true, content: { kind: 'tarball', bytes: await tarballBytes(wanted, options) } };
  } catch (error) {
    if (error instanceof ArchiveError) return { ok: false, reason: error.message };
    const known = registryError(error, wanted.name);
    // One odd tarball must not end the run; it is named, with what the library calls the trouble.
    const code = /^[A-Z_0-9]{1,40}$/.exec(String((error as { code?: unknown }).code))?.[0];
    const reason =
      known instanceof VetError ? known.message : `fetching it failed (${code ?? 'unknown'})`;
    return { ok: false, reason };
  }
}

/** The server's own files. A tarball with other bytes than stated throws a VetError. */
export async function openSubject(
  files: SubjectFiles,
  wanted: Wanted,
  options: Record<string, unknown>,
): Promise<Fetched> {
  if (files.kind === 'folder') {
    return { ok: true, content: { kind: 'files', content: await readFolder(files.path) } };
  }
  if (files.kind === 'tarball') {
    const { size } = await stat(files.path);
    if (size > MAX_PACKED_BYTES) return { ok: false, reason: 'the tarball is too large' };
    return { ok: true, content: { kind: 'tarball', bytes: await readFile(files.path) } };
  }
  try {
    return { ok: true, content: { kind: 'tarball', bytes: await tarballBytes(wanted, options) } };
  } catch (error) {
    if (error instanceof ArchiveError) return { ok: false, reason: error.message };
    throw registryError(error, wanted.name);
  }
}

/** sha256 by path of a package of the registry. Throws a VetError. */
export async function hashesOfPackage(
  spec: string,
  options: Record<string, unknown>,
): Promise<Record<string, string>> {
  try {
    const bytes = await streamTarball(spec, null, options, collect);
    const { files } = readArchive(bytes);
    return Object.fromEntries(files.map(({ path, sha256 }) => [path, sha256]));
  } catch (error) {
    if (error instanceof ArchiveError) {
      throw new VetError('tarball-broken', 'The tarball of a package to compare with is broken.', {
        cause: error,
      });
    }
    throw registryError(error, spec);
  }
}

async function tarballBytes(wanted: Wanted, options: Record<string, unknown>): Promise<Buffer> {
  const spec = `${wanted.name}@${wanted.version}`;
  const integrity = wanted.integrity === '' ? null : wanted.integrity;
  const where = wanted.resolved === null ? {} : { resolved: wanted.resolved };
  return streamTarball(spec, integrity, { ...options, fullMetadata: false, ...where }, collect);
}

async function collect(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_PACKED_BYTES) throw new ArchiveError('the tarball is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
