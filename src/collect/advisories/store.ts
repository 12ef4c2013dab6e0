// The compact index on disk: a header, a sorted table of name hashes, and one block of JSON a package.
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { AdvisoryRecord } from '../../analyze/advisories/index.ts';

const MAGIC = 'mcp-vet advisories 1\n';
const HASH_BYTES = 8;
/** hash, offset (6 bytes), length (4 bytes) */
const ENTRY_BYTES = HASH_BYTES + 6 + 4;
const PREFIX_BYTES = MAGIC.length + 8;
const MAX_HEADER_BYTES = 1024 * 1024;
const MAX_BLOCK_BYTES = 64 * 1024 * 1024;
const MAX_PACKAGES = 5_000_000;
/** Blocks that are written at once. */
const WRITE_BATCH = 10_000;

/** What an index knows about itself. */
export interface IndexHeader {
  builtAt: string;
  /** Newest `modified` or `published` of each kind that does not lie in the future. */
  newest: { vulnerability?: string; malware?: string };
  records: { vulnerability: number; malware: number };
  packages: number;
  malformed: number;
  skipped: number;
  /** Names of the files or the address it was built from, and for a download, when. */
  inputs: string[];
  downloadedAt?: string;
  /** Bytes of the data that follows the table: tells a cut file. */
  dataBytes: number;
}

const hashOf = (name: string): Buffer =>
  createHash('sha256').update(name).digest().subarray(0, HASH_BYTES);

/** Writes an index beside `file` and renames it into place: readers see the old one or the new one. */
export async function writeIndex(
  file: string,
  header: Omit<IndexHeader, 'dataBytes' | 'packages'>,
  blocks: ReadonlyMap<string, AdvisoryRecord[]>,
): Promise<IndexHeader> {
  const entries = [...blocks]
    .map(([name, records]) => ({ hash: hashOf(name), block: Buffer.from(JSON.stringify(records)) }))
    .sort((a, b) => a.hash.compare(b.hash));
  const table = Buffer.alloc(entries.length * ENTRY_BYTES);
  let offset = 0;
  entries.forEach(({ hash, block }, index) => {
    hash.copy(table, index * ENTRY_BYTES);
    table.writeUIntBE(offset, index * ENTRY_BYTES + HASH_BYTES, 6);
    table.writeUInt32BE(block.length, index * ENTRY_BYTES + HASH_BYTES + 6);
    offset += block.length;
  });
  const full: IndexHeader = { ...header, packages: entries.length, dataBytes: offset };
  const head = Buffer.from(JSON.stringify(full));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.write(MAGIC, 'latin1');
  prefix.writeUInt32BE(head.length, MAGIC.length);
  prefix.writeUInt32BE(entries.length, MAGIC.length + 4);
  await writeAtomically(file, [prefix, head, table, ...entries.map(({ block }) => block)]);
  return full;
}

async function writeAtomically(file: string, parts: readonly Buffer[]): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx', 0o644);
    try {
      for (let at = 0; at < parts.length; at += WRITE_BATCH) {
        await handle.writeFile(Buffer.concat(parts.slice(at, at + WRITE_BATCH)));
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** An index opened for look-ups; only header and table are held. Must be closed. */
export class AdvisoryIndex {
  readonly header: IndexHeader;
  readonly #descriptor: number;
  readonly #table: Buffer;
  readonly #dataStart: number;

  /** Throws ENOENT if there is none, a plain Error if it is not a whole index. */
  constructor(file: string) {
    this.#descriptor = openSync(file, 'r');
    try {
      const prefix = this.#read(0, PREFIX_BYTES);
      if (prefix.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new Error('not an index');
      const headBytes = prefix.readUInt32BE(MAGIC.length);
      const count = prefix.readUInt32BE(MAGIC.length + 4);
      if (headBytes > MAX_HEADER_BYTES || count > MAX_PACKAGES) throw new Error('not an index');
      const rest = this.#read(PREFIX_BYTES, headBytes + count * ENTRY_BYTES);
      this.header = headerOf(rest.toString('utf8', 0, headBytes));
      this.#table = rest.subarray(headBytes);
      this.#dataStart = PREFIX_BYTES + rest.length;
      const { size } = fstatSync(this.#descriptor);
      if (size !== this.#dataStart + this.header.dataBytes) throw new Error('the index is cut off');
    } catch (error) {
      closeSync(this.#descriptor);
      throw error;
    }
  }

  /** Every record about a package. */
  lookup(name: string): AdvisoryRecord[] {
    const at = this.#find(hashOf(name));
    if (at < 0) return [];
    const offset = this.#table.readUIntBE(at + HASH_BYTES, 6);
    const length = this.#table.readUInt32BE(at + HASH_BYTES + 6);
    if (length > MAX_BLOCK_BYTES) throw new Error('the index is broken');
    const block = this.#read(this.#dataStart + offset, length).toString('utf8');
    // Written by writeIndex, from checked records; two names of one hash are told apart here.
    return (JSON.parse(block) as AdvisoryRecord[]).filter((record) => record.package === name);
  }

  /** Every block, for rebuilding. */
  *blocks(): Generator<AdvisoryRecord[]> {
    for (let at = 0; at < this.#table.length; at += ENTRY_BYTES) {
      const offset = this.#table.readUIntBE(at + HASH_BYTES, 6);
      const length = this.#table.readUInt32BE(at + HASH_BYTES + 6);
      if (length > MAX_BLOCK_BYTES) throw new Error('the index is broken');
      yield JSON.parse(
        this.#read(this.#dataStart + offset, length).toString('utf8'),
      ) as AdvisoryRecord[];
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #find(hash: Buffer): number {
    let low = 0;
    let high = this.#table.length / ENTRY_BYTES - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const at = middle * ENTRY_BYTES;
      const order = this.#table.compare(hash, 0, HASH_BYTES, at, at + HASH_BYTES);
      if (order === 0) return at;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  #read(position: number, length: number): Buffer {
    const buffer = Buffer.alloc(length);
    let done = 0;
    while (done < length) {
      const read = readSync(this.#descriptor, buffer, done, length - done, position + done);
      if (read === 0) throw new Error('the index is cut off');
      done += read;
    }
    return buffer;
  }
}

function headerOf(text: string): IndexHeader {
  const header = JSON.parse(text) as Partial<IndexHeader> | null;
  const isWhole =
    typeof header?.dataBytes === 'number' &&
    typeof header.builtAt === 'string' &&
    typeof header.records?.malware === 'number' &&
    typeof header.records.vulnerability === 'number' &&
    typeof header.newest === 'object';
  if (!isWhole) throw new Error('the index header is broken');
  return header as IndexHeader;
}
