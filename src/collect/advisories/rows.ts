// Rows of advisory files: OSV folders, zip archives, ndjson and JSON, each also gzipped; all sizes bounded.
import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { createGunzip } from 'node:zlib';
import { zipEntries } from './zip.ts';

const MAX_JSON_BYTES = 256 * 1024 * 1024;
const MAX_STREAM_BYTES = 4 * 1024 * 1024 * 1024;
const MAX_LINE_BYTES = 8 * 1024 * 1024;
const MAX_FILES = 1_000_000;
const MAX_DEPTH = 8;
const READABLE = /\.(?:json|jsonl|ndjson)(?:\.gz)?$|\.zip$/i;

export interface RowLimits {
  jsonBytes: number;
  streamBytes: number;
  lineBytes: number;
}
const LIMITS: RowLimits = {
  jsonBytes: MAX_JSON_BYTES,
  streamBytes: MAX_STREAM_BYTES,
  lineBytes: MAX_LINE_BYTES,
};

/** A parsed row, or a place that could not be read. */
export type RowResult = { row: unknown } | { problem: string };

/** Files to read below the given paths, sorted; folders are searched, links are not followed. */
export async function advisoryFiles(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const given of paths) {
    const info = await stat(given);
    if (info.isDirectory()) await addFolder(given, 0, files);
    else files.push(given);
  }
  return files;
}

async function addFolder(folder: string, depth: number, files: string[]): Promise<void> {
  if (depth > MAX_DEPTH) return;
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) await addFolder(full, depth + 1, files);
    if (entry.isFile() && READABLE.test(entry.name)) files.push(full);
    if (files.length > MAX_FILES) throw new Error('there are too many files');
  }
}

/** Every row of one file; what it is, is told by its first bytes, not by its name alone. */
export async function* rowsOfFile(
  file: string,
  limits: RowLimits = LIMITS,
): AsyncGenerator<RowResult> {
  const magic = await firstBytes(file);
  if (magic.readUInt16LE(0) === 0x4b50) {
    yield* rowsOfZip(file);
    return;
  }
  const isGzip = magic.readUInt16BE(0) === 0x1f8b;
  if (/\.json(?:\.gz)?$/i.test(file)) yield* rowsOfJson(file, isGzip, limits);
  else yield* rowsOfLines(file, isGzip, limits);
}

async function firstBytes(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const bytes = Buffer.alloc(4);
    await handle.read(bytes, 0, 4, 0);
    return bytes;
  } finally {
    await handle.close();
  }
}

async function* rowsOfZip(file: string): AsyncGenerator<RowResult> {
  const handle = await open(file, 'r');
  try {
    for await (const { bytes } of zipEntries(handle, (name) => name.endsWith('.json'))) {
      if (bytes === null) yield { problem: 'an entry of the archive could not be read' };
      else yield* parsedRows(bytes.toString('utf8'));
    }
  } finally {
    await handle.close();
  }
}

async function* rowsOfJson(
  file: string,
  isGzip: boolean,
  limits: RowLimits,
): AsyncGenerator<RowResult> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of contentOf(file, isGzip)) {
    bytes += chunk.length;
    if (bytes > limits.jsonBytes) throw new Error('the file is larger than allowed');
    chunks.push(chunk);
  }
  yield* parsedRows(Buffer.concat(chunks).toString('utf8'));
}

async function* rowsOfLines(
  file: string,
  isGzip: boolean,
  limits: RowLimits,
): AsyncGenerator<RowResult> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let bytes = 0;
  for await (const chunk of contentOf(file, isGzip)) {
    bytes += chunk.length;
    if (bytes > limits.streamBytes) throw new Error('the file unpacks to more than allowed');
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      yield* parsedRows(Buffer.concat([...rest, chunk.subarray(start, end)]).toString('utf8'));
      rest = [];
      restBytes = 0;
      start = end + 1;
    }
    rest.push(chunk.subarray(start));
    restBytes += chunk.length - start;
    if (restBytes > limits.lineBytes) throw new Error('a line is longer than allowed');
  }
  yield* parsedRows(Buffer.concat(rest).toString('utf8'));
}

async function* contentOf(file: string, isGzip: boolean): AsyncGenerator<Buffer> {
  const source = createReadStream(file);
  const content = isGzip ? source.pipe(createGunzip()) : source;
  // pipe() does not pass errors on.
  if (isGzip) source.on('error', (error) => content.destroy(error));
  try {
    for await (const chunk of content) yield chunk as Buffer;
  } finally {
    source.destroy();
  }
}

/** One row, an array of rows, or an OSV answer (`{ vulns: [...] }`). */
function* parsedRows(text: string): Generator<RowResult> {
  if (text.trim() === '') return;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    yield { problem: 'not JSON' };
    return;
  }
  const vulns = (parsed as { vulns?: unknown } | null)?.vulns;
  const rows = Array.isArray(parsed) ? parsed : Array.isArray(vulns) ? vulns : [parsed];
  for (const row of rows as unknown[]) yield { row };
}
