// Answers of the MCP registry, reduced to what is used. Anyone may publish there: nothing in it earns trust.
import type { ListedServer } from '../types.ts';
import { isDict } from './manifest.ts';

export interface RegistryEntry extends ListedServer {
  /** False for a version that a later one has replaced. */
  isLatest: boolean;
}

/** `io.github.owner/server`, as the registry's own schema has it. */
export const MCP_NAME = /^[a-zA-Z0-9.-]{1,200}\/[a-zA-Z0-9._-]{1,200}$/;
export const NPM_NAME = /^(@[a-z0-9~-][\w.~-]{0,100}\/)?[a-z0-9~-][\w.~-]{0,213}$/i;
const OFFICIAL = 'io.modelcontextprotocol.registry/official';
const MAX_ENTRIES = 200;
const MAX_PACKAGES = 50;
const MAX_URL_CHARS = 300;
const MAX_CURSOR_CHARS = 2_000;

/** Both published shapes: `{ server, _meta }` and the older flat one. Null if it is no list of servers. */
export function toEntries(json: unknown): RegistryEntry[] | null {
  if (!isDict(json) || !Array.isArray(json['servers'])) return null;
  return json['servers'].slice(0, MAX_ENTRIES).flatMap((raw: unknown): RegistryEntry[] => {
    const server = isDict(raw) && isDict(raw['server']) ? raw['server'] : raw;
    if (!isDict(server) || typeof server['name'] !== 'string') return [];
    if (!MCP_NAME.test(server['name'])) return [];
    const meta = metaOf(raw) ?? metaOf(server) ?? {};
    const packages = Array.isArray(server['packages']) ? server['packages'] : [];
    const repository = isDict(server['repository']) ? server['repository']['url'] : undefined;
    const isUrl = typeof repository === 'string' && repository.length <= MAX_URL_CHARS;
    return [
      {
        name: server['name'],
        npm: packages.slice(0, MAX_PACKAGES).flatMap(npmNameOf),
        status: statusOf(meta['status'] ?? server['status']),
        ...(isUrl ? { repository } : {}),
        isLatest: meta['isLatest'] !== false,
      },
    ];
  });
}

/** Where the next page begins; null after the last one. */
export function nextCursorOf(json: unknown): string | null {
  const metadata = isDict(json) ? json['metadata'] : undefined;
  if (!isDict(metadata)) return null;
  const cursor = metadata['nextCursor'] ?? metadata['next_cursor'];
  const isCursor = typeof cursor === 'string' && cursor !== '' && cursor.length <= MAX_CURSOR_CHARS;
  return isCursor ? cursor : null;
}

function metaOf(raw: unknown): Record<string, unknown> | undefined {
  const meta = isDict(raw) && isDict(raw['_meta']) ? raw['_meta'][OFFICIAL] : undefined;
  return isDict(meta) ? meta : undefined;
}

function statusOf(status: unknown): ListedServer['status'] {
  return status === 'deprecated' || status === 'deleted' ? status : 'active';
}

function npmNameOf(raw: unknown): string[] {
  if (!isDict(raw)) return [];
  const type = raw['registryType'] ?? raw['registry_type'] ?? raw['registry_name'];
  const identifier = raw['identifier'] ?? raw['name'];
  return type === 'npm' && typeof identifier === 'string' && NPM_NAME.test(identifier)
    ? [identifier]
    : [];
}
