// The answers in test/record are understood; record.mjs compares them with the real services.
import { readFileSync } from 'node:fs';
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
      value: { exists: true, claimsPackage: true, hasSecurityPolicy: true, isArchived: false },
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
        registry,
        defaultRegistry: registry,
        offline: false,
        base: server.url,
        ask,
      }),
    ).toMatchObject({ known: true });
  });
});
