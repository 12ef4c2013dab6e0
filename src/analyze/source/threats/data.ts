// rules/threats.json, checked, with its patterns compiled.
import { publicHosts } from '../../public-hosts.ts';
import { ruleData } from '../../../rule-data.ts';
import {
  AGENT_PATH,
  AUTOSTART_PATH,
  CI_PATH,
  CRED_PATH,
  HOOK_PATH,
  SSH_PATH,
  VENDORS,
} from './flow/labels.ts';

interface PathRule {
  id: string;
  pattern: string;
  matches: string[];
  ignores: string[];
}
interface ThreatData {
  paths: PathRule[];
  hosts: Record<'drop' | 'local' | 'release' | 'logging' | 'installers', string[]> & {
    owners: Record<string, string>;
  };
  /** Client libraries by the start of what is called, and the host they talk to. */
  services: { pattern: string; host: string; matches: string[]; ignores: string[] }[];
  secretNames: { vendor: number; pattern: string }[];
  /** Stores of secrets that belong to no MCP server, whatever it is called. */
  storesOfOthers: string;
  agentBypass: string;
  agentCommands: string;
  miner: string;
  hiddenNames: string;
  conversationParameters: string;
  /** Programs that a checkout sets itself up with; an install of a package runs them by mistake. */
  setupTools: string[];
  /** Clients of chats, queues and brokers, by what makes them: others decide what comes through. */
  channels: string[];
}

const PATH_LABELS: Record<string, number> = {
  'credential-file': CRED_PATH,
  'agent-config': AGENT_PATH,
  'git-hook': HOOK_PATH,
  'ssh-access': SSH_PATH,
  'ci-workflow': CI_PATH,
  autostart: AUTOSTART_PATH,
};

const raw = ruleData('threats', isThreatData);
export const pathRules: readonly PathRule[] = raw.paths;
const paths = raw.paths.map((rule) => ({
  label: PATH_LABELS[rule.id] ?? 0,
  pattern: new RegExp(rule.pattern, 'i'),
}));
const anyOf = (list: readonly string[]) =>
  new RegExp(list.map((one) => `(?:${one})`).join('|'), 'i');
const secretNames = raw.secretNames.map(({ vendor, pattern }) => ({
  label: VENDORS[vendor] ?? 0,
  pattern: new RegExp(pattern),
}));

export const hosts = {
  drop: anyOf(raw.hosts.drop),
  local: anyOf(raw.hosts.local),
  release: anyOf(raw.hosts.release),
  logging: anyOf(raw.hosts.logging),
  installers: anyOf(raw.hosts.installers),
  owners: Object.entries(raw.hosts.owners).map(([path, host]) => ({
    path: new RegExp(path, 'i'),
    // A whole name or its subdomains: evil-github.com is nobody's own.
    host: new RegExp(`(?:^|\\.)(?:${host})`, 'i'),
  })),
};
export const patterns = {
  storeOfOthers: new RegExp(raw.storesOfOthers),
  agentBypass: new RegExp(raw.agentBypass),
  agentCommand: new RegExp(raw.agentCommands),
  miner: new RegExp(raw.miner, 'i'),
  hiddenName: new RegExp(raw.hiddenNames),
  conversation: new RegExp(raw.conversationParameters, 'i'),
};

const services = raw.services.map(({ pattern, host }) => ({
  pattern: new RegExp(`^(?:new )?(?:${pattern})(?:[/.(]|$)`),
  host,
}));
const owners = Object.entries(publicHosts().secretOwners);
export const serviceRules = raw.services;

/** The host that a service's library talks to, by the canonical name of what is called. */
export function serviceOf(name: string): string | null {
  if (!/^(?:new )?[@a-z]/.test(name)) return null;
  return services.find(({ pattern }) => pattern.test(name))?.host ?? null;
}

/** The hosts to which the secret in an environment variable belongs; [] where nobody is known. */
export function secretOwners(variable: string): readonly string[] {
  return (
    owners.find(([start]) => variable === start || variable.startsWith(`${start}_`))?.[1] ?? []
  );
}

/** What kind of sensitive place a path (`~` for the home) is, as labels. */
export function pathLabels(path: string): number {
  if (path.length < 3 || path.length > 400) return 0;
  let labels = 0;
  for (const { label, pattern } of paths) if (pattern.test(path)) labels |= label;
  return labels;
}

export const setupTools: ReadonlySet<string> = new Set(raw.setupTools);
const channels = new Set(raw.channels);

/** Whether a call opens a channel through which others send messages. */
export const isChannel = (name: string): boolean => channels.has(name.replace(/^new /, ''));

/** The vendor group of an environment variable, as a label. */
export function secretLabel(name: string): number {
  return secretNames.find(({ pattern }) => pattern.test(name))?.label ?? 0;
}

function isThreatData(data: unknown): data is ThreatData {
  if (typeof data !== 'object' || data === null) return false;
  const { paths, hosts, secretNames } = data as Partial<ThreatData>;
  return Array.isArray(paths) && typeof hosts === 'object' && Array.isArray(secretNames);
}
