// An advisory's range in words, for people, in npm's notation.
import { compareVersions, sortEvents } from './ranges.ts';
import type { AdvisoryRecord, RangeEvent } from './shapes.ts';

const MAX_LISTED = 8;
const MAX_RANGES = 8;
/** What stands for the range of a list entry that names a package without versions. */
export const NOT_STATED = 'not stated';

/** e.g. `>=0.0.5 <0.1.16`, `1.0.16, 1.0.17`, `*`. */
export function describeRange(record: AdvisoryRecord): string {
  if (!record.isVersionStated) return NOT_STATED;
  const parts = [...new Set(record.ranges.flatMap(describeEvents))];
  if (parts.includes('*')) return '*';
  if (parts.length > 0) return shorten(parts, MAX_RANGES, ' || ');
  const versions = [...record.versions].sort(compareVersions);
  return versions.length > 0 ? shorten(versions, MAX_LISTED, ', ') : 'none';
}

/** Where it is fixed, or if nobody says, what is affected. */
export function fixText({ fixedIn, range }: { fixedIn?: string; range: string }): string {
  if (fixedIn !== undefined) return `fixed in ${fixedIn}`;
  return range === '*' ? 'every version; no fix is known' : `affected: ${range}`;
}

function shorten(parts: readonly string[], max: number, separator: string): string {
  const rest = parts.length - max;
  const shown = parts.slice(0, max).join(separator);
  return rest > 0 ? `${shown}${separator}and ${rest} more` : shown;
}

function describeEvents(events: readonly RangeEvent[]): string[] {
  const parts: string[] = [];
  let open: RangeEvent | null = null;
  for (const event of sortEvents(events)) {
    const [kind, at] = event;
    if (kind === 'introduced' || kind === 'after') {
      open ??= event;
      continue;
    }
    if (!open || at === '*') continue;
    parts.push(join(lowerBound(open), `${kind === 'last_affected' ? '<=' : '<'}${at}`));
    open = null;
  }
  if (open) parts.push(lowerBound(open) || '*');
  return parts;
}

const lowerBound = ([kind, at]: RangeEvent): string =>
  at === '0' ? '' : `${kind === 'after' ? '>' : '>='}${at}`;
const join = (lower: string, upper: string): string => (lower ? `${lower} ${upper}` : upper);
