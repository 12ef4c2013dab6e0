// One entry of a client configuration or of a registry's server.json -> a configured server.
import type { ConfiguredServer } from '../types.ts';
import { dictOfStrings, isDict } from './manifest.ts';

type Dict = Record<string, unknown>;

export function isRegistryEntry(raw: Dict): boolean {
  const isListed = Array.isArray(raw['packages']) || Array.isArray(raw['remotes']);
  return isListed && typeof raw['name'] === 'string';
}

/** The packages of a server.json as one server, and each place where it runs remotely as one more. */
export function registryServers(raw: Dict, client: string, file: string): ConfiguredServer[] {
  const server = textOf(raw['name']) ?? 'unnamed';
  const remotes = Array.isArray(raw['remotes']) ? raw['remotes'].filter(isDict) : [];
  return [
    ...(Array.isArray(raw['packages']) ? [registryServer(raw, client, file)] : []),
    ...remotes.map((remote) => toServer(server, remote, client, file)),
  ];
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

/** One entry of a client's list, in any of their spellings. */
export function toServer(
  server: string,
  entry: Dict,
  client: string,
  file: string,
): ConfiguredServer {
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

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, 10_000) : undefined;
}

function strings(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value
    .slice(0, 500)
    .flatMap((entry) => (typeof entry === 'number' ? String(entry) : (textOf(entry) ?? [])));
}
