// Records of one package that are about the same thing, by their aliases.
import { describeRange, NOT_STATED } from './range-text.ts';
import { fixedVersion, isAffected } from './ranges.ts';
import type { AdvisoryRecord } from './shapes.ts';
import type { Advisory, Severity } from '../../types.ts';

/** A record and the id of the source that gave it. */
export interface SourcedRecord {
  record: AdvisoryRecord;
  from: string;
}

const SEVERITIES: readonly Severity[] = ['info', 'low', 'moderate', 'high', 'critical'];
const ID_ORDER = [/^GHSA-/, /^CVE-/, /^MAL-/, /^(?!unnumbered:)/];
const MAX_REFERENCES = 10;
export const EMBEDDED = 'embedded';

const idRank = (id: string): number => {
  const rank = ID_ORDER.findIndex((pattern) => pattern.test(id));
  return rank === -1 ? ID_ORDER.length : rank;
};
export const compareIds = (a: string, b: string): number =>
  idRank(a) - idRank(b) || (a < b ? -1 : a > b ? 1 : 0);
export const compareSeverity = (a: Severity, b: Severity): number =>
  SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b);

/** Leaves the newest of several records with one id (an embedded one yields), without the withdrawn. */
export function currentRecords(records: readonly SourcedRecord[]): SourcedRecord[] {
  const newest = new Map<string, string>();
  for (const { record, from } of records) {
    if (record.id.startsWith('unnumbered:') || record.modified === undefined) continue;
    const age = from === EMBEDDED ? '' : record.modified;
    if (age >= (newest.get(record.id) ?? '')) newest.set(record.id, age);
  }
  return records.filter(({ record, from }) => {
    if (record.withdrawn !== undefined) return false;
    const best = newest.get(record.id);
    if (best === undefined || best === '') return true;
    return from !== EMBEDDED && (record.modified === undefined || record.modified >= best);
  });
}

/** Sets of records joined by id or alias; unnumbered malware joins the package's other malware. */
export function groupByAlias(records: readonly SourcedRecord[]): SourcedRecord[][] {
  const groups: { ids: Set<string>; members: SourcedRecord[] }[] = [];
  const [numbered, unnumbered] = [
    records.filter(({ record }) => !record.id.startsWith('unnumbered:')),
    records.filter(({ record }) => record.id.startsWith('unnumbered:')),
  ];
  for (const sourced of numbered) {
    const ids = new Set([sourced.record.id, ...sourced.record.aliases]);
    const joined = groups.filter((group) => [...ids].some((id) => group.ids.has(id)));
    const [first, ...others] = joined;
    if (!first) {
      groups.push({ ids, members: [sourced] });
      continue;
    }
    for (const other of others) groups.splice(groups.indexOf(other), 1);
    first.ids = new Set([...first.ids, ...ids, ...others.flatMap((other) => [...other.ids])]);
    first.members.push(...others.flatMap((other) => other.members), sourced);
  }
  const malware = groups.find(({ members }) =>
    members.some(({ record }) => record.kind === 'malware'),
  );
  if (malware) malware.members.push(...unnumbered);
  else if (unnumbered.length > 0) groups.push({ ids: new Set(), members: [...unnumbered] });
  return groups.map(({ members }) => members);
}

/** One advisory for a group, under its best-known id. `version`: the installed one, if any. */
export function advisoryOf(group: readonly SourcedRecord[], version?: string): Advisory {
  const members = [...group].sort(compareMembers);
  const hits = members.filter(
    ({ record }) => version === undefined || !record.isVersionStated || isAffected(record, version),
  );
  // The caller gives groups that have members, and of them at least one that applies.
  const best = (hits.find(({ record }) => record.isVersionStated) ?? hits[0] ?? members[0])!.record;
  const ids = [...new Set(members.flatMap(({ record }) => [record.id, ...record.aliases]))];
  const [id = best.id, ...aliases] = ids.sort(compareIds);
  const isMalware = members.some(({ record }) => record.kind === 'malware');
  const isStated = describeRange(best) !== NOT_STATED;
  const fixedIn = fixedVersion(best, version);
  const rated = members.map(({ record }) => record.severity).sort(compareSeverity);
  const scores = members.flatMap(({ record }) => record.cvss ?? []);
  return {
    id,
    aliases: aliases.filter((alias) => !alias.startsWith('unnumbered:')),
    kind: isMalware ? 'malware' : 'vulnerability',
    summary: best.summary,
    severity: isMalware ? (isStated ? 'critical' : 'high') : (rated.at(-1) ?? 'moderate'),
    ...(scores.length > 0 ? { cvss: Math.max(...scores) } : {}),
    package: best.package,
    range: describeRange(best),
    ...(fixedIn === undefined ? {} : { fixedIn }),
    ...datesOf(members),
    references: referencesOf(members),
    from: [...new Set(members.map(({ from }) => from))].sort().join(', '),
    isVerified: members.some(({ record }) => record.isVerified),
  };
}

function compareMembers(a: SourcedRecord, b: SourcedRecord): number {
  return (
    Number(a.from === EMBEDDED) - Number(b.from === EMBEDDED) ||
    compareIds(a.record.id, b.record.id) ||
    (a.from < b.from ? -1 : a.from > b.from ? 1 : 0) ||
    JSON.stringify(a.record.versions).localeCompare(JSON.stringify(b.record.versions), 'en')
  );
}

function datesOf(members: readonly SourcedRecord[]): Pick<Advisory, 'published' | 'modified'> {
  const published = members.flatMap(({ record }) => record.published ?? []).sort()[0];
  const modified = members
    .flatMap(({ record }) => record.modified ?? [])
    .sort()
    .at(-1);
  return {
    ...(published === undefined ? {} : { published }),
    ...(modified === undefined ? {} : { modified }),
  };
}

const referencesOf = (members: readonly SourcedRecord[]): string[] =>
  [...new Set(members.flatMap(({ record }) => record.references))].sort().slice(0, MAX_REFERENCES);
