// How fast past advisories were fixed: days from publication to the release of the fix.
import type { Advisory, ReleasesFact } from '../../types.ts';

const DAY_MS = 86_400_000;

/** A clause for a message; empty where the release times or the fixed versions are not known. */
export function fixTimes(past: readonly Advisory[], releases: ReleasesFact | undefined): string {
  const times = new Map(
    releases?.releases.map(({ version, publishedAt }) => [version, publishedAt]),
  );
  const days = past
    .flatMap(({ fixedIn, published }) => {
      const fixedAt = fixedIn === undefined ? undefined : times.get(fixedIn);
      if (fixedAt === undefined || published === undefined) return [];
      return [Math.ceil((Date.parse(fixedAt) - Date.parse(published)) / DAY_MS)];
    })
    .filter((value) => Number.isFinite(value))
    .sort((a, b) => a - b);
  const slowest = days.at(-1);
  if (slowest === undefined) return '';
  if (slowest <= 0) return '; each was fixed before it was published';
  return `; the slowest fix came ${slowest} days after publication`;
}
