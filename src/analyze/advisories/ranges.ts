// OSV's evaluation of versions and ranges, with npm's version order.
// https://ossf.github.io/osv-schema/#evaluation
import semver from 'semver';
import type { AdvisoryRecord, RangeEvent } from './shapes.ts';

/** A version in npm's grammar; `1`, `1.2` (as ECOSYSTEM events may say) are padded. */
export function parseVersion(text: string): semver.SemVer | null {
  const parsed = semver.parse(text, { loose: true });
  if (parsed) return parsed;
  if (!/^\d{1,15}(?:\.\d{1,15})?$/.test(text)) return null;
  return semver.parse(text.includes('.') ? `${text}.0` : `${text}.0.0`);
}

export const versionOf = (event: RangeEvent): string => event[1];

/** Ascending; "0" stands before every version; events of one version keep their order. */
export function sortEvents(events: readonly RangeEvent[]): RangeEvent[] {
  return [...events].sort((a, b) => compareVersions(versionOf(a), versionOf(b)));
}

/** npm's order; "0" first, what is no version before what is one. */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '0') return -1;
  if (b === '0') return 1;
  const [left, right] = [parseVersion(a), parseVersion(b)];
  if (!left || !right) return left ? 1 : right ? -1 : 0;
  return semver.compare(left, right);
}

/** Whether a record applies to a version: listed, or inside one of its ranges. */
export function isAffected(record: AdvisoryRecord, version: string): boolean {
  if (record.versions.includes(version)) return true;
  const parsed = parseVersion(version);
  if (!parsed) return false;
  if (record.versions.some((listed) => parseVersion(listed)?.compare(parsed) === 0)) return true;
  return record.ranges.some((events) => isInRange(events, parsed));
}

function isInRange(events: readonly RangeEvent[], version: semver.SemVer): boolean {
  const limits = events.filter(([kind]) => kind === 'limit').map(versionOf);
  const isBelowLimits =
    limits.length === 0 ||
    limits.some((limit) => limit === '*' || (parseVersion(limit)?.compare(version) ?? -1) > 0);
  if (!isBelowLimits) return false;
  let isVulnerable = false;
  for (const [kind, at] of sortEvents(events)) {
    const order = at === '0' ? 1 : version.compare(parseVersion(at) ?? version);
    if (kind === 'introduced' && order >= 0) isVulnerable = true;
    if (kind === 'after' && order > 0) isVulnerable = true;
    if (kind === 'fixed' && order >= 0) isVulnerable = false;
    if (kind === 'last_affected' && order > 0) isVulnerable = false;
  }
  return isVulnerable;
}

/** The lowest fix above an affected version; without a version, the highest fix of all. */
export function fixedVersion(record: AdvisoryRecord, version?: string): string | undefined {
  const installed = version === undefined ? null : parseVersion(version);
  const ranges = installed
    ? record.ranges.filter((events) => isInRange(events, installed))
    : record.ranges;
  const fixes = ranges
    .flat()
    .filter(([kind]) => kind === 'fixed')
    .map(versionOf)
    .filter((fix) => !installed || (parseVersion(fix)?.compare(installed) ?? -1) > 0)
    .sort(compareVersions);
  const candidates = installed ? fixes.filter((fix) => !isAffected(record, fix)) : fixes.slice(-1);
  return candidates[0];
}
