// What a function of one file does is worse or better by who in other files calls it, and when.
import type { RawThreat } from '../../package-context.ts';

/** Names of functions, each with its file: `lib/agent.js install`. */
type Key = string;

export interface Offer {
  /** Names by which other files may know the functions around it. */
  from: string[];
  /** If one of them is called when a file is loaded. */
  threat: RawThreat;
  /** If that is not known; null if it is nothing then. */
  otherwise: RawThreat | null;
}
/** `how`: null when it happens as soon as `from` runs, or at once if that is null. */
export interface Site {
  name: string;
  from: string | null;
  how: 'tool' | 'command' | null;
}
interface Caller {
  path: string;
  sites: Site[];
  offers: Offer[];
  /** Rules of which a text for the model says that a tool does this. */
  tells: Set<string>;
}

export function keyOf(path: string, name: string): Key {
  return `${path} ${name}`;
}

/** `find`: the key of a function by the name of its import. */
export function judgedOffers(
  files: readonly Caller[],
  find: (from: string, name: string) => Key | undefined,
): RawThreat[] {
  const offers = files.flatMap(({ path, offers }) => offers.map((offer) => ({ path, offer })));
  if (offers.length === 0) return [];
  const calls = files.flatMap(({ path, sites }) =>
    sites.map(({ name, from, how }) => ({
      caller: from === null ? null : keyOf(path, from),
      called: find(path, name),
      how,
    })),
  );
  const started = spread(calls, (caller, how) => how === null && caller === null);
  const commanded = spread(calls, (_, how) => how === 'command');
  const offered = spread(calls, (_, how) => how === 'tool');
  const told = new Set(files.flatMap(({ tells }) => [...tells]));
  return offers.flatMap(({ path, offer: { from, threat, otherwise } }) => {
    const is = (keys: ReadonlySet<Key>) => from.some((name) => keys.has(keyOf(path, name)));
    if (is(started)) return threat;
    if (!otherwise) return [];
    const isToldOf = is(offered) ? told.has(otherwise.ruleId) : is(commanded);
    return isToldOf ? { ...otherwise, severity: 'low' as const } : otherwise;
  });
}

/** What is called from the first sites, also through further functions. */
function spread(
  calls: { caller: Key | null; called: Key | undefined; how: Site['how'] }[],
  isFirst: (caller: Key | null, how: Site['how']) => boolean,
): ReadonlySet<Key> {
  const reached = new Set<Key>();
  for (let before = -1; before !== reached.size;) {
    before = reached.size;
    for (const { caller, called, how } of calls) {
      const isNext = how === null && caller !== null && reached.has(caller);
      if (called !== undefined && (isNext || isFirst(caller, how))) reached.add(called);
    }
  }
  return reached;
}
