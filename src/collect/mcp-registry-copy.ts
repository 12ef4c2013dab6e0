// The local copy of the MCP registry's list: written whole by `db update`, read by every vetting.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDict } from '../analyze/manifest.ts';
import { MCP_NAME, NPM_NAME } from '../analyze/mcp-registry.ts';
import { VetError } from '../errors.ts';
import type { ListedServer, RegistryList } from '../types.ts';
import { downloadList, type ListOptions } from './mcp-registry-list.ts';

export const COPY = 'mcp-registry.json';
const FORMAT = 1;
const MAX_BYTES = 64_000_000;
const DAY_MS = 86_400_000;

/** The state of the copy, for `db status`. */
export interface CopyStatus {
  file: string;
  /** False: there is none, or it is broken (then with a reason). */
  isUsable: boolean;
  reason?: string;
  servers?: number;
  copiedAt?: string;
  ageDays?: number;
  digest?: string;
}

/** Replaces the copy. Throws a VetError, and then the old one stays as it is. */
export async function updateCopy(
  databaseDir: string,
  now: string,
  options: ListOptions,
): Promise<CopyStatus> {
  const servers = await downloadList(options);
  await write(databaseDir, { copiedAt: now, digest: digestOf(servers), servers });
  return copyStatus(databaseDir, now);
}

/** Beside the old one, then in its place: readers see one of the two. */
async function write(databaseDir: string, list: RegistryList): Promise<void> {
  const file = path.join(databaseDir, COPY);
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    await mkdir(databaseDir, { recursive: true });
    await writeFile(temporary, JSON.stringify({ format: FORMAT, ...list }), { flag: 'wx' });
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new VetError('unreadable', "The copy of the MCP registry's list could not be written.", {
      hint: 'Check the cache folder and the space on its disk, or give another one: --cache DIR',
      cause,
    });
  }
}

/** Never throws. */
export async function copyStatus(databaseDir: string, now: string): Promise<CopyStatus> {
  const file = path.join(databaseDir, COPY);
  const read = await readCopy(databaseDir);
  if ('reason' in read) return { file, isUsable: false, reason: read.reason };
  const { copiedAt, digest, servers } = read.list;
  const ageDays = Math.max(0, Math.floor((Date.parse(now) - Date.parse(copiedAt)) / DAY_MS));
  return { file, isUsable: true, servers: servers.length, copiedAt, ageDays, digest };
}

/** Never throws: without a copy the names are checked as well, against the lists that ship. */
export async function readCopy(
  databaseDir: string,
): Promise<{ list: RegistryList } | { reason: string }> {
  const file = path.join(databaseDir, COPY);
  try {
    if ((await stat(file)).size > MAX_BYTES) throw new Error('too large');
    return { list: toList(JSON.parse(await readFile(file, 'utf8'))) };
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { reason: `${isAbsent ? 'there is none' : 'it is broken'} (mcp-vet db update)` };
  }
}

function toList(json: unknown): RegistryList {
  if (!isDict(json) || json['format'] !== FORMAT || !Array.isArray(json['servers'])) {
    throw new Error('not a copy');
  }
  const { copiedAt, digest, servers } = json;
  const isWhole = servers.every(isListed) && digest === digestOf(servers as ListedServer[]);
  if (!isWhole || typeof copiedAt !== 'string' || Number.isNaN(Date.parse(copiedAt))) {
    throw new Error('not a copy');
  }
  return { copiedAt, digest: String(digest), servers: servers as ListedServer[] };
}

function isListed(value: unknown): boolean {
  if (!isDict(value) || !Array.isArray(value['npm'])) return false;
  const { name, npm, status, repository } = value;
  return (
    typeof name === 'string' &&
    MCP_NAME.test(name) &&
    npm.every((one) => typeof one === 'string' && NPM_NAME.test(one)) &&
    ['active', 'deprecated', 'deleted'].includes(String(status)) &&
    (repository === undefined || typeof repository === 'string')
  );
}

/** Names the content: the same list gives the same digest, whenever it was copied. */
function digestOf(servers: readonly ListedServer[]): string {
  return createHash('sha256').update(JSON.stringify(servers)).digest('hex').slice(0, 16);
}
