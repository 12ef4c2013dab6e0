// Flows between the files of a package: what each file gives to and takes from the others.
import type { PackageContext, RawThreat } from '../../package-context.ts';
import { judgedOffers, keyOf } from './offers.ts';
import type { Offer, Site } from './offers.ts';
import { CRED, ENV, ENV_TEXT, INVISIBLE, LINKED, LINKS, REMOTE } from './labels.ts';

/** A use of something from another file, as far as that file alone tells. */
interface Pending {
  kind: 'send' | 'run';
  labels: number;
  isForeign: boolean;
  /** The only imports that can be meant; null if it may be any. */
  near: ReadonlySet<string> | null;
  threat: Pick<RawThreat, 'file' | 'line' | 'excerpt'>;
}
export interface FileLink {
  path: string;
  /** Names of imported functions and values (`./lib/gather.gather`), in the order of their labels. */
  imports: string[];
  /** What functions return and constants hold, by their name in the file. */
  gives: Map<string, number>;
  /** Functions whose parameters are sent or run. */
  takers: Map<string, { kind: Pending['kind']; isForeign: boolean }>;
  pending: Pending[];
  /** Calls of imported functions with something worth following. */
  handed: ({ name: string } & Pick<Pending, 'labels' | 'near' | 'threat'>)[];
  /** Where imported functions are called. */
  sites: Site[];
  offers: Offer[];
  tells: Set<string>;
  /** Where the clipboard is changed again and again. */
  swaps: Pending['threat'][];
  /** Whether addresses of wallets, or patterns that find them, stand in the file. */
  hasAddresses: boolean;
}

const MAX_FILES = 3_000;
const links = new WeakMap<PackageContext, Map<string, FileLink>>();

export function emptyLink(path: string): FileLink {
  return {
    path,
    imports: [],
    gives: new Map(),
    takers: new Map(),
    pending: [],
    handed: [],
    sites: [],
    offers: [],
    tells: new Set(),
    swaps: [],
    hasAddresses: false,
  };
}

export function keepLink(pkg: PackageContext, link: FileLink): void {
  const { gives, takers, pending, handed, sites, offers, swaps, hasAddresses } = link;
  const lists = [pending, handed, sites, offers, swaps].some((list) => list.length > 0);
  const isEmpty = gives.size + takers.size === 0 && !lists && !hasAddresses;
  let known = links.get(pkg);
  if (!known) links.set(pkg, (known = new Map()));
  if (!isEmpty && known.size < MAX_FILES) known.set(link.path, link);
}

/** The label that stands for the result of an import. */
export function linkLabel(imports: string[], name: string): number {
  let index = imports.indexOf(name);
  if (index === -1 && imports.length < 64) index = imports.push(name) - 1;
  return index === 0 ? LINKS[0] : LINKS[1];
}

/** Threats that show only when the files are seen together. */
export function findLinkedThreats(pkg: PackageContext): RawThreat[] {
  const files = links.get(pkg);
  const found: RawThreat[] = [];
  if (!files) return found;
  for (const link of files.values()) {
    for (const { kind, labels, isForeign, near, threat } of link.pending) {
      add(found, kind, isForeign, given(files, link, labels, near), threat);
    }
    for (const { name, labels, near, threat } of link.handed) {
      const taker = name.startsWith('*.')
        ? onlyTaker(files, name.slice(2))
        : lookUp(files, link.path, name, (file, part) => file.takers.get(part));
      if (taker)
        add(found, taker.kind, taker.isForeign, labels | given(files, link, labels, near), threat);
    }
  }
  const all = [...files.values()];
  const find = (from: string, name: string) =>
    lookUp(files, from, name, ({ path }, part) => keyOf(path, part));
  return [...found, ...swapsOf(all), ...judgedOffers(all, find)];
}

/** The clipboard is changed where some file knows what a wallet's address looks like. */
function swapsOf(files: FileLink[]): RawThreat[] {
  if (!files.some(({ hasAddresses }) => hasAddresses)) return [];
  return files.flatMap(({ swaps }) =>
    swaps.map((place) => ({
      ...place,
      ruleId: 'wallet-address-swap',
      severity: 'critical' as const,
      confidence: 'high' as const,
      message: 'Addresses of wallets on the clipboard are replaced by others.',
    })),
  );
}

/** The method of that name, if just one file has one that sends or runs what it is given. */
function onlyTaker(files: Map<string, FileLink>, method: string) {
  const found = [...files.values()].flatMap(({ takers }) => takers.get(method) ?? []);
  return found.length === 1 ? found[0] : undefined;
}

/** What the imports behind the labels give. */
function given(
  files: Map<string, FileLink>,
  link: FileLink,
  labels: number,
  near: Pending['near'],
): number {
  let all = 0;
  link.imports.forEach((name, index) => {
    if (near?.has(name) === false) return;
    if ((labels & (index === 0 ? LINKS[0] : LINKS[1])) === 0) return;
    all |= lookUp(files, link.path, name, (file, part) => file.gives.get(part)) ?? 0;
  });
  return all;
}

function add(
  found: RawThreat[],
  kind: Pending['kind'],
  isForeign: boolean,
  labels: number,
  threat: Pending['threat'],
): void {
  const tell = (ruleId: string, message: string) =>
    found.push({ ...threat, ruleId, message, severity: 'critical', confidence: 'high' });
  if (kind === 'send' && labels & (ENV | ENV_TEXT)) {
    tell(
      'environment-exfiltration',
      'Environment variables that were not chosen by name are handed to another file and sent over the network.',
    );
  }
  if (kind === 'send' && isForeign && labels & CRED) {
    tell(
      'credential-exfiltration',
      'Credentials are handed to another file and sent over the network.',
    );
  }
  if (kind === 'run' && labels & REMOTE) {
    tell('fetched-code-executed', 'Text that another file took from the network is run as code.');
  } else if (kind === 'run' && labels & INVISIBLE) {
    tell(
      'invisible-payload',
      'Text that another file takes out of invisible characters is run as code.',
    );
  }
}

/** Asks the file behind an import: `./lib/gather.gather`, or `./lib/gather` for the whole module. */
function lookUp<T>(
  files: Map<string, FileLink>,
  from: string,
  name: string,
  ask: (file: FileLink, part: string) => T | undefined,
): T | undefined {
  const clean = name.replace(/^new /, '').replaceAll('()', '');
  const whole = fileAt(files, from, clean);
  if (whole) return ask(whole, 'default');
  const parts = clean.split('.');
  for (let count = 1; count < Math.min(4, parts.length); count++) {
    const file = fileAt(files, from, parts.slice(0, -count).join('.'));
    if (file) return ask(file, parts.at(-1) ?? '') ?? ask(file, parts.at(-count) ?? '');
  }
  return undefined;
}

function fileAt(files: Map<string, FileLink>, from: string, spec: string): FileLink | undefined {
  const parts = from.split('/').slice(0, -1);
  for (const part of spec.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  const base = parts.join('/');
  const stem = base.replace(/\.[cm]?[jt]sx?$/, '');
  const endings = [
    '.js',
    '.mjs',
    '.cjs',
    '.ts',
    '.mts',
    '.cts',
    '.tsx',
    '.jsx',
    '/index.js',
    '/index.mjs',
    '/index.cjs',
    '/index.ts',
  ];
  return (
    files.get(base) ?? endings.map((end) => files.get(stem + end)).find((one) => one !== undefined)
  );
}

export const isLinked = (labels: number): boolean => (labels & LINKED) !== 0;
