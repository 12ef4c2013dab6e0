// Which version came before another, and how large the step between them is.
import semver from 'semver';
import type { PackumentVersion } from '../types.ts';

export type Step = 'patch' | 'minor' | 'major' | 'prerelease' | 'none' | 'unknown';

/**
 * The version to compare with: the highest lower one, a release wherever the given one is a release
 * and an earlier release exists. `versions` ascend.
 */
export function previousOf(
  versions: readonly PackumentVersion[],
  version: string,
): PackumentVersion | undefined {
  if (!semver.valid(version)) return undefined;
  const lower = versions.filter((entry) => semver.lt(entry.version, version));
  const stable = lower.filter((entry) => semver.prerelease(entry.version) === null);
  const isRelease = semver.prerelease(version) === null;
  return (isRelease ? stable.at(-1) : undefined) ?? lower.at(-1);
}

/** Below 1.0.0 a minor may break as a major does; it still is named minor. */
export function stepOf(from: string, to: string): Step {
  if (!semver.valid(from) || !semver.valid(to)) return 'unknown';
  const step = semver.diff(from, to);
  if (step === null) return 'none';
  if (step === 'patch' || step === 'minor' || step === 'major') return step;
  return 'prerelease';
}

/** How projects name the tag of a version, the most usual first; of a monorepo's packages, too. */
export function tagsOf(name: string, version: string): string[] {
  const base = name.replace(/^@[^/]+\//, '');
  const tags = [`v${version}`, version];
  for (const owner of [name, base]) {
    tags.push(`${owner}@${version}`, `${owner}-v${version}`, `${owner}/v${version}`);
  }
  return [...new Set(tags)];
}
