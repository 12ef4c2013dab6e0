// Copies the list of the official MCP registry, page by page: bounded, whole or not at all.
import { nextCursorOf, toEntries, type RegistryEntry } from '../analyze/mcp-registry.ts';
import { VetError } from '../errors.ts';
import type { ListedServer } from '../types.ts';
import { failureReason, requestChunks } from './advisories/http.ts';
import { MCP_REGISTRY } from './mcp-registry.ts';

export interface ListOptions {
  /** Another place of the same list. */
  base?: string;
  /** npm's connection settings; only proxy and certificates are used. */
  fetchOptions?: Record<string, unknown>;
  signal?: AbortSignal;
  bounds?: Partial<typeof BOUNDS>;
}

const PAGE_SIZE = 100;
const BOUNDS = {
  maxPages: 2_000,
  maxPageBytes: 8_000_000,
  maxBytes: 400_000_000,
  pageTimeoutMs: 10_000,
  timeoutMs: 300_000,
};
const HINT =
  'The copy that is there stays in use; try again later, or leave it out: --no-mcp-registry';

/** Every server that names an npm package, by name. Throws a VetError; never gives half of the list. */
export async function downloadList(options: ListOptions): Promise<ListedServer[]> {
  const servers = new Map<string, ListedServer>();
  try {
    for await (const entries of pages(options)) {
      for (const entry of entries) addTo(servers, entry);
    }
  } catch (error) {
    if (options.signal?.aborted) throw new VetError('interrupted', 'Interrupted.');
    throw unreadable(failureReason(error), error);
  }
  if (servers.size === 0) throw unreadable('it names no npm package');
  return [...servers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function unreadable(reason: string, cause?: unknown): VetError {
  const message = `The list of the MCP registry could not be copied: ${reason}.`;
  return new VetError('registry-unreachable', message, { hint: HINT, cause });
}

async function* pages(options: ListOptions): AsyncGenerator<RegistryEntry[]> {
  const bounds = { ...BOUNDS, ...options.bounds };
  const deadline = AbortSignal.timeout(bounds.timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  const seen = new Set<string>();
  let cursor: string | null = '';
  let bytes = 0;
  for (let page = 0; cursor !== null; page += 1) {
    if (page >= bounds.maxPages) throw new Error('it has more pages than anybody needs');
    if (seen.has(cursor)) throw new Error('its pages go round in circles');
    seen.add(cursor);
    const text = await pageText(
      urlOf(options.base ?? MCP_REGISTRY, cursor),
      options,
      bounds,
      signal,
    );
    bytes += text.length;
    if (bytes > bounds.maxBytes) throw new Error('its answer is larger than allowed');
    const json = parsed(text);
    const entries = toEntries(json);
    if (!entries) throw new Error('it answered with something that is no list of servers');
    yield entries;
    cursor = nextCursorOf(json);
  }
}

function urlOf(base: string, cursor: string): string {
  const query = new URLSearchParams({
    limit: String(PAGE_SIZE),
    version: 'latest',
    include_deleted: 'true',
    ...(cursor === '' ? {} : { cursor }),
  });
  return `${base.replace(/\/+$/, '')}/v0.1/servers?${query.toString()}`;
}

async function pageText(
  url: string,
  options: ListOptions,
  bounds: typeof BOUNDS,
  signal: AbortSignal,
): Promise<string> {
  const chunks: Buffer[] = [];
  const answer = requestChunks({
    url,
    method: 'GET',
    options: options.fetchOptions ?? {},
    isRegistry: false,
    timeoutMs: bounds.pageTimeoutMs,
    maxBytes: bounds.maxPageBytes,
    headers: { accept: 'application/json' },
    signal,
  });
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('it answered with something that is not JSON');
  }
}

function addTo(servers: Map<string, ListedServer>, entry: RegistryEntry): void {
  const { name, npm, status, repository, isLatest } = entry;
  if (!isLatest || npm.length === 0) return;
  const kept = [...new Set(npm)].sort();
  servers.set(name, { name, npm: kept, status, ...(repository ? { repository } : {}) });
}
