// The official MCP registry: does the entry of this mcpName name this npm package?
import { MCP_NAME, toEntries } from '../analyze/mcp-registry.ts';
import type { PublisherFact } from '../types.ts';
import { askJson, type AskOptions } from './public-api.ts';

export const MCP_REGISTRY = 'https://registry.modelcontextprotocol.io';

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
  const entries = toEntries(answer.value);
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
