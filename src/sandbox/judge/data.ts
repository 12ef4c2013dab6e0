// What rules/egress.json knows of hosts, ports and files, and how a name is looked up there.
import { ruleData } from '../../rule-data.ts';

const LISTS = [
  'sharedSuffixes',
  'secondLevel',
  'installHosts',
  'updateHosts',
  'telemetryHosts',
  'metadataAddresses',
  'toolFiles',
  'builtInTools',
  'codeHosts',
] as const;
type EgressData = Record<(typeof LISTS)[number], string[]> & {
  ordinaryPorts: number[];
  ownedFiles: { path: string; words: string[] }[];
};

export function egressData(): EgressData {
  return ruleData('egress', isEgressData);
}

function isEgressData(data: unknown): data is EgressData {
  if (typeof data !== 'object' || data === null) return false;
  const { ordinaryPorts, ownedFiles, ...lists } = data as EgressData;
  return (
    LISTS.every((name) => Array.isArray(lists[name])) &&
    Array.isArray(ordinaryPorts) &&
    Array.isArray(ownedFiles) &&
    ownedFiles.every(({ path, words }) => typeof path === 'string' && Array.isArray(words))
  );
}

/** The part of a host name that somebody registered: `api.x.co.uk` -> `x.co.uk`, `me.github.io` stays. */
export function registrable(host: string): string {
  const { sharedSuffixes, secondLevel } = egressData();
  const labels = host.toLowerCase().replace(/\.$/, '').split('.');
  const suffix = sharedSuffixes.find((one) => host.endsWith(`.${one}`));
  if (suffix !== undefined) return labels.slice(-(suffix.split('.').length + 1)).join('.');
  const isLong = (labels.at(-1)?.length ?? 0) === 2 && secondLevel.includes(labels.at(-2) ?? '');
  return labels.slice(isLong ? -3 : -2).join('.');
}

export function isIpAddress(host: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(host) || host.includes(':');
}
