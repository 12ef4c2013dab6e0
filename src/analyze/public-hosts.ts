// rules/public-hosts.json: hosts that everybody knows, by what they are for.
import { ruleData } from '../rule-data.ts';

interface PublicHosts {
  /** Public registries of packages. */
  registries: string[];
  /** Where companies rent theirs: whose it is, the host does not say. */
  rentedRegistries: string[];
  /** Further names by which the public registry answers; lockfiles written by Yarn have the second. */
  publicRegistryNames: string[];
  /** Hosts of code and of builds, which keep what they are given and say whose it is. */
  forges: string[];
  /** Resolvers of names that everybody knows. */
  resolvers: string[];
  /** How the names of a service's variables start -> the hosts to which the secret in them belongs. */
  secretOwners: Record<string, string[]>;
}

export const publicHosts = (): PublicHosts => ruleData('public-hosts', isPublicHosts);

function isPublicHosts(data: unknown): data is PublicHosts {
  if (typeof data !== 'object' || data === null) return false;
  const { registries, rentedRegistries, publicRegistryNames, forges, resolvers, secretOwners } =
    data as PublicHosts;
  return (
    [registries, rentedRegistries, publicRegistryNames, forges, resolvers].every(Array.isArray) &&
    typeof secretOwners === 'object'
  );
}

/** Whether a host is one of the list or below one of it. */
export function isOneOf(host: string, list: readonly string[]): boolean {
  const plain = host.toLowerCase().replace(/\.$/, '');
  return list.some((one) => plain === one || plain.endsWith(`.${one}`));
}

/** Whether an address leads over TLS to a public registry of packages. */
export const isAtPublicRegistry = (url: string): boolean => isAt(url, publicHosts().registries);

/** Whether an address leads over TLS to a registry of packages, public or rented. */
export const isAtRegistry = (url: string): boolean =>
  isAtPublicRegistry(url) || isAt(url, publicHosts().rentedRegistries);

/** Whether an address leads over TLS to a registry, or to a host of code or builds. */
export const isAtForge = (url: string): boolean =>
  isAtRegistry(url) || isAt(url, publicHosts().forges);

function isAt(url: string, list: readonly string[]): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  return parsed?.protocol === 'https:' && isOneOf(parsed.hostname, list);
}
