// Repositories on code hosts, as their public interfaces answer; here on loopback.
import { afterEach, describe, expect, test } from 'vitest';
import { collectRepository } from '../../src/collect/repository/index.ts';
import {
  peopleIn,
  releasesIn,
  securityIn,
  securityInRoot,
} from '../../src/collect/repository/details.ts';
import { HOST_BASES } from '../../src/collect/repository/hosts.ts';
import { startAnswers, type AnswerOf, type Answers } from '../support/answers.ts';

const REPO = '/repos/weather/weather-mcp';
const RAW = '/weather/weather-mcp';
const DESCRIBED = {
  body: {
    archived: false,
    created_at: '2024-01-01T00:00:00Z',
    pushed_at: '2026-11-01T00:00:00Z',
    stargazers_count: 12,
    default_branch: 'main',
  },
};
const MANIFEST = { body: { name: 'weather-mcp' } };
const tree = (...paths: string[]) => ({
  body: { truncated: false, tree: paths.map((path) => ({ path, type: 'blob' })) },
});

let server: Answers | undefined;
afterEach(() => server?.close());

async function collect(
  answers: Record<string, AnswerOf>,
  changes: Partial<Parameters<typeof collectRepository>[0]> = {},
) {
  server = await startAnswers(answers);
  const base = { api: server.url, raw: server.url };
  return collectRepository({
    name: 'weather-mcp',
    version: '1.0.0',
    repository: { url: 'git+https://github.com/weather/weather-mcp.git' },
    fetchOptions: {},
    env: {},
    offline: false,
    bases: { ...HOST_BASES, github: base, gitlab: base, bitbucket: base, gitea: base },
    timeoutMs: Object.values(answers).includes('silence') ? 300 : 5_000,
    ...changes,
  });
}

