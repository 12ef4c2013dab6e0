// The shapes of MCP client configurations -> configured servers. Everything else in those files is ignored.
import type { ConfiguredServer } from '../types.ts';
import { isRegistryEntry, registryServers, textOf, toServer } from './client-entry.ts';
import { isDict } from './manifest.ts';

type Dict = Record<string, unknown>;
const SERVER_KEYS = ['command', 'cmd', 'url', 'serverUrl', 'httpUrl', 'uri'];

/** Undefined if the value has none of the known shapes; an empty list if it has one without servers. */
export function serversOf(
  raw: unknown,
  client: string,
  file: string,
): ConfiguredServer[] | undefined {
  if (!isDict(raw)) return undefined;
  const listed = isDict(raw['server']) ? raw['server'] : raw;
  if (isRegistryEntry(listed)) return registryServers(listed, client, file);
  const maps = mapsOf(raw).filter((map) => isDict(map) || Array.isArray(map));
  if (maps.length === 0 && !isBareMap(raw)) return undefined;
  const found = maps.length > 0 ? maps.flatMap(entriesOf) : entriesOf(dictsOf(raw));
  const isUnasked = approvesEverything(raw);
  return found.map(({ server, entry }) => {
    const configured = toServer(server, entry, client, file);
    return isUnasked ? { ...configured, autoApprove: ['*'] } : configured;
  });
}

/** What is no entry (and not taken back by null) cannot be told; it must not vanish. */
function entriesOf(map: unknown): { server: string; entry: Dict }[] {
  if (Array.isArray(map)) {
    return map
      .filter(isDict)
      .map((entry) => ({ server: textOf(entry['name']) ?? 'unnamed', entry }));
  }
  return Object.entries(isDict(map) ? map : {})
    .filter(([, entry]) => entry !== null)
    .map(([server, entry]) => ({ server, entry: isDict(entry) ? entry : {} }));
}

/** Every place where a client keeps its servers. */
function mapsOf(raw: Dict): unknown[] {
  const mcp = isDict(raw['mcp']) ? raw['mcp'] : {};
  const settings = isDict(raw['settings']) ? raw['settings'] : {};
  const settingsMcp = isDict(settings['mcp']) ? settings['mcp'] : {};
  const projects = isDict(raw['projects']) ? Object.values(raw['projects']) : [];
  const isOpencode = Object.values(mcp).some((entry) => isDict(entry) && 'command' in entry);
  const experimental = isDict(raw['experimental']) ? raw['experimental'] : {};
  return [
    raw['mcpServers'],
    raw['mcp_servers'],
    raw['servers'],
    raw['context_servers'],
    raw['mcp.servers'],
    isDict(raw['extensions']) ? enabledExtensions(raw['extensions']) : undefined,
    mcp['servers'],
    settingsMcp['servers'],
    settings['mcp.servers'],
    isOpencode ? mcp : undefined,
    experimental['modelContextProtocolServers'],
    ...projects.map((project) => (isDict(project) ? project['mcpServers'] : undefined)),
  ].filter((value) => value !== undefined);
}

/** Goose's extensions: those with a command or a URL; built-in ones start nothing of npm's. */
function enabledExtensions(extensions: Dict): Dict {
  return Object.fromEntries(
    Object.entries(extensions).flatMap(([name, value]) => {
      if (!isDict(value)) return [];
      const inner = isDict(value['config']) ? { ...value, ...value['config'] } : value;
      return 'cmd' in inner || 'uri' in inner || 'command' in inner ? [[name, inner]] : [];
    }),
  );
}

/** A plugin's .mcp.json may be the map itself. */
function isBareMap(raw: Dict): boolean {
  const entries = Object.values(dictsOf(raw));
  return entries.length > 0 && entries.every((entry) => SERVER_KEYS.some((key) => key in entry));
}

function dictsOf(raw: Dict): Record<string, Dict> {
  return Object.fromEntries(
    Object.entries(raw).flatMap(([key, value]) => (isDict(value) ? [[key, value]] : [])),
  );
}

/** Settings beside the servers by which a client asks before no call at all (VS Code, Codex). */
function approvesEverything(raw: Dict): boolean {
  return (
    raw['chat.tools.autoApprove'] === true ||
    raw['chat.tools.global.autoApprove'] === true ||
    raw['approval_policy'] === 'never'
  );
}
