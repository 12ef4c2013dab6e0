// The official MCP registry: does the entry of this mcpName name this npm package?
import { isDict } from '../analyze/manifest.ts';
import type { PublisherFact } from '../types.ts';
import { askJson, type AskOptions } from './public-api.ts';

export const MCP_REGISTRY = 'https://registry.modelcontextprotocol.io';
/** `io.github.owner/server`, as the registry's own schema has it. */
const MCP_NAME = /^[a-zA-Z0-9.-]{1,200}\/[a-zA-Z0-9._-]{1,200}$/;
const MAX_ENTRIES = 200;

export interface McpRegistryInput {
  name: string;
  mcpName: string | undefined;
  offline: boolean;
  /** False for packages that a private registry serves: their names are nobody else's business. */
  isPublic: boolean;
  base?: string;
  ask: AskOptions;
}

export async function collectMcpRegistry(
  input: McpRegistryInput,
): Promise<PublisherFact['mcpRegistry']> {
  const { mcpName, name } = input;
  if (mcpName === undefined) {
    return { state: 'absent', reason: 'its manifest states no mcpName' };
  }
  if (!MCP_NAME.test(mcpName)) {
    return { state: 'not-checkable', reason: 'its mcpName is not one that the registry accepts' };
  }
  if (!input.isPublic) return { state: 'not-checkable', reason: 'not from the public registry' };
  if (input.offline) return { state: 'not-checkable', reason: 'offline' };
  const base = input.base ?? MCP_REGISTRY;
  const url = `${base}/v0/servers?search=${encodeURIComponent(mcpName)}&limit=100`;
  const answer = await askJson(url, input.ask);
  if (!answer.ok) return { state: 'not-checkable', reason: `MCP registry: ${answer.reason}` };
  const entries = entriesOf(answer.value);
  if (!entries) return { state: 'not-checkable', reason: 'MCP registry: an unknown answer' };
  const own = entries.filter((entry) => entry.name === mcpName);
  if (own.length === 0) return { state: 'absent', reason: 'the MCP registry has no such server' };
  if (own.some((entry) => entry.npm.includes(name))) return { state: 'verified', name: mcpName };
  // An entry without npm packages (a remote server, a container) contradicts nothing.
  if (own.every((entry) => entry.npm.length === 0)) {
    return { state: 'absent', reason: 'the MCP registry names no npm package for it' };
  }
  return { state: 'mismatch', name: mcpName, reason: 'its entry names another npm package' };
}

interface Entry {
  name: string;
  npm: string[];
}

/** Both published shapes: `{ server, _meta }` and the older flat one. */
function entriesOf(json: unknown): Entry[] | null {
  if (!isDict(json) || !Array.isArray(json['servers'])) return null;
  return json['servers'].slice(0, MAX_ENTRIES).flatMap((raw: unknown): Entry[] => {
    const server = isDict(raw) && isDict(raw['server']) ? raw['server'] : raw;
    if (!isDict(server) || typeof server['name'] !== 'string') return [];
    const packages = Array.isArray(server['packages']) ? server['packages'].slice(0, 50) : [];
    return [{ name: server['name'], npm: packages.flatMap(npmNameOf) }];
  });
}

function npmNameOf(raw: unknown): string[] {
  if (!isDict(raw)) return [];
  const type = raw['registryType'] ?? raw['registry_type'] ?? raw['registry_name'];
  const identifier = raw['identifier'] ?? raw['name'];
  return type === 'npm' && typeof identifier === 'string' ? [identifier] : [];
}
