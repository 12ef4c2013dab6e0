// Asks for the packuments of a growing tree side by side: npm's resolver asks for one after the other.
import semver from 'semver';
import { dictOfStrings, isDict } from '../analyze/manifest.ts';
import { fetchAhead } from './pacote.ts';
import { limiter } from './source/limiter.ts';

/** Names and what is wanted of each, as in `dependencies`. */
export type Wanted = Iterable<readonly [string, string]>;

// Beyond that it is no help: each connection has its price.
const AT_ONCE = 6;
const MAX_ASKED = 2_000;

/**
 * Follows what is wanted through the packuments, picking versions about as npm would; a wrong guess is a
 * request too many. They are left in the packument cache of `options`. Returns what ends it.
 */
export function askAhead(wanted: Wanted, options: Record<string, unknown>): () => void {
  if (!(options['packumentCache'] instanceof Map)) return () => undefined;
  const slot = limiter(AT_ONCE);
  const asked = new Set<string>();
  let isOver = false;
  const visit = async (name: string, range: string): Promise<void> => {
    const key = `${name}@${range}`;
    // Git, folders and addresses are not asked for.
    if (asked.has(key) || asked.size >= MAX_ASKED || !isOfRegistry(range)) return;
    asked.add(key);
    const packument = await slot(async () => (isOver ? null : fetchAhead(name, options)));
    // Whoever needs it hears of the trouble.
    if (!isOver) visitAll(wantedBy(packument, range));
  };
  const visitAll = (all: Wanted) => {
    for (const [name, range] of all) void visit(name, range).catch(() => undefined);
  };
  visitAll(wanted);
  return () => {
    isOver = true;
  };
}

const isOfRegistry = (range: string): boolean =>
  semver.validRange(range, { loose: true }) !== null || /^[a-z][\w.-]{0,50}$/i.test(range);

/** What the version needs that npm would pick. */
export function wantedBy(packument: unknown, range: string): Wanted {
  if (!isDict(packument) || !isDict(packument['versions'])) return [];
  const { versions } = packument;
  const tags = dictOfStrings(packument['dist-tags']);
  const manifest = versions[pick(Object.keys(versions), tags, range) ?? ''];
  if (!isDict(manifest)) return [];
  const peers = dictOfStrings(manifest['peerDependencies']);
  const meta = isDict(manifest['peerDependenciesMeta']) ? manifest['peerDependenciesMeta'] : {};
  const isNeeded = (name: string) => !isDict(meta[name]) || meta[name]['optional'] !== true;
  return [
    ...Object.entries(dictOfStrings(manifest['dependencies'])),
    ...Object.entries(dictOfStrings(manifest['optionalDependencies'])),
    ...Object.entries(peers).filter(([name]) => isNeeded(name)),
  ];
}

/** The latest where it will do, else the highest that does. */
function pick(versions: string[], tags: Record<string, string>, range: string): string | null {
  if (Object.hasOwn(tags, range)) return tags[range] ?? null;
  const latest = Object.hasOwn(tags, 'latest') ? (tags['latest'] ?? '') : '';
  if (semver.satisfies(latest, range, true)) return latest;
  return semver.maxSatisfying(versions, range, true);
}
