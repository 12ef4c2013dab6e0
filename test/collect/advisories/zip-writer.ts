// Writes small zip archives for tests, honest and lying ones.
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipFile {
  name: string;
  content: Buffer | string;
  isStored?: boolean;
  /** Lies about the unpacked size. */
  declaredSize?: number;
  flags?: number;
  method?: number;
}

/** `isZip64` writes the end of the directory as archives with more than 65 535 entries have it. */
export function zipOf(files: readonly ZipFile[], isZip64 = false): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const { local, central } = entryOf(file, offset);
    parts.push(local);
    directory.push(central);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([...parts, central, endOf(files.length, central.length, offset, isZip64)]);
}

function entryOf(file: ZipFile, offset: number): { local: Buffer; central: Buffer } {
  const content = Buffer.from(file.content);
  const packed = file.isStored ? content : deflateRawSync(content);
  const name = Buffer.from(file.name);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(file.flags ?? 0, 2);
  common.writeUInt16LE(file.method ?? (file.isStored ? 0 : 8), 4);
  common.writeUInt32LE(typeof crc32 === 'function' ? crc32(content) : 0, 10);
  common.writeUInt32LE(packed.length, 14);
  common.writeUInt32LE(file.declaredSize ?? content.length, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), common, name, packed]);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(offset, 10);
  const central = Buffer.concat([
    Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'),
    common,
    tail,
    name,
  ]);
  return { local, central };
}

function endOf(count: number, length: number, offset: number, isZip64: boolean): Buffer {
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(isZip64 ? 0xffff : count, 8);
  end.writeUInt16LE(isZip64 ? 0xffff : count, 10);
  end.writeUInt32LE(isZip64 ? 0xffffffff : length, 12);
  end.writeUInt32LE(isZip64 ? 0xffffffff : offset, 16);
  if (!isZip64) return end;
  const wide = Buffer.alloc(56);
  wide.write('PK\u0006\u0006', 'latin1');
  wide.writeBigUInt64LE(44n, 4);
  wide.writeBigUInt64LE(BigInt(count), 24);
  wide.writeBigUInt64LE(BigInt(count), 32);
  wide.writeBigUInt64LE(BigInt(length), 40);
  wide.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.write('PK\u0006\u0007', 'latin1');
  locator.writeBigUInt64LE(BigInt(offset + length), 8);
  return Buffer.concat([wide, locator, end]);
}
