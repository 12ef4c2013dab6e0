// A raw packument -> what it says, what its registry strips, and whether its times can be believed.
import semver from 'semver';
import type { Fact, PackumentFact, PackumentVersion, Release, ReleasesFact } from '../types.ts';
import { dictOfStrings, isDict } from './manifest.ts';
import { releaseData } from './release-data.ts';

const MAX_VERSIONS = 20_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const CREATED_TOLERANCE_MS = 7 * DAY_MS;
const TOLERATED_DISORDER = 0.02;

/** Never throws; versions that are not semver are left out. */
export function toPackumentFact(raw: Record<string, unknown>, registry: string): PackumentFact {
  const versionsRaw = isDict(raw['versions']) ? raw['versions'] : {};
  const versions = Object.keys(versionsRaw)
    .slice(0, MAX_VERSIONS)
    .filter((version) => semver.valid(version))
    .sort(semver.compare)
    .map((version) => toVersion(version, versionsRaw[version]));
  const maintainers = peopleOf(raw['maintainers']);
  const times = isDict(raw['time']) ? raw['time'] : {};
  const stripped = [
    ...(maintainers === undefined ? ['maintainers'] : []),
    ...(versions.some((version) => version.signatures) ? [] : ['signatures']),
    ...(versions.some((version) => version.publisher) ? [] : ['publishers']),
    ...(typeof times['created'] === 'string' ? [] : ['times']),
  ];
  const hasDeprecation = versions.some((version) => version.deprecated !== undefined);
  return {
    registry,
    // npm's own registry serves all of these for every package.
    isStripped: stripped.length > 0,
    stripped,
    distTags: dictOfStrings(raw['dist-tags']),
    versions,
    ...(maintainers === undefined ? {} : { maintainers }),
    ...(typeof raw['description'] === 'string' ? { description: raw['description'] } : {}),
    servesDeprecations: hasDeprecation || maintainers !== undefined,
  };
}

/** Known only where the times are whole and agree with the order of versions. */
export function toReleasesFact(raw: Record<string, unknown>): Fact<ReleasesFact> {
  const times = isDict(raw['time']) ? raw['time'] : {};
  const createdAt = times['created'];
  if (typeof createdAt !== 'string' || Number.isNaN(Date.parse(createdAt))) {
    return { known: false, reason: 'this registry serves no reliable release times' };
  }
  const versions = isDict(raw['versions']) ? raw['versions'] : {};
  const releases: Release[] = [];
  const unpublished: string[] = [];
  for (const [version, time] of Object.entries(dictOfStrings(times))) {
    if (!semver.valid(version) || Number.isNaN(Date.parse(time))) continue;
    if (!Object.hasOwn(versions, version)) unpublished.push(version);
    else releases.push({ version, publishedAt: new Date(time).toISOString() });
  }
  if (releases.length === 0 || releases.length < Object.keys(versions).length) {
    return { known: false, reason: 'some versions have no release time on this registry' };
  }
  const doubt = doubtOf(releases, Date.parse(createdAt));
  if (doubt !== null) return { known: false, reason: doubt };
  releases.sort((a, b) =>
    a.publishedAt === b.publishedAt
      ? semver.compare(a.version, b.version)
      : a.publishedAt < b.publishedAt
        ? -1
        : 1,
  );
  const created = new Date(createdAt).toISOString();
  return {
    known: true,
    value: { releases, createdAt: created, unpublished: unpublished.sort(semver.compare) },
  };
}

/** Why the times cannot be those of publishing; null if nothing speaks against them. */
function doubtOf(releases: Release[], createdMs: number): string | null {
  const times = releases.map((release) => Date.parse(release.publishedAt));
  const first = Math.min(...times);
  if (createdMs - first > CREATED_TOLERANCE_MS) {
    return 'the package is said to be younger than its releases';
  }
  const { minReleases, withinHours } = releaseData().reimport;
  // Months of releases in one day are the day on which a mirror fetched them.
  if (times.length >= minReleases && Math.max(...times) - first < withinHours * HOUR_MS) {
    return 'all release times are of one day, as after an import';
  }
  return hasContradictions(releases) ? 'release times contradict the order of versions' : null;
}

/**
 * Within one minor line a later patch cannot be older; a mirror's re-import shows exactly that. Of
 * many releases a few were honestly published out of order.
 */
function hasContradictions(releases: Release[]): boolean {
  const stable = releases
    .filter((release) => semver.prerelease(release.version) === null)
    .sort((a, b) => semver.compare(a.version, b.version));
  const wrong = stable.filter((release, index) => {
    const before = stable[index - 1];
    if (!before) return false;
    const sameLine =
      semver.major(before.version) === semver.major(release.version) &&
      semver.minor(before.version) === semver.minor(release.version);
    return sameLine && Date.parse(before.publishedAt) - Date.parse(release.publishedAt) > DAY_MS;
  });
  return wrong.length > stable.length * TOLERATED_DISORDER;
}

function toVersion(version: string, raw: unknown): PackumentVersion {
  const from = isDict(raw) ? raw : {};
  const dist = isDict(from['dist']) ? from['dist'] : {};
  const scripts = dictOfStrings(from['scripts']);
  const publisher = personOf(from['_npmUser']);
  const maintainers = peopleOf(from['maintainers']);
  const signatures = signaturesOf(dist['signatures']);
  const trusted = isDict(from['_npmUser']) ? from['_npmUser']['trustedPublisher'] : undefined;
  const repository = isDict(from['repository']) ? from['repository']['url'] : from['repository'];
  return {
    version,
    ...text('integrity', dist['integrity']),
    ...text('deprecated', from['deprecated']),
    ...text('gitHead', from['gitHead']),
    ...text('repositoryUrl', repository),
    ...(isDict(trusted) ? text('trustedPublisher', trusted['id']) : {}),
    hasInstallScript:
      from['hasInstallScript'] === true ||
      ['preinstall', 'install', 'postinstall'].some((name) => scripts[name] !== undefined),
    dependencies: {
      ...dictOfStrings(from['dependencies']),
      ...dictOfStrings(from['optionalDependencies']),
    },
    scripts,
    ...(publisher ? { publisher } : {}),
    ...(maintainers ? { maintainers } : {}),
    ...(isDict(dist['attestations'])
      ? { hasProvenance: true, ...text('attestationsUrl', dist['attestations']['url']) }
      : {}),
    ...(signatures.length > 0 ? { signatures } : {}),
    ...number('unpackedSizeBytes', dist['unpackedSize']),
    ...number('fileCount', dist['fileCount']),
  };
}

function text<K extends string>(key: K, value: unknown): { [P in K]?: string } {
  if (typeof value !== 'string' || value === '') return {};
  return { [key]: value.slice(0, 2_000) } as { [P in K]?: string };
}

function number<K extends string>(key: K, value: unknown): { [P in K]?: number } {
  return (typeof value === 'number' ? { [key]: value } : {}) as { [P in K]?: number };
}

function personOf(value: unknown): { name: string; email?: string } | undefined {
  if (!isDict(value) || typeof value['name'] !== 'string') return undefined;
  return { name: value['name'].slice(0, 200), ...text('email', value['email']) };
}

function peopleOf(value: unknown): { name: string; email?: string }[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.slice(0, 500).flatMap((entry) => personOf(entry) ?? []);
}

function signaturesOf(value: unknown): { keyid: string; sig: string }[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, 10).flatMap((entry) => {
    if (!isDict(entry)) return [];
    const { keyid, sig } = entry;
    return typeof keyid === 'string' && typeof sig === 'string' ? [{ keyid, sig }] : [];
  });
}
