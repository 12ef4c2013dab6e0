// How each code host is asked: addresses, headers, and what its answers say. Hosts are ours to name, never the package's.
import { isDict } from '../../analyze/manifest.ts';
import type { CodeHost, RepositoryClaim } from '../../analyze/repository-url.ts';
import { describe, MAX_PEOPLE, MAX_RELEASES, pathsIn, type Description } from './details.ts';

/** Base addresses; tests put loopback here. Where git has none, git is not asked. */
export interface HostBase {
  api: string;
  raw: string;
  git?: string;
}
type ApiHost = Exclude<CodeHost, 'sourcehut'>;
export type HostBases = Record<ApiHost, HostBase> & { sourcehut?: HostBase };

export interface HostApi {
  headers: Record<string, string>;
  repository: string;
  /** One file's content at a ref. */
  file: (ref: string, path: string) => string;
  tree: ((ref: string) => string) | null;
  /** The first folder, where `tree` is null. */
  root: ((ref: string) => string) | null;
  contributors: string | null;
  releases: string | null;
  describe: (json: unknown) => Description | null;
  /** Paths of all files, or null if the list is not whole. */
  paths: (json: unknown) => string[] | null;
}
type Environment = Record<string, string | undefined>;

export const HOST_BASES: HostBases = {
  github: {
    api: 'https://api.github.com',
    raw: 'https://raw.githubusercontent.com',
    git: 'https://github.com',
  },
  gitlab: { api: 'https://gitlab.com/api/v4', raw: '', git: 'https://gitlab.com' },
  bitbucket: { api: 'https://api.bitbucket.org/2.0', raw: '', git: 'https://bitbucket.org' },
  gitea: { api: '', raw: '', git: '' },
  sourcehut: { api: '', raw: '', git: 'https://git.sr.ht' },
};

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
    case 'sourcehut':
    case null:
      return null;
  }
}

/** Where plain git finds the host; undefined where it is not to be asked. */
export function gitBaseOf(claim: RepositoryClaim, bases: HostBases): string | undefined {
  if (claim.kind === null) return undefined;
  const base = bases[claim.kind]?.git;
  // Several hosts speak Gitea's interface, each at its own name.
  return claim.kind === 'gitea' && base === '' ? `https://${claim.host}` : base;
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
    root: null,
    contributors: `${repository}/contributors?per_page=${MAX_PEOPLE}`,
    releases: `${repository}/releases?per_page=${MAX_RELEASES}`,
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
    root: (ref) => `${repository}/repository/tree?ref=${encodeURIComponent(ref)}&per_page=100`,
    contributors: `${repository}/repository/contributors?per_page=${MAX_PEOPLE}`,
    releases: `${repository}/releases?per_page=${MAX_RELEASES}`,
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
    root: (ref) => `${repository}/src/${encode(ref)}/?pagelen=100`,
    contributors: null,
    releases: null,
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
    root: null,
    contributors: null,
    releases: `${repository}/releases?limit=${MAX_RELEASES}`,
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

/** Slashes stay; everything else that could end the path does not. */
function encode(text: string): string {
  return text.split('/').map(encodeURIComponent).join('/');
}

/** Only GitHub takes the full form, which cannot be mistaken for a branch. */
function plainRef(ref: string): string {
  return ref.replace(/^refs\/tags\//, '');
}
