// The copy of the MCP registry's list, from loopback pages of the documented shapes and from hostile ones.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { COPY, copyStatus, readCopy, updateCopy } from '../../src/collect/mcp-registry-copy.ts';
import { downloadList, type ListOptions } from '../../src/collect/mcp-registry-list.ts';
import { startAnswers, type AnswerOf, type Answers } from '../support/answers.ts';
import { run } from '../support/run.ts';

const FIRST = '/v0.1/servers?limit=100&version=latest&include_deleted=true';
const OFFICIAL = 'io.modelcontextprotocol.registry/official';
const NOW = '2026-11-20T08:00:00.000Z';

let server: Answers | undefined;
let dir: string;
beforeEach(() => void (dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-copy-'))));
afterEach(async () => {
  await server?.close();
  server = undefined;
  rmSync(dir, { recursive: true, force: true });
});

const npm = (identifier: unknown) => ({ registryType: 'npm', identifier, version: '1.0.0' });
const entry = (name: unknown, packages: unknown, status = 'active', isLatest = true) => ({
  server: { name, description: 'x', version: '1.0.0', packages },
  _meta: { [OFFICIAL]: { status, isLatest, publishedAt: NOW } },
});
const page = (servers: unknown, nextCursor?: string) => ({
  body: { servers, metadata: { count: 1, ...(nextCursor ? { nextCursor } : {}) } },
});
async function serve(answers: Record<string, AnswerOf>): Promise<string> {
  server = await startAnswers(answers);
  return server.url;
}
async function list(answers: Record<string, AnswerOf>, options: Partial<ListOptions> = {}) {
  return downloadList({ base: await serve(answers), ...options });
}

describe('the list', () => {
  test('is read page by page, by the cursors that the registry gives', async () => {
    const servers = await list({
      [FIRST]: page([entry('io.github.b/b', [npm('b-mcp')])], 'io.github.b/b:1.0.0'),
      [`${FIRST}&cursor=io.github.b%2Fb%3A1.0.0`]: page([
        entry('io.github.a/a', [npm('@a/mcp'), npm('@a/mcp')], 'deprecated'),
      ]),
    });
    expect(servers).toEqual([
      { name: 'io.github.a/a', npm: ['@a/mcp'], status: 'deprecated' },
      { name: 'io.github.b/b', npm: ['b-mcp'], status: 'active' },
    ]);
  });

  test('holds only the newest version of servers that name an npm package', async () => {
    const servers = await list({
      [FIRST]: page([
        entry('io.github.a/old', [npm('old')], 'active', false),
        entry('io.github.a/remote', []),
        entry('io.github.a/oci', [{ registryType: 'oci', identifier: 'docker.io/a/b' }]),
        { name: 'io.github.a/flat', packages: [{ registry_name: 'npm', name: 'flat' }] },
      ]),
    });
    expect(servers.map(({ name }) => name)).toEqual(['io.github.a/flat']);
  });

  test('leaves out what fits no grammar, and keeps the rest', async () => {
    const many = Array.from({ length: 5_000 }, (_, i) => npm(`p${i}`));
    const servers = await list({
      [FIRST]: page([
        null,
        [],
        7,
        entry('no-slash', [npm('x')]),
        entry('io.github.a/\u001b[2J', [npm('x')]),
        entry(`io.github.${'a'.repeat(400)}/x`, [npm('x')]),
        entry({ toString: 'x' }, [npm('x')]),
        entry('io.github.a/paths', [npm('../../etc'), npm('@a/../b'), npm('a b'), npm('\u202Ex')]),
        entry('io.github.a/types', { length: 3 }),
        entry('io.github.a/many', many),
        entry('io.github.a/proto', [JSON.parse('{"__proto__":{"registryType":"npm"}}'), npm('ok')]),
        {
          server: {
            name: 'io.github.a/url',
            packages: [npm('u')],
            repository: { url: 'x'.repeat(9_000) },
          },
        },
      ]),
    });
    expect(servers.map(({ name, npm: names }) => `${name} ${names.length}`)).toEqual([
      'io.github.a/many 50',
      'io.github.a/proto 1',
      'io.github.a/url 1',
    ]);
    expect(JSON.stringify(servers)).not.toContain('xxxx');
  });

  const one = entry('io.github.a/a', [npm('a')]);
  test.each([
    ['is not JSON', { [FIRST]: { body: '<html>' } }, /not JSON/],
    ['is no list', { [FIRST]: { body: { servers: 'all' } } }, /no list of servers/],
    ['is empty', { [FIRST]: page([]) }, /names no npm package/],
    ['is not offered', {}, /does not offer this \(HTTP 404\)/],
    ['never comes', { [FIRST]: 'silence' as const }, /too long/],
    [
      'comes in circles',
      { [FIRST]: page([one], 'a'), [`${FIRST}&cursor=a`]: page([one], 'a') },
      /circles/,
    ],
    [
      'has no end',
      Object.fromEntries(
        Array.from({ length: 9 }, (_, i) => [
          i === 0 ? FIRST : `${FIRST}&cursor=${i}`,
          page([one], String(i + 1)),
        ]),
      ),
      /more pages/,
    ],
    ['breaks off', { [FIRST]: page([one], 'next') }, /HTTP 404/],
    ['is too large', { [FIRST]: page([one, 'x'.repeat(60_000)]) }, /larger than allowed/],
  ] as [string, Record<string, AnswerOf>, RegExp][])(
    'that %s is refused in words',
    async (_what, answers, reason) => {
      const bounds = { maxPages: 5, maxPageBytes: 50_000, pageTimeoutMs: 300 };
      await expect(list(answers, { bounds })).rejects.toMatchObject({
        code: 'registry-unreachable',
        message: expect.stringMatching(reason),
      });
    },
  );

  test('has a bound on all of its pages together', async () => {
    const answers = { [FIRST]: page([one], 'a'), [`${FIRST}&cursor=a`]: page([one]) };
    await expect(list(answers, { bounds: { maxBytes: 300 } })).rejects.toThrow(
      /larger than allowed/,
    );
  });
});

describe('the copy', () => {
  const whole = { [FIRST]: page([entry('io.github.a/a', [npm('a')])]) };

  test('has a date and a digest that depends on its content alone', async () => {
    const base = await serve(whole);
    const first = await updateCopy(dir, NOW, { base });
    const second = await updateCopy(dir, '2026-11-22T08:00:00.000Z', { base });
    expect(first).toMatchObject({ isUsable: true, servers: 1, copiedAt: NOW, ageDays: 0 });
    expect(first.digest).toMatch(/^[0-9a-f]{16}$/);
    expect(second.digest).toBe(first.digest);
    expect(await copyStatus(dir, '2026-11-25T08:00:00.000Z')).toMatchObject({ ageDays: 3 });
  });

  test('stays as it is when the next one fails', async () => {
    await updateCopy(dir, NOW, { base: await serve(whole) });
    const before = readFileSync(path.join(dir, COPY), 'utf8');
    await server?.close();
    await expect(updateCopy(dir, NOW, { base: await serve({}) })).rejects.toThrow(/HTTP 404/);
    expect(readFileSync(path.join(dir, COPY), 'utf8')).toBe(before);
  });

  test('that somebody edited is not used', async () => {
    await updateCopy(dir, NOW, { base: await serve(whole) });
    const file = path.join(dir, COPY);
    const text = readFileSync(file, 'utf8');
    for (const edited of [
      text.replace('"a"', '"b"'),
      text.replace('active', 'deleted'),
      text.slice(0, -9),
      '{"format":1,"servers":[{"npm":7}]}',
      'null',
    ]) {
      writeFileSync(file, edited);
      expect(await readCopy(dir)).toEqual({ reason: 'it is broken (mcp-vet db update)' });
    }
  });

  test('that is not there is said to be made by db update', async () => {
    expect(await readCopy(dir)).toEqual({ reason: 'there is none (mcp-vet db update)' });
  });
});

describe('mcp-vet db', () => {
  const ADVISORY = JSON.stringify({
    id: 'GHSA-aaaa-bbbb-cccc',
    modified: '2026-11-19T00:00:00Z',
    affected: [{ package: { ecosystem: 'npm', name: 'a' }, ranges: [] }],
  });
  const whole = {
    [FIRST]: page([entry('io.github.a/a', [npm('a')])]),
    '/all.ndjson': { body: ADVISORY },
  };
  const db = async (...argv: string[]) => run(['db', ...argv, '--cache', dir]);
  const update = async (base: string, ...argv: string[]) =>
    db('update', '--url', `${base}/all.ndjson`, '--mcp-registry', base, ...argv);

  test('update makes both parts, and status shows them', async () => {
    const made = await update(await serve(whole));
    expect(made).toMatchObject({ exitCode: 0, stderr: '' });
    const { stdout } = await db('status');
    expect(stdout).toMatch(/1 advisories/);
    expect(stdout).toMatch(
      /^1 servers of the MCP registry, copied \d{4}-\d\d-\d\d \([0-9a-f]{16}\)$/m,
    );
    expect(JSON.parse((await db('status', '--json')).stdout).mcpRegistry).toMatchObject({
      isUsable: true,
      servers: 1,
    });
  });

  test('an MCP registry that cannot be reached is said and fails nothing', async () => {
    await update(await serve(whole));
    await server?.close();
    const base = await serve({ '/all.ndjson': { body: ADVISORY } });
    const again = await update(base);
    expect(again.exitCode).toBe(0);
    expect(again.stderr).toMatch(/The list of the MCP registry could not be copied: .*HTTP 404/);
    expect(again.stdout).toMatch(/1 servers of the MCP registry/);
  });

  test('advisories that cannot be had fail the command and not the copy', async () => {
    const failed = await update(await serve({ [FIRST]: whole[FIRST] ?? 404 }));
    expect(failed.exitCode).toBe(2);
    expect(failed.stderr).toMatch(/advisories could not be downloaded/);
    expect((await db('status')).stdout).toMatch(/1 servers of the MCP registry/);
  });

  test('--no-mcp-registry asks for the advisories alone', async () => {
    const base = await serve(whole);
    const made = await db('update', '--url', `${base}/all.ndjson`, '--no-mcp-registry');
    expect(made).toMatchObject({ exitCode: 0, stderr: '' });
    expect(server?.requests.map(({ path: asked }) => asked)).toEqual(['/all.ndjson']);
  });
});
