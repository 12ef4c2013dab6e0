// Reads a file in large steps: an archive's entries mostly lie one behind the other.
import type { FileHandle } from 'node:fs/promises';

const WINDOW_BYTES = 4 * 1024 * 1024;

/** Bytes of a file by position; throws a plain Error where it ends too early. */
export type ReadAt = (position: number, length: number) => Promise<Buffer>;

export function windowReader(file: FileHandle, fileBytes: number): ReadAt {
  let start = 0;
  let window: Buffer = Buffer.alloc(0);
  return async (position, length) => {
    if (position < 0 || length < 0 || position + length > fileBytes) {
      throw new Error('the archive is cut off');
    }
    if (length > WINDOW_BYTES) return fill(file, position, length);
    if (position < start || position + length > start + window.length) {
      start = position;
      window = await fill(file, position, Math.min(WINDOW_BYTES, fileBytes - position));
    }
    return window.subarray(position - start, position - start + length);
  };
}

async function fill(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) throw new Error('the archive is cut off');
    done += bytesRead;
  }
  return buffer;
}
