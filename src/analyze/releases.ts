// What release dates tell: ages, silences, jumps. Pure; `now` comes from the evidence.
import semver from 'semver';
import type { PackumentFact, Release, ReleasesFact } from '../types.ts';
import { releaseData } from './release-data.ts';

const DAY_MS = 86_400_000;
const DAYS_A_MONTH = 30.44;

export function ageDays(iso: string, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - Date.parse(iso)) / DAY_MS));
}

export function releaseOf(releases: ReleasesFact, version: string): Release | undefined {
  return releases.releases.find((release) => release.version === version);
}

/** The highest release that is older than the cooldown and not deprecated; undefined if there is none. */
export function newestPastCooldown(
  releases: ReleasesFact,
  minAgeDays: number,
  now: Date,
  packument?: PackumentFact,
): Release | undefined {
  const deprecated = new Set(
    packument?.versions.flatMap((entry) => (entry.deprecated ? [entry.version] : [])),
  );
  return releases.releases
    .filter(({ version }) => semver.prerelease(version) === null && !deprecated.has(version))
    .filter((release) => now.getTime() - Date.parse(release.publishedAt) >= minAgeDays * DAY_MS)
    .sort((a, b) => semver.compare(a.version, b.version))
    .at(-1);
}

/** Months since the last release of any kind. */
export function monthsSilent(releases: ReleasesFact, now: Date): number {
  const last = releases.releases.at(-1);
  return last ? Math.floor(ageDays(last.publishedAt, now) / DAYS_A_MONTH) : 0;
}

/** Months between this release and the one published before it, if that is a dormancy. */
export function dormantMonthsBefore(releases: ReleasesFact, version: string): number | undefined {
  const at = releases.releases.findIndex((release) => release.version === version);
  const [before, own] = [releases.releases[at - 1], releases.releases[at]];
  if (!before || !own) return undefined;
  const gap = Date.parse(own.publishedAt) - Date.parse(before.publishedAt);
  const months = Math.floor(gap / DAY_MS / DAYS_A_MONTH);
  return months >= releaseData().dormantMonths ? months : undefined;
}

/** A jump over many majors that is no change to calendar versions. */
export function jumpedFrom(versions: PackumentFact['versions'], version: string): string | null {
  const { versionJumpMajors, calendarMajorFrom } = releaseData();
  if (!semver.valid(version) || semver.major(version) >= calendarMajorFrom) return null;
  const before = versions.filter((entry) => semver.lt(entry.version, version)).at(-1)?.version;
  if (before === undefined) return null;
  return semver.major(version) - semver.major(before) >= versionJumpMajors ? before : null;
}

/** The highest stable version, where `latest` points to an older one that was also published earlier. */
export function newerThanLatest(
  packument: PackumentFact,
  releases: ReleasesFact | undefined,
): string | null {
  const latest = packument.distTags['latest'];
  if (latest === undefined || !semver.valid(latest)) return null;
  const highest = packument.versions
    .filter((entry) => semver.prerelease(entry.version) === null && entry.deprecated === undefined)
    .at(-1)?.version;
  if (highest === undefined || !semver.gt(highest, latest)) return null;
  // An old line that is still mended is published later than the highest version, and may be latest.
  const [own, other] = [latest, highest].map((version) => releases && releaseOf(releases, version));
  if (own && other && own.publishedAt > other.publishedAt) return null;
  return highest;
}

export function mentionsVersion(changelog: string, version: string): boolean {
  const escaped = version.replace(/[.+]/g, '\\$&');
  return new RegExp(`(^|[^\\d.])v?${escaped}($|[^\\d.]|\\.(?!\\d))`).test(changelog);
}