describe('a repository on GitHub', () => {
  test('claims the package when package.json of its default branch bears the name', async () => {
    const fact = await collect({
      [REPO]: DESCRIBED,
      [`${REPO}/contributors`]: {
        body: [{ contributions: 60 }, { contributions: 15 }, { contributions: 5 }],
      },
      [`${REPO}/releases`]: {
        body: [
          { tag_name: 'v1.1.0-draft', draft: true },
          { tag_name: 'v1.0.0', published_at: '2026-10-01T00:00:00Z' },
          { tag_name: 'v0.9.0', published_at: 'long ago' },
        ],
      },
      [`${REPO}/git/trees/main`]: tree('package.json', 'SECURITY.md'),
      [`${RAW}/main/package.json`]: MANIFEST,
    });
    expect(fact).toMatchObject({
      known: true,
      from: 'github.com',
      value: {
        exists: true,
        claimsPackage: true,
        isArchived: false,
        stars: 12,
        contributors: 3,
        commits: 80,
        topContributorShare: 0.75,
        releases: 2,
        latestRelease: { tag: 'v1.0.0', publishedAt: '2026-10-01T00:00:00.000Z' },
        versionTag: 'v1.0.0',
        hasSecurityPolicy: true,
        createdAt: '2024-01-01T00:00:00.000Z',
      },
    });
  });

  test.each([
    [
      'a package.json that bears another name',
      {
        [`${RAW}/main/package.json`]: { body: { name: 'famous' } },
        [`${REPO}/git/trees/main`]: tree('package.json', 'index.js'),
      },
      { claimsPackage: false, bearsName: 'famous' },
    ],
    [
      'another name in a repository too large to be listed',
      { [`${RAW}/main/package.json`]: { body: { name: 'famous' } } },
      { claimsPackage: null },
    ],
    [
      'another name where twenty packages were not all read',
      {
        [`${RAW}/main/package.json`]: { body: { name: 'famous' } },
        [`${REPO}/git/trees/main`]: tree(
          'package.json',
          ...Array.from({ length: 20 }, (_, i) => `packages/p${i}/package.json`),
        ),
      },
      { claimsPackage: null },
    ],
    [
      'the name at the tag of the version, though it was renamed since',
      {
        [`${RAW}/main/package.json`]: { body: { name: 'renamed' } },
        [`${RAW}/refs/tags/v1.0.0/package.json`]: MANIFEST,
      },
      { claimsPackage: true },
    ],
    [
      'a monorepo that holds it in a folder nobody named',
      {
        [`${RAW}/main/package.json`]: { body: { name: 'all', private: true } },
        [`${REPO}/git/trees/main`]: tree('package.json', 'src/weather/package.json'),
        [`${RAW}/main/src/weather/package.json`]: MANIFEST,
      },
      { claimsPackage: true },
    ],
    [
      'a monorepo that does not hold it',
      {
        [`${RAW}/main/package.json`]: { body: { name: 'all', workspaces: ['src/*'] } },
        [`${REPO}/git/trees/main`]: tree('package.json', 'src/tides/package.json'),
        [`${RAW}/main/src/tides/package.json`]: { body: { name: 'tides-mcp' } },
      },
      { claimsPackage: false },
    ],
    [
      'a monorepo whose files are not listed',
      { [`${RAW}/main/package.json`]: { body: { name: 'all', private: true } } },
      { claimsPackage: null },
    ],
    ['no package.json at all', {}, { claimsPackage: null }],
    [
      'a package.json that is no JSON',
      { [`${RAW}/main/package.json`]: { body: '<html>' } },
      { claimsPackage: null },
    ],
  ])('with %s', async (_name, answers, expected) => {
    const fact = await collect({ [REPO]: DESCRIBED, ...answers });
    expect(fact).toMatchObject({ known: true, value: { exists: true, ...expected } });
  });

  test('never follows gitHead: the host serves commits of a fork under the same address', async () => {
    await collect({
      [REPO]: DESCRIBED,
      [`${RAW}/main/package.json`]: { body: { name: 'famous' } },
    });
    const refs = server?.requests.map(({ path }) => path.split('/')[3]) ?? [];
    expect(refs.some((ref) => /^[0-9a-f]{40}$/.test(ref ?? ''))).toBe(false);
  });

  test('is read in the folder that the manifest names', async () => {
    const directory = 'packages/weather';
    const of = (name: string) =>
      collect(
        {
          [REPO]: DESCRIBED,
          [`${RAW}/main/package.json`]: MANIFEST,
          [`${RAW}/main/${directory}/package.json`]: { body: { name } },
        },
        { repository: { url: 'github:weather/weather-mcp', directory } },
      );
    expect(await of('weather-mcp')).toMatchObject({ value: { claimsPackage: true } });
    await server?.close();
    expect(await of('tides-mcp')).toMatchObject({
      value: { claimsPackage: false, bearsName: 'tides-mcp' },
    });
    await server?.close();
    const climbing = { url: 'github:weather/weather-mcp', directory: '../../other' };
    expect(await collect({ [REPO]: DESCRIBED }, { repository: climbing })).toMatchObject({
      value: { claimsPackage: null, notReadReason: 'its directory field is no path' },
    });
  });

  test('that is not there is a fact', async () => {
    const fact = await collect({});
    expect(fact).toMatchObject({ known: true, value: { exists: false, claimsPackage: null } });
  });

  test("a proxy's page for a blocked host does not say that there is none", async () => {
    const page = { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>' };
    expect(await collect({ [REPO]: page })).toEqual({
      known: false,
      reason: 'github.com: it does not offer this (HTTP 404)',
    });
  });

  test('whose rate limit is used up still shows its files', async () => {
    const limited = { status: 403, headers: { 'x-ratelimit-remaining': '0' }, body: {} };
    const fact = await collect({ [REPO]: limited, [`${RAW}/HEAD/package.json`]: MANIFEST });
    expect(fact).toMatchObject({ known: true, value: { exists: true, claimsPackage: true } });
    await server?.close();
    expect(await collect({ [REPO]: limited })).toEqual({
      known: false,
      reason: 'github.com: its rate limit is used up; a GITHUB_TOKEN in the environment raises it',
    });
  });

  test.each([
    ['silence' as const, 'github.com: it took too long to answer'],
    [500, 'github.com: it answered HTTP 500'],
    [{ body: 'no json' }, 'github.com: it answered with something that is not JSON'],
    [{ body: 'x'.repeat(3_000_000) }, 'github.com: its answer is larger than allowed'],
  ])('that answers %j is unknown', async (answer, reason) => {
    expect(await collect({ [REPO]: answer as AnswerOf })).toEqual({ known: false, reason });
  });

  test('sends the token to its own host, and to no other', async () => {
    const env = { GITHUB_TOKEN: 'gh-secret', GITLAB_TOKEN: 'gl-secret' };
    await collect({}, { env });
    expect(server?.requests[0]?.headers['authorization']).toBe('Bearer gh-secret');
    await server?.close();
    await collect({}, { env, repository: { url: 'gitlab:weather/weather-mcp' } });
    expect(server?.requests[0]?.headers).toMatchObject({ 'private-token': 'gl-secret' });
    expect(server?.requests[0]?.headers).not.toHaveProperty('authorization');
    await server?.close();
    await collect({}, { env, repository: { url: 'https://codeberg.org/weather/weather-mcp' } });
    expect(JSON.stringify(server?.requests[0]?.headers)).not.toContain('secret');
  });
});

describe('other hosts', () => {
  test.each([
    [
      'https://gitlab.com/weather/group/weather-mcp.git',
      {
        '/projects/weather%2Fgroup%2Fweather-mcp': {
          body: { archived: true, default_branch: 'main', star_count: 1 },
        },
        '/projects/weather%2Fgroup%2Fweather-mcp/repository/files/package.json/raw': MANIFEST,
        '/projects/weather%2Fgroup%2Fweather-mcp/repository/contributors': {
          body: [{ commits: 3 }, { commits: 1 }],
        },
        '/projects/weather%2Fgroup%2Fweather-mcp/repository/tree': {
          body: [{ path: 'SECURITY.md', type: 'blob' }],
        },
        '/projects/weather%2Fgroup%2Fweather-mcp/releases': {
          body: [{ tag_name: '1.0.0', released_at: '2026-10-01T00:00:00Z' }],
        },
      },
      {
        isArchived: true,
        claimsPackage: true,
        commits: 4,
        topContributorShare: 0.75,
        releases: 1,
        versionTag: '1.0.0',
        hasSecurityPolicy: true,
      },
    ],
    [
      'https://bitbucket.org/weather/weather-mcp',
      {
        '/repositories/weather/weather-mcp': { body: { mainbranch: { name: 'trunk' } } },
        '/repositories/weather/weather-mcp/src/trunk/package.json': MANIFEST,
        '/repositories/weather/weather-mcp/src/trunk/': {
          body: { values: [{ path: 'SECURITY.md', type: 'commit_file' }] },
        },
      },
      { claimsPackage: true, hasSecurityPolicy: true },
    ],
    [
      'https://codeberg.org/weather/weather-mcp.git',
      {
        [REPO]: { body: { archived: false, stars_count: 4, default_branch: 'main' } },
        [`${REPO}/raw/package.json`]: MANIFEST,
      },
      { stars: 4, claimsPackage: true },
    ],
  ])('%s', async (url, answers, expected) => {
    const fact = await collect(answers, { repository: { url } });
    expect(fact).toMatchObject({ known: true, value: { exists: true, ...expected } });
  });

  test.each([
    ['https://git.internal.example/weather/weather-mcp', 'git.internal.example is not a code host'],
    ['http://127.0.0.1:8080/a/b', '127.0.0.1 is not a code host'],
    ['https://evil.example/?x=github.com/weather/weather-mcp', 'names no repository'],
    ['https://github.com/weather/..', 'names no repository'],
    ['not a url', 'names no repository'],
  ])('%s is not asked: a manifest does not steer requests', async (url, reason) => {
    const fact = await collect({}, { repository: { url } });
    expect(fact).toMatchObject({ known: false, reason: expect.stringContaining(reason) });
    expect(server?.requests).toEqual([]);
  });

  test('nobody is asked offline', async () => {
    expect(await collect({}, { offline: true })).toEqual({
      known: false,
      reason: 'offline: github.com was not asked',
    });
    expect(server?.requests).toEqual([]);
  });

  test('says where the repository was before', async () => {
    const fact = await collect(
      { [REPO]: DESCRIBED },
      { previousUrl: 'https://github.com/old-owner/weather-mcp' },
    );
    expect(fact).toMatchObject({ value: { owner: 'weather', previousOwner: 'old-owner' } });
  });
});

describe('what hosts answer about people and releases', () => {
  test.each([
    ['a hundred people: commits are not all counted', Array(100).fill({ contributions: 2 }), 100],
    ['counts that are none', [{ contributions: -1 }, { contributions: 'x' }], 2],
  ])('%s', (_name, json, contributors) => {
    const people = peopleIn(json);
    expect(people.contributors).toBe(contributors);
    expect(people).not.toHaveProperty('commits');
  });

  test.each([undefined, null, {}, 'x', [null, 3, {}]])('%j says nothing of releases', (json) => {
    const { releases } = releasesIn(json, ['v1.0.0']);
    expect(releases ?? 0).toBe(0);
    expect(securityInRoot(json)).toEqual({});
  });

  test('no policy in the first folder does not say that there is none', () => {
    expect(securityInRoot([{ path: 'README.md' }])).toEqual({});
    expect(securityIn(['README.md'])).toEqual({ hasSecurityPolicy: false });
    expect(securityIn(null)).toEqual({});
  });
});
