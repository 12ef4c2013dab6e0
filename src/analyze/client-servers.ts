// The shapes of MCP client configurations -> configured servers. Everything else in those files is ignored.
import type { ConfiguredServer } from '../types.ts';
import { dictOfStrings, isDict } from './manifest.ts';

type Dict = Record<string, unknown>;
const MAX_SERVERS = 500;

/** Undefined if the value has none of the known shapes; an empty list if it has one without servers. */
export function serversOf(
  raw: unknown,
  client: string,
  file: string,
): ConfiguredServer[] | undefined {
  if (!isDict(raw)) return undefined;
  const found: { server: string; entry: Dict }[] = [];
  let isRecognised = false;
  const take = (value: unknown) => {
    if (isDict(value)) {
      isRecognised = true;
      for (const [server, entry] of Object.entries(value)) {
        if (isDict(entry)) found.push({ server, entry });
      }
    }
    if (Array.isArray(value)) {
      isRecognised = true;
      for (const entry of value) {
        if (isDict(entry)) found.push({ server: textOf(entry['name']) ?? 'unnamed', entry });
      }
    }
  };
  for (const map of mapsOf(raw)) take(map);
  if (isRegistryEntry(raw)) return [registryServer(raw, client, file)];
  if (!isRecognised && isBareMap(raw)) take(raw);
  if (!isRecognised) return undefined;
  return found
    .slice(0, MAX_SERVERS)
    .map(({ server, entry }) => toServer(server, entry, client, file));
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
  const entries = Object.values(raw).filter((value) => isDict(value));
  return (
    entries.length > 0 &&
    entries.every(
      (entry) => isDict(entry) && ('command' in entry || 'url' in entry || 'cmd' in entry),
    )
  );
}

function isRegistryEntry(raw: Dict): boolean {
  return Array.isArray(raw['packages']) && typeof raw['name'] === 'string';
}

function registryServer(raw: Dict, client: string, file: string): ConfiguredServer {
  const packages = (Array.isArray(raw['packages']) ? raw['packages'] : [])
    .filter(isDict)
    .slice(0, 50)
    .map((entry) => {
      const version = textOf(entry['version']);
      return {
        registry:
          textOf(entry['registryType'] ?? entry['registry_type'] ?? entry['registry_name']) ?? '',
        name: textOf(entry['identifier'] ?? entry['name']) ?? '',
        ...(version ? { version } : {}),
      };
    });
  return {
    client,
    server: textOf(raw['name']) ?? 'unnamed',
    file,
    args: [],
    env: {},
    headers: {},
    isDisabled: false,
    autoApprove: [],
    packages,
  };
}

function toServer(server: string, entry: Dict, client: string, file: string): ConfiguredServer {
  const inner = isDict(entry['transport']) ? { ...entry, ...entry['transport'] } : entry;
  const { command, args } = commandOf(inner);
  const url = textOf(inner['url'] ?? inner['serverUrl'] ?? inner['httpUrl'] ?? inner['uri']);
  return {
    client,
    server: server.slice(0, 200),
    file,
    ...(command === undefined ? {} : { command }),
    args,
    env: dictOfStrings(inner['env'] ?? inner['envs'] ?? inner['environment']),
    ...(url === undefined ? {} : { url }),
    headers: dictOfStrings(inner['headers'] ?? inner['http_headers']),
    isDisabled: inner['disabled'] === true || inner['enabled'] === false,
    autoApprove: approvalsOf(inner),
  };
}

/** `command` is a string, a list with its arguments, or an object (`{ path, args }`); Goose says `cmd`. */
function commandOf(entry: Dict): { command?: string; args: string[] } {
  const raw = entry['command'] ?? entry['cmd'];
  const args = strings(entry['args']);
  if (Array.isArray(raw)) {
    const [first, ...rest] = strings(raw);
    return { ...(first === undefined ? {} : { command: first }), args: [...rest, ...args] };
  }
  if (isDict(raw)) {
    const path = textOf(raw['path'] ?? raw['command']);
    return { ...(path === undefined ? {} : { command: path }), args: strings(raw['args']) };
  }
  const command = textOf(raw);
  return { ...(command === undefined ? {} : { command }), args };
}

function approvalsOf(entry: Dict): string[] {
  if (entry['trust'] === true || entry['autoApprove'] === true || entry['alwaysAllow'] === true) {
    return ['*'];
  }
  return [...strings(entry['autoApprove']), ...strings(entry['alwaysAllow'])];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, 10_000) : undefined;
}

function strings(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value
    .slice(0, 500)
    .flatMap((entry) => (typeof entry === 'number' ? String(entry) : (textOf(entry) ?? [])));
}
