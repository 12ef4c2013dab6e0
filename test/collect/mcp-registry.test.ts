// The MCP registry and npm's download counts, on loopback.
import { afterEach, describe, expect, test } from 'vitest';
import { collectMcpRegistry } from '../../src/collect/mcp-registry.ts';
import { collectPopularity } from '../../src/collect/popularity.ts';
import { startAnswers, type AnswerOf, type Answers } from '../support/answers.ts';

let server: Answers | undefined;
afterEach(() => server?.close());

describe('the MCP registry', () => {
  const entry = (name: string, ...packages: object[]) => ({ server: { name, packages } });
  const npm = (identifier: string) => ({ registryType: 'npm', identifier, version: '1.0.0' });
  async function ask(
    answer: AnswerOf,
    changes: Partial<Parameters<typeof collectMcpRegistry>[0]> = {},
  ) {
    server = await startAnswers({ '/v0/servers': answer });
    return collectMcpRegistry({
      name: 'weather-mcp',
      mcpName: 'io.github.weather/weather',
      offline: false,
      isPublic: true,
      base: server.url,
      ask: { fetchOptions: {}, timeoutMs: answer === 'silence' ? 300 : 5_000 },
      ...changes,
    });
  }

  test.each([
    [
      'the entry names this package',
      [entry('io.github.weather/weather', npm('weather-mcp'))],
      'verified',
    ],
    [
      'the older, flat form',
      [
        {
          name: 'io.github.weather/weather',
          packages: [{ registry_name: 'npm', name: 'weather-mcp' }],
        },
      ],
      'verified',
    ],
    [
      'the entry names another package',
      [entry('io.github.weather/weather', npm('real-weather'))],
      'mismatch',
    ],
    [
      'the entry is a container only',
      [entry('io.github.weather/weather', { registryType: 'oci', identifier: 'x' })],
      'absent',
    ],
    [
      'only a longer name was found',
      [entry('io.github.weather/weather-pro', npm('weather-mcp'))],
      'absent',
    ],
    ['nothing was found', [], 'absent'],
  ])('%s', async (_name, servers, state) => {
    expect(await ask({ body: { servers, metadata: { count: servers.length } } })).toMatchObject({
      state,
    });
  });

  test.each([
    [{ body: { unknown: true } }, {}],
    [503, {}],
    ['silence', {}],
    [404, { mcpName: '../../etc' }],
    [404, { isPublic: false }],
    [404, { offline: true }],
  ] as [AnswerOf, object][])('%j with %j is not checkable', async (answer, changes) => {
    expect(await ask(answer, changes)).toMatchObject({ state: 'not-checkable' });
  });

  test('is not asked about a package without mcpName', async () => {
    expect(await ask(404, { mcpName: undefined })).toMatchObject({ state: 'absent' });
    expect(server?.requests).toEqual([]);
  });
});

describe('download counts', () => {
  async function ask(
    answer: AnswerOf,
    registry = 'https://registry.example/',
    dependents: AnswerOf = 404,
  ) {
    server = await startAnswers({
      '/downloads/point/last-week/@weather/mcp': answer,
      '/v3alpha/systems/npm/packages/%40weather%2Fmcp/versions/1.0.0:dependents': dependents,
    });
    return collectPopularity({
      name: '@weather/mcp',
      version: '1.0.0',
      registry,
      defaultRegistry: 'https://registry.example/',
      offline: false,
      base: server.url,
      dependentsBase: server.url,
      ask: { fetchOptions: {}, timeoutMs: answer === 'silence' ? 300 : 5_000 },
    });
  }

  test('are known for packages of the default registry', async () => {
    expect(await ask({ body: { downloads: 1234, package: '@weather/mcp' } })).toMatchObject({
      known: true,
      value: { weeklyDownloads: 1234 },
    });
  });

  test.each([
    [{ body: { downloads: 5 } }, { weeklyDownloads: 5, dependents: 7 }],
    [404, { dependents: 7 }],
  ] as [AnswerOf, object][])('%j beside dependents', async (downloads, value) => {
    const counted = { body: { dependentCount: 9, directDependentCount: 7 } };
    expect(await ask(downloads, undefined, counted)).toMatchObject({ known: true, value });
  });

  test('are not asked about packages of another registry', async () => {
    const fact = await ask({ body: { downloads: 1234 } }, 'https://npm.company.example/');
    expect(fact).toEqual({ known: false, reason: 'this registry serves no download counts' });
    expect(server?.requests).toEqual([]);
  });

  test.each([404, { body: { downloads: 'many' } }, { body: { downloads: -1 } }] as AnswerOf[])(
    'are unknown when the answer is %j',
    async (answer) => expect(await ask(answer)).toMatchObject({ known: false }),
  );
});
