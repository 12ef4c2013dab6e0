// What the MCP registry's list says of a package. Anyone is listed there, so it adds questions and never trust.
import type { KnownName, ListedFact, Manifest, NameMatch, RegistryList } from '../../types.ts';
import { catalogueOf, type Catalogue } from './catalogue.ts';
import { repositoryKey } from './compare.ts';
import { parseName } from './parse.ts';
import { matchesOf } from './verdict.ts';

/** The list, looked up by package; the names are indexed when the first lookalike is asked for. */
export interface Listing {
  copiedAt: string;
  digest: string;
  factOf(subject: ListingSubject): ListedFact;
}
export interface ListingSubject {
  name: string;
  manifest: Manifest;
  /** Its entry on the known-good list. */
  known: KnownName | null;
}

const MAX_NAMES = 50_000;
const MAX_MATCHES = 3;

export function createListing(list: RegistryList): Listing {
  let catalogue: Catalogue | undefined;
  return {
    copiedAt: list.copiedAt,
    digest: list.digest,
    factOf(subject) {
      const entry = entryOf(subject, list);
      const isElsewhere = entry !== undefined && movedFrom(subject.known, entry.repository);
      if (!subject.known) catalogue ??= catalogueOf(namesOf(list));
      const lookalikes = catalogue && !subject.known ? lookalikesOf(subject, list, catalogue) : [];
      return { ...(entry ? { entry } : {}), ...(isElsewhere ? { isElsewhere } : {}), lookalikes };
    },
  };
}

/** Both sides must say so: the entry names the package, and the package's manifest names the entry. */
function entryOf({ name, manifest }: ListingSubject, { servers }: RegistryList) {
  if (manifest.mcpName === undefined) return undefined;
  return servers.find((server) => server.name === manifest.mcpName && server.npm.includes(name));
}

function movedFrom(known: KnownName | null, repository: string | undefined): boolean {
  const [listed, here] = [repositoryKey(known?.repository), repositoryKey(repository)];
  return listed !== null && here !== null && listed !== here;
}

function lookalikesOf(
  { name, manifest }: ListingSubject,
  { servers }: RegistryList,
  catalogue: Catalogue,
): NameMatch[] {
  const parsed = parseName(name);
  // Asked of listed names too: to be listed exempts from nothing.
  const matches = parsed ? matchesOf(parsed, catalogue) : [];
  const own = repositoryKey(manifest.repository?.url);
  const isOfOneOwner = (target: string) =>
    own !== null &&
    servers.some((one) => one.npm.includes(target) && repositoryKey(one.repository) === own);
  return matches
    .filter(({ confidence, kind }) => confidence === 'high' && kind !== 'brand')
    .filter(({ target }) => !isOfOneOwner(target))
    .slice(0, MAX_MATCHES);
}

/** Withdrawn entries are nobody's aim. */
function namesOf({ servers }: RegistryList): string[] {
  const active = servers.filter(({ status }) => status === 'active');
  return [...new Set(active.flatMap(({ npm }) => npm))].slice(0, MAX_NAMES);
}
