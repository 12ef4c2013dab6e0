// Reads the entries of a zip archive one by one: stored or deflated, zip64, nothing written anywhere.
import type { FileHandle } from 'node:fs/promises';
import { inflateRawSync } from 'node:zlib';
import { windowReader, type ReadAt } from './window-reader.ts';

const END_SIGNATURE = 0x06054b50;
const ZIP64_LOCATOR = 0x07064b50;
const ZIP64_END = 0x06064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const U32 = 0xffffffff;
const LIMITS = {
  entries: 1_000_000,
  directoryBytes: 256 * 1024 * 1024,
  entryBytes: 8 * 1024 * 1024,
  totalBytes: 8 * 1024 * 1024 * 1024,
};

export interface ZipEntry {
  /** As it stands in the archive; never a place to write to. */
  name: string;
  /** Its content, or null if it is larger than allowed, encrypted or broken. */
  bytes: Buffer | null;
}
interface Header {
  name: string;
  flags: number;
  method: number;
  packed: number;
  size: number;
  offset: number;
}
export type ZipLimits = typeof LIMITS;

/** Entries whose name `wants` accepts. Throws a plain Error where the archive itself is broken or too large. */
export async function* zipEntries(
  file: FileHandle,
  wants: (name: string) => boolean,
  limits: ZipLimits = LIMITS,
): AsyncGenerator<ZipEntry> {
  const { size } = await file.stat();
  const readAt = windowReader(file, size);
  const directory = await readDirectory(readAt, size, limits);
  let total = 0;
  for (const header of headersOf(directory.bytes, directory.entries)) {
    if (!wants(header.name)) continue;
    const bytes = await readEntry(readAt, header, size, limits);
    total += bytes?.length ?? 0;
    if (total > limits.totalBytes) throw new Error('the archive unpacks to more than allowed');
    yield { name: header.name, bytes };
  }
}

async function readDirectory(
  readAt: ReadAt,
  size: number,
  limits: ZipLimits,
): Promise<{ bytes: Buffer; entries: number }> {
  const tailStart = Math.max(0, size - 65_557);
  const tail = await readAt(tailStart, size - tailStart);
  const at = lastSignature(tail);
  if (at < 0) throw new Error('it is not a zip archive');
  const plain = {
    entries: tail.readUInt16LE(at + 10),
    length: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  const isLarge = plain.entries === 0xffff || plain.length === U32 || plain.offset === U32;
  const end = isLarge ? await zip64End(readAt, tail, at, size, plain) : plain;
  if (end.entries > limits.entries) throw new Error('the archive holds too many entries');
  if (end.length > limits.directoryBytes) throw new Error('the archive directory is too large');
  if (end.offset + end.length > size) throw new Error('the archive is cut off');
  return { bytes: await readAt(end.offset, end.length), entries: end.entries };
}

function lastSignature(tail: Buffer): number {
  for (let at = tail.length - 22; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) === END_SIGNATURE) return at;
  }
  return -1;
}

async function zip64End(
  readAt: ReadAt,
  tail: Buffer,
  at: number,
  size: number,
  plain: { entries: number; length: number; offset: number },
): Promise<{ entries: number; length: number; offset: number }> {
  const locator = at - 20;
  // 65 535 entries exactly need no zip64 record.
  if (locator < 0 || tail.readUInt32LE(locator) !== ZIP64_LOCATOR) return plain;
  const where = Number(tail.readBigUInt64LE(locator + 8));
  if (where + 56 > size) throw new Error('the archive is cut off');
  const record = await readAt(where, 56);
  if (record.readUInt32LE(0) !== ZIP64_END) throw new Error('the archive directory is broken');
  return {
    entries: Number(record.readBigUInt64LE(32)),
    length: Number(record.readBigUInt64LE(40)),
    offset: Number(record.readBigUInt64LE(48)),
  };
}

function* headersOf(directory: Buffer, entries: number): Generator<Header> {
  let at = 0;
  for (let index = 0; index < entries; index += 1) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== CENTRAL) {
      throw new Error('the archive directory is broken');
    }
    const nameLength = directory.readUInt16LE(at + 28);
    const extraLength = directory.readUInt16LE(at + 30);
    const next = at + 46 + nameLength + extraLength + directory.readUInt16LE(at + 32);
    if (next > directory.length) throw new Error('the archive directory is broken');
    const extraAt = at + 46 + nameLength;
    yield withZip64Sizes(
      {
        name: directory.toString('utf8', at + 46, extraAt),
        flags: directory.readUInt16LE(at + 8),
        method: directory.readUInt16LE(at + 10),
        packed: directory.readUInt32LE(at + 20),
        size: directory.readUInt32LE(at + 24),
        offset: directory.readUInt32LE(at + 42),
      },
      directory.subarray(extraAt, extraAt + extraLength),
    );
    at = next;
  }
}

/** Extra field 1 holds, in this order, whichever of the three did not fit into 32 bits. */
function withZip64Sizes(header: Header, extra: Buffer): Header {
  let at = 0;
  while (at + 4 <= extra.length) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) {
      const field = extra.subarray(at + 4, at + 4 + length);
      let used = 0;
      const wide = (value: number): number => {
        if (value !== U32 || used + 8 > field.length) return value;
        used += 8;
        return Number(field.readBigUInt64LE(used - 8));
      };
      const size = wide(header.size);
      const packed = wide(header.packed);
      return { ...header, size, packed, offset: wide(header.offset) };
    }
    at += 4 + length;
  }
  return header;
}

async function readEntry(
  readAt: ReadAt,
  header: Header,
  archiveBytes: number,
  limits: ZipLimits,
): Promise<Buffer | null> {
  const isEncrypted = (header.flags & 1) !== 0;
  if (isEncrypted || header.size > limits.entryBytes || header.packed > limits.entryBytes)
    return null;
  if (header.offset + 30 > archiveBytes) return null;
  const local = await readAt(header.offset, 30);
  if (local.readUInt32LE(0) !== LOCAL) return null;
  const start = header.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  if (start + header.packed > archiveBytes) return null;
  const packed = await readAt(start, header.packed);
  if (header.method === 0) return packed;
  if (header.method !== 8) return null;
  try {
    // The declared size may lie: the bound is on what really comes out.
    return inflateRawSync(packed, { maxOutputLength: limits.entryBytes });
  } catch {
    return null;
  }
}
