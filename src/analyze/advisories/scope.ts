// Ranges and versions of one entry of a record, checked event by event.
import { parseVersion } from './ranges.ts';
import { isRow, type AdvisoryRecord, type RangeEvent, type Row } from './shapes.ts';

const MAX = { versions: 20_000, events: 2_000 };
const EVENT_KINDS = ['introduced', 'fixed', 'last_affected', 'limit'] as const;

/** Ranges and versions of an entry; null if one of them cannot be read. */
export function scopeOf(entry: Row): Pick<AdvisoryRecord, 'ranges' | 'versions'> | null {
  const ranges: RangeEvent[][] = [];
  const upper = lastKnownAffected(entry);
  const given = entry['ranges'] ?? [];
  if (!Array.isArray(given)) return null;
  for (const range of given.slice(0, MAX.events)) {
    if (!isRow(range) || !Array.isArray(range['events'])) return null;
    if (range['type'] === 'GIT') continue;
    const events = eventsOf(range['events'], entry['exclusive_lower_bound'] === true);
    if (events === null) return null;
    ranges.push(upper && !events.some(([kind]) => isUpper(kind)) ? [...events, upper] : events);
  }
  const listed = entry['versions'] ?? [];
  if (!Array.isArray(listed)) return null;
  const versions = listed
    .slice(0, MAX.versions)
    .filter((version): version is string => typeof version === 'string' && isVersion(version));
  return listed.length > 0 && versions.length === 0 ? null : { ranges, versions };
}

function eventsOf(given: unknown[], isLowerExclusive: boolean): RangeEvent[] | null {
  const events: RangeEvent[] = [];
  for (const event of given.slice(0, MAX.events)) {
    if (!isRow(event)) return null;
    for (const kind of EVENT_KINDS) {
      const version = event[kind];
      if (version === undefined) continue;
      const isOpen =
        (kind === 'introduced' && version === '0') || (kind === 'limit' && version === '*');
      if (typeof version !== 'string' || !(isOpen || isVersion(version))) return null;
      const isExclusive = kind === 'introduced' && isLowerExclusive && version !== '0';
      events.push([isExclusive ? 'after' : kind, version]);
    }
  }
  return events.some(([kind]) => kind === 'introduced' || kind === 'after') ? events : null;
}

const isUpper = (kind: RangeEvent[0]): boolean => kind === 'fixed' || kind === 'last_affected';

/** GitHub writes the upper bound of `<= x` there when nothing is fixed. */
function lastKnownAffected(entry: Row): RangeEvent | null {
  const specific = entry['database_specific'];
  const text = isRow(specific) ? specific['last_known_affected_version_range'] : undefined;
  const match =
    typeof text === 'string' ? /^\s{0,5}(<=?)\s{0,5}(\S{1,100})\s{0,5}$/.exec(text) : null;
  if (!match?.[2] || !isVersion(match[2])) return null;
  return [match[1] === '<=' ? 'last_affected' : 'fixed', match[2]];
}

const isVersion = (text: string): boolean => text.length <= 100 && parseVersion(text) !== null;
