// The answers in test/record are understood; record.mjs compares them with the real services.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { collectMcpRegistry } from '../../src/collect/mcp-registry.ts';
import { collectPopularity } from '../../src/collect/popularity.ts';
import { HOST_BASES } from '../../src/collect/repository/hosts.ts';
import { collectRepository } from '../../src/collect/repository/index.ts';
import { startAnswers, type Answers } from '../support/answers.ts';

interface Recorded {
  answers: Record<string, { url: string; body: unknown }>;
}
const { answers } = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../record/answers.json'), 'utf8'),
) as Recorded;
// By path as the collectors ask: the base address of every service becomes loopback.
const byPath = Object.fromEntries(
  Object.values(answers).map(({ url, body }) => {
    const { pathname } = new URL(url);
    return [pathname.replace(/^\/(api\/v4|api\/v1|2\.0)(?=\/)/, ''), { body }];
  }),
);

let server: Answers | undefined;
afterEach(() => server?.close());

describe('recorded answers', () => {
  test('of code hosts', async () => {
    server = await startAnswers(byPath);
    const base = { api: server.url, raw: server.url };
    const of = (name: string, url: string) =>
      collectRepository({
        name,
        version: '1.0.0',
        repository: { url },
        fetchOptions: {},
        env: {},
        offline: false,
        bases: { ...HOST_BASES, github: base, gitlab: base, bitbucket: base, gitea: base },
      });
    const github = 'https://github.com/modelcontextprotocol/servers.git';
    expect(await of('@modelcontextprotocol/server-filesystem', github)).toMatchObject({
      value: {
        exists: true,
        claimsPackage: true,
        hasSecurityPolicy: true,
        isArchived: false,
        commits: expect.any(Number),
        releases: expect.any(Number),
      },
    });
    expect(await of('@evil/server-filesystem', github)).toMatchObject({
      value: { exists: true, claimsPackage: false, bearsName: '@modelcontextprotocol/servers' },
    });
    for (const url of [
      'https://gitlab.com/gitlab-org/gitlab-foss',
      'https://bitbucket.org/atlassian/aui',
      'https://codeberg.org/forgejo/forgejo',
    ]) {
      expect(await of('weather-mcp', url)).toMatchObject({
        value: { exists: true, claimsPackage: null, createdAt: expect.any(String) },
      });
    }
  });

  test('of the MCP registry and the download counts', async () => {
    server = await startAnswers(byPath);
    const ask = { fetchOptions: {} };
    expect(
      await collectMcpRegistry({
        name: '@upstash/context7-mcp',
        mcpName: 'io.github.upstash/context7',
        offline: false,
        isPublic: true,
        base: server.url,
        ask,
      }),
    ).toMatchObject({ state: 'verified' });
    const registry = 'https://registry.example/';
    expect(
      await collectPopularity({
        name: '@upstash/context7-mcp',
        version: '1.0.31',
        registry,
        defaultRegistry: registry,
        offline: false,
        base: server.url,
        dependentsBase: server.url,
        ask,
      }),
    ).toMatchObject({
      known: true,
      value: { weeklyDownloads: expect.any(Number), dependents: expect.any(Number) },
    });
  });
});

test('nothing in a report comes from a recording: no source names it, no package holds it', () => {
  const root = path.resolve(import.meta.dirname, '../..');
  const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const named = files
    .filter((file) => file.endsWith('.ts'))
    .filter((file) =>
      /answers\.json|test\/record|recordedAt/.test(
        readFileSync(path.join(root, 'src', file), 'utf8'),
      ),
    );
  expect(named).toEqual([]);
  const { files: shipped } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    files: string[];
  };
  expect(shipped.filter((entry) => /^(\.\/)?test/.test(entry))).toEqual([]);
});

test('every live service has a recording that can be compared with the real thing', () => {
  const hosts = new Set(Object.values(answers).map(({ url }) => new URL(url).host));
  expect([...hosts].sort()).toEqual([
    'api.bitbucket.org',
    'api.deps.dev',
    'api.github.com',
    'api.npmjs.org',
    'codeberg.org',
    'gitlab.com',
    'raw.githubusercontent.com',
    'registry.modelcontextprotocol.io',
    'registry.npmjs.com',
  ]);
});
