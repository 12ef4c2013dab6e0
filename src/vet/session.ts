// What all targets of one run share: the settings, the name check, what pacote is given.
import { defaultKnownNames, type NameChecker } from '../analyze/names/index.ts';
import { createListing, type Listing } from '../analyze/names/listed.ts';
import { publicHosts } from '../analyze/public-hosts.ts';
import { readCopy } from '../collect/mcp-registry-copy.ts';
import { defaultRegistry, type NpmOptions } from '../collect/npm-config.ts';
import { Packuments } from '../collect/packuments.ts';
import { pacoteOptions } from '../collect/pacote.ts';
import type { Pool } from '../collect/source/index.ts';
import { rulesDigest } from '../rule-data.ts';
import type { KnownName } from '../types.ts';
import { buildStamp } from './remembered.ts';
import { allRuleIds, type Settings } from './settings.ts';
import { openVerdicts } from './verdicts.ts';

export interface Session extends Settings {
  pacote: Record<string, unknown>;
  /** What the registry has answered in this run. */
  packuments: Packuments;
  /** Hosts whose tarballs are the registry's own: the configured ones and npm's default. */
  registryHosts: Set<string>;
  /** Those that are configured without TLS. */
  plainHosts: Set<string>;
  known: KnownName[];
  names: NameChecker;
  /** The MCP registry's list as `db update` copied it, read once; null without a usable copy. */
  listing: () => Promise<Listing | null>;
  rulesDigest: string;
  /** The threads that read source, of all targets. */
  pool: Pool;
  /** Ends the threads, and keeps what was learnt of names. Whoever opened the session closes it. */
  close: () => Promise<void>;
}

/** `pool` is the session's from here on. */
export async function openSession(settings: Settings, pool: Pool): Promise<Session> {
  const { options, npm, cacheDir, databaseDir } = settings;
  const known = [...defaultKnownNames(), ...settings.ownKnown];
  const digest = rulesDigest(await allRuleIds());
  const names = await openVerdicts({
    known,
    cacheDir,
    key: [buildStamp(), digest, settings.ownKnown],
  });
  const close = async () => {
    await Promise.all([names.save(), pool.close()]);
  };
  options.signal?.addEventListener('abort', () => void close(), { once: true });
  const packuments = new Packuments();
  return {
    ...settings,
    packuments,
    pacote: pacoteOptions({
      npm,
      cacheDir,
      packuments,
      offline: options.offline === true,
      ...(options.signal ? { signal: options.signal } : {}),
    }),
    registryHosts: hostsOf(registriesOf(npm)),
    plainHosts: hostsOf(registriesOf(npm).filter((url) => url.startsWith('http:'))),
    known,
    names,
    listing: once(async () => {
      const copy = await readCopy(databaseDir);
      return 'list' in copy ? createListing(copy.list) : null;
    }),
    rulesDigest: digest,
    pool,
    close,
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function registriesOf(npm: NpmOptions): string[] {
  const scoped = Object.entries(npm).filter(([key]) => key.endsWith(':registry'));
  return [
    defaultRegistry(),
    ...publicHosts().publicRegistryNames.map((host) => `https://${host}`),
    npm.registry,
    ...scoped.map(([, url]) => String(url)),
  ];
}

function hostsOf(urls: readonly string[]): Set<string> {
  return new Set(urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).host));
}
