// What hosts answer about a repository, its people, releases and files -> what is said of it. Never throws.
import { isDict } from '../../analyze/manifest.ts';
import type { RepositoryFact } from '../../types.ts';

export interface Description {
  isArchived?: boolean;
  createdAt?: string;
  pushedAt?: string;
  stars?: number;
  defaultBranch: string;
}
type Details = Pick<
  RepositoryFact,
  | 'contributors'
  | 'commits'
  | 'topContributorShare'
  | 'releases'
  | 'latestRelease'
  | 'versionTag'
  | 'hasSecurityPolicy'
>;

// One page is asked for, never the next one.
export const MAX_PEOPLE = 100;
export const MAX_RELEASES = 30;
const MAX_PATHS = 200_000;
const SECURITY_FILE = /^(\.github\/|\.gitlab\/|docs\/)?SECURITY(\.(md|txt|rst|adoc))?$/i;

/** `keys`: how the host names what is looked for. */
export function describe(
  json: unknown,
  keys: { [K in keyof Description]?: string },
): Description | null {
  if (!isDict(json)) return null;
  const at = (key: string | undefined) => (key === undefined ? undefined : json[key]);
  const date = (key: string | undefined) => {
    const value = at(key);
    const time = typeof value === 'string' ? Date.parse(value) : NaN;
    return Number.isNaN(time) ? undefined : new Date(time).toISOString();
  };
  const isArchived = at(keys.isArchived);
  const stars = at(keys.stars);
  const branch = at(keys.defaultBranch);
  const createdAt = date(keys.createdAt);
  const pushedAt = date(keys.pushedAt);
  return {
    ...(typeof isArchived === 'boolean' ? { isArchived } : {}),
    ...(typeof stars === 'number' ? { stars } : {}),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(pushedAt === undefined ? {} : { pushedAt }),
    defaultBranch: typeof branch === 'string' && branch.length <= 200 ? branch : 'HEAD',
  };
}

/** Null where the list is not whole. */
export function pathsIn(tree: unknown, type: string): string[] | null {
  if (!Array.isArray(tree) || tree.length > MAX_PATHS) return null;
  return tree.flatMap((entry: unknown) =>
    isDict(entry) && entry['type'] === type && typeof entry['path'] === 'string'
      ? [entry['path']]
      : [],
  );
}

/** GitHub counts `contributions`, GitLab `commits`; both list the busiest. */
export function peopleIn(json: unknown): Details {
  if (!Array.isArray(json)) return {};
  const contributors = Math.min(json.length, MAX_PEOPLE);
  const counts = json.slice(0, MAX_PEOPLE).flatMap((person: unknown) => {
    const count = isDict(person) ? (person['contributions'] ?? person['commits']) : undefined;
    return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? [count] : [];
  });
  const commits = counts.reduce((total, count) => total + count, 0);
  const isWhole = counts.length === json.length && json.length < MAX_PEOPLE;
  return {
    contributors,
    ...(isWhole && commits > 0 ? { commits } : {}),
    ...(commits > 0 && counts.length === contributors
      ? { topContributorShare: Math.round((100 * Math.max(...counts)) / commits) / 100 }
      : {}),
  };
}

/** Newest first, as every host lists them; drafts are seen by nobody else. */
export function releasesIn(json: unknown, tags: readonly string[]): Details {
  if (!Array.isArray(json)) return {};
  const releases = json.slice(0, MAX_RELEASES).flatMap((raw: unknown) => {
    if (!isDict(raw) || raw['draft'] === true || typeof raw['tag_name'] !== 'string') return [];
    const time = raw['published_at'] ?? raw['released_at'];
    const ms = typeof time === 'string' ? Date.parse(time) : NaN;
    const publishedAt = Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
    return [
      { tag: raw['tag_name'].slice(0, 200), ...(publishedAt === undefined ? {} : { publishedAt }) },
    ];
  });
  const [latestRelease] = releases;
  const versionTag = tags.find((tag) => releases.some((release) => release.tag === tag));
  return {
    releases: releases.length,
    ...(latestRelease ? { latestRelease } : {}),
    ...(versionTag === undefined ? {} : { versionTag }),
  };
}

/** Of all files; null where they could not be listed. */
export function securityIn(paths: readonly string[] | null): Details {
  if (paths === null) return {};
  return { hasSecurityPolicy: paths.some((file) => SECURITY_FILE.test(file)) };
}

/** Of the first folder alone: a policy may still lie deeper, so its absence is not known. */
export function securityInRoot(json: unknown): Details {
  const list = isDict(json) ? json['values'] : json;
  const hasPolicy =
    Array.isArray(list) &&
    list.some(
      (entry: unknown) =>
        isDict(entry) && typeof entry['path'] === 'string' && SECURITY_FILE.test(entry['path']),
    );
  return hasPolicy ? { hasSecurityPolicy: true } : {};
}
