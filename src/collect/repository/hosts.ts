// How each code host is asked: addresses, headers, and what its answers say. Hosts are ours to name, never the package's.
import { isDict } from '../../analyze/manifest.ts';
import type { CodeHost, RepositoryClaim } from '../../analyze/repository-url.ts';

/** Base addresses; tests put loopback here. */
export type HostBases = Record<CodeHost, { api: string; raw: string }>;

export interface Description {
  isArchived?: boolean;
  createdAt?: string;
  pushedAt?: string;
  stars?: number;
  defaultBranch: string;
}
export interface HostApi {
  headers: Record<string, string>;
  repository: string;
  /** One file's content at a ref. */
  file: (ref: string, path: string) => string;
  tree: ((ref: string) => string) | null;
  contributors: string | null;
  describe: (json: unknown) => Description | null;
  /** Paths of all files, or null if the list is not whole. */
  paths: (json: unknown) => string[] | null;
}
type Environment = Record<string, string | undefined>;

export const HOST_BASES: HostBases = {
  github: { api: 'https://api.github.com', raw: 'https://raw.githubusercontent.com' },
  gitlab: { api: 'https://gitlab.com/api/v4', raw: '' },
  bitbucket: { api: 'https://api.bitbucket.org/2.0', raw: '' },
  gitea: { api: '', raw: '' },
};
const MAX_PATHS = 200_000;

export function apiOf(claim: RepositoryClaim, bases: HostBases, env: Environment): HostApi | null {
  switch (claim.kind) {
    case 'github':
      return github(claim, bases.github, env);
    case 'gitlab':
      return gitlab(claim, bases.gitlab, env);
    case 'bitbucket':
      return bitbucket(claim, bases.bitbucket);
    case 'gitea':
      return gitea(claim, bases.gitea);
    case null:
      return null;
  }
}

function github(
  { owner, name }: RepositoryClaim,
  base: HostBases['github'],
  env: Environment,
): HostApi {
  const token = env['GITHUB_TOKEN'] || env['GH_TOKEN'];
  const repository = `${base.api}/repos/${owner}/${name}`;
  return {
    headers: token ? { authorization: `Bearer ${token}` } : {},
    repository,
    file: (ref, path) => `${base.raw}/${owner}/${name}/${encode(ref)}/${encode(path)}`,
    tree: (ref) => `${repository}/git/trees/${encode(ref)}?recursive=1`,
    contributors: `${repository}/contributors?per_page=100`,
    describe: (json) =>
      describe(json, {
        isArchived: 'archived',
        createdAt: 'created_at',
        pushedAt: 'pushed_at',
        stars: 'stargazers_count',
        defaultBranch: 'default_branch',
      }),
    paths: (json) =>
      isDict(json) && json['truncated'] !== true ? pathsIn(json['tree'], 'blob') : null,
  };
}

function gitlab(
  { owner, name }: RepositoryClaim,
  base: HostBases['gitlab'],
  env: Environment,
): HostApi {
  const token = env['GITLAB_TOKEN'];
  const repository = `${base.api}/projects/${encodeURIComponent(`${owner}/${name}`)}`;
  return {
    headers: token ? { 'private-token': token } : {},
    repository,
    file: (ref, path) =>
      `${repository}/repository/files/${encodeURIComponent(path)}/raw?ref=${encodeURIComponent(plainRef(ref))}`,
    tree: null,
    contributors: `${repository}/repository/contributors?per_page=100`,
    describe: (json) =>
      describe(json, {
        isArchived: 'archived',
        createdAt: 'created_at',
        pushedAt: 'last_activity_at',
        stars: 'star_count',
        defaultBranch: 'default_branch',
      }),
    paths: () => null,
  };
}

function bitbucket({ owner, name }: RepositoryClaim, base: HostBases['bitbucket']): HostApi {
  const repository = `${base.api}/repositories/${owner}/${name}`;
  return {
    headers: {},
    repository,
    file: (ref, path) => `${repository}/src/${encode(plainRef(ref))}/${encode(path)}`,
    tree: null,
    contributors: null,
    describe: (json) => {
      const found = describe(json, { createdAt: 'created_on', pushedAt: 'updated_on' });
      const branch = isDict(json) && isDict(json['mainbranch']) ? json['mainbranch']['name'] : null;
      return found && typeof branch === 'string' ? { ...found, defaultBranch: branch } : found;
    },
    paths: () => null,
  };
}

function gitea({ host, owner, name }: RepositoryClaim, base: HostBases['gitea']): HostApi {
  const repository = `${base.api || `https://${host}/api/v1`}/repos/${owner}/${name}`;
  return {
    headers: {},
    repository,
    file: (ref, path) =>
      `${repository}/raw/${encode(path)}?ref=${encodeURIComponent(plainRef(ref))}`,
    tree: (ref) => `${repository}/git/trees/${encode(ref)}?recursive=true&per_page=10000`,
    contributors: null,
    describe: (json) =>
      describe(json, {
        isArchived: 'archived',
        createdAt: 'created_at',
        pushedAt: 'updated_at',
        stars: 'stars_count',
        defaultBranch: 'default_branch',
      }),
    paths: (json) =>
      isDict(json) && json['truncated'] !== true ? pathsIn(json['tree'], 'blob') : null,
  };
}

function describe(json: unknown, keys: { [K in keyof Description]?: string }): Description | null {
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

function pathsIn(tree: unknown, type: string): string[] | null {
  if (!Array.isArray(tree) || tree.length > MAX_PATHS) return null;
  return tree.flatMap((entry: unknown) =>
    isDict(entry) && entry['type'] === type && typeof entry['path'] === 'string'
      ? [entry['path']]
      : [],
  );
}

/** Slashes stay; everything else that could end the path does not. */
function encode(text: string): string {
  return text.split('/').map(encodeURIComponent).join('/');
}

/** Only GitHub takes the full form, which cannot be mistaken for a branch. */
function plainRef(ref: string): string {
  return ref.replace(/^refs\/tags\//, '');
}
