// A .tgz that a person names: its package.json and its integrity.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { VetError } from '../errors.ts';
import { ArchiveError, readArchive } from './source/archive.ts';

const MAX_PACKED_BYTES = 200_000_000;

/** `manifest` is raw JSON, untested. Throws a VetError. */
export async function readTarballFile(
  file: string,
): Promise<{ manifest: unknown; integrity: string }> {
  const bytes = await read(file);
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  const name = path.basename(file);
  try {
    const found = readArchive(bytes).files.find((entry) => entry.path === 'package.json');
    if (found) {
      const text = Buffer.from(found.bytes)
        .toString('utf8')
        .replace(/^\ufeff/, '');
      return { manifest: JSON.parse(text), integrity };
    }
  } catch (cause) {
    const isBroken = cause instanceof ArchiveError || cause instanceof SyntaxError;
    if (!isBroken) throw cause;
    throw new VetError('tarball-broken', `${name} is not an npm tarball that can be read.`, {
      hint: 'Make one with: npm pack',
      cause,
    });
  }
  throw new VetError('empty-package', `${name} holds no package.json.`, {
    hint: 'Make one with: npm pack',
  });
}

async function read(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size > MAX_PACKED_BYTES) {
      throw new VetError('too-large', `${path.basename(file)} is larger than any npm tarball.`);
    }
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof VetError) throw cause;
    throw new VetError('unreadable', `${path.basename(file)} could not be read.`, {
      hint: 'Check the path.',
      cause,
    });
  }
}
