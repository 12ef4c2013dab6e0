// Plain git where a host's interface is silent, against git's own http-backend on loopback.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runGit } from '../../src/collect/git.ts';
import { collectRepository } from '../../src/collect/repository/index.ts';
import { startAnswers, type Answers } from '../support/answers.ts';
import { makeRepository, startGitServer, type GitServer } from '../support/git-server.ts';

const hasGit = spawnSync('git', ['--version']).status === 0;
const describeWithGit = describe.skipIf(!hasGit);
const root = mkdtempSync(path.join(tmpdir(), 'mcp-vet-git-'));
let commit = '';
let git: GitServer;
let host: Answers;
beforeAll(() => {
  if (!hasGit) return;
  commit = makeRepository(root, 'weather/weather-mcp.git', ['v1.0.0', '@weather/mcp@2.0.0']);
  makeRepository(root, '~weather/weather-mcp', ['1.0.0']);
});
beforeEach(async () => {
  git = await startGitServer(root);
  host = await startAnswers({ '/repos/weather/weather-mcp': 500 });
});
afterEach(async () => {
  await git.close();
  await host.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function collect(changes: Partial<Parameters<typeof collectRepository>[0]> = {}, gitUrl = git.url) {
  const base = { api: host.url, raw: host.url, git: gitUrl };
  return collectRepository({
    name: 'weather-mcp',
    version: '1.0.0',
    repository: { url: 'git+https://github.com/weather/weather-mcp.git' },
    fetchOptions: {},
    env: {},
    offline: false,
    bases: { github: base, gitlab: base, bitbucket: base, gitea: base, sourcehut: base },
    ...changes,
  });
}
const answerAll = (status: number, headers: Record<string, string> = {}) =>
  git.intercept((_request, response) => {
    response.writeHead(status, headers);
    response.end();
    return true;
  });

describeWithGit('a host whose interface does not answer (needs git)', () => {
  test('is asked by git: it is there, with the tag of the version', async () => {
    expect(await collect()).toEqual({
      known: true,
      from: 'github.com',
      value: {
        url: 'https://github.com/weather/weather-mcp',
        host: 'github.com',
        owner: 'weather',
        name: 'weather-mcp',
        exists: true,
        claimsPackage: null,
        notReadReason: 'it answered HTTP 500',
        versionTag: 'v1.0.0',
        headCommit: commit,
      },
    });
  });

  test.each([
    ['weather-mcp', '1.0.1', null],
    ['@weather/mcp', '2.0.0', '@weather/mcp@2.0.0'],
    ['weather-mcp', '0.0', null],
  ])('%s@%s has the tag %s', async (name, version, versionTag) => {
    expect(await collect({ name, version })).toMatchObject({ value: { versionTag } });
  });

  test('says that there is none where git is told so', async () => {
    const repository = { url: 'https://github.com/weather/none' };
    host = await startAnswers({ '/repos/weather/none': 500 });
    expect(await collect({ repository })).toMatchObject({
      known: true,
      value: { exists: false, claimsPackage: null },
    });
  });

  test('that asks for a login is unknown: private and missing look the same', async () => {
    answerAll(401, { 'www-authenticate': 'Basic realm="x"' });
    expect(await collect()).toEqual({
      known: false,
      reason: 'github.com: it answered HTTP 500; git: it asks who is asking',
    });
  });

  test('that sends git elsewhere is not followed', async () => {
    const other = await startGitServer(root);
    answerAll(302, { location: `${other.url}/weather/weather-mcp.git/info/refs` });
    expect(await collect()).toMatchObject({
      known: false,
      reason: expect.stringContaining('git: it could not be reached'),
    });
    expect(other.requests).toEqual([]);
    await other.close();
  });

  test('that never answers git ends in time, and nothing goes on', async () => {
    git.intercept(() => true);
    const startedMs = performance.now();
    expect(await collect({ maxTotalMs: 700 })).toEqual({
      known: false,
      reason: 'github.com: it answered HTTP 500; git: it took too long to answer',
    });
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });

  test('that answers without end is cut off', async () => {
    git.intercept((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      const line = `${'0'.repeat(40)}\trefs/heads/x\n`.repeat(1_000);
      const pump = () => {
        while (!response.destroyed && response.write(line));
      };
      response.on('drain', pump);
      pump();
      return true;
    });
    expect(await collect({ maxTotalMs: 1_000 })).toMatchObject({ known: false });
  });

  test('is not asked by git offline, nor where the interface says there is none', async () => {
    await collect({ offline: true });
    await collect({ repository: { url: 'https://github.com/weather/404' } });
    expect(git.requests).toEqual([]);
  });
});

describeWithGit('a manifest does not steer git (needs git)', () => {
  test.each([
    'https://127.0.0.1/weather/weather-mcp',
    'https://localhost/weather/weather-mcp.git',
    'git+https://10.0.0.1/weather/weather-mcp.git',
    'https://[::1]/weather/weather-mcp',
    'https://git.company.example/weather/weather-mcp',
    'file:///weather/weather-mcp.git',
    'git+ssh://git@127.0.0.1/weather/weather-mcp.git',
    'https://github.com/weather/--upload-pack=x',
    'https://github.com@127.0.0.1/weather/weather-mcp',
  ])('%s', async (url) => {
    expect(await collect({ repository: { url } })).toMatchObject({ known: false });
    expect(git.requests.filter((request) => !request.includes('--upload-pack'))).toEqual([]);
  });

  test('but a proxy does, as for npm itself', async () => {
    const proxy = await startAnswers({});
    await collect({ env: { https_proxy: proxy.url } }, 'http://git.invalid');
    expect(proxy.requests.some(({ path: asked }) => asked.includes('git.invalid'))).toBe(true);
    const before = proxy.requests.length;
    await collect({ env: { HTTPS_PROXY: proxy.url, NO_PROXY: '127.0.0.1' } });
    expect(proxy.requests.slice(before).some(({ path: asked }) => asked.includes('.git'))).toBe(
      false,
    );
    await proxy.close();
  });
});

describeWithGit('a host without an interface (needs git)', () => {
  test('shows what git shows', async () => {
    const repository = { url: 'https://git.sr.ht/~weather/weather-mcp' };
    expect(await collect({ repository })).toMatchObject({
      known: true,
      from: 'git.sr.ht',
      value: {
        owner: '~weather',
        exists: true,
        claimsPackage: null,
        versionTag: '1.0.0',
        notReadReason: 'this host shows its files to git only',
      },
    });
  });
});

describeWithGit('git (needs git)', () => {
  const bounds = { maxBytes: 100_000, timeoutMs: 5_000 };

  test('reads no configuration: not of the folder, not of the home, not of a netrc', async () => {
    const home = mkdtempSync(path.join(tmpdir(), 'mcp-vet-git-home-'));
    const config = `[url "${git.url}/"]\n\tinsteadOf = https://github.com/\n[alias]\n\tx = y\n`;
    mkdirSync(path.join(home, '.git'));
    writeFileSync(path.join(home, '.git', 'config'), config);
    writeFileSync(path.join(home, '.gitconfig'), config);
    const before = { cwd: process.cwd(), home: process.env['HOME'] };
    process.env['HOME'] = home;
    try {
      process.chdir(home);
      const answer = await runGit({ args: ['config', '--list'], ...bounds });
      const text = answer.ok ? answer.stdout.toString('utf8') : '';
      expect(text).toContain('protocol.allow=never');
      expect(text).not.toMatch(/insteadof|alias/i);
    } finally {
      process.chdir(before.cwd);
      process.env['HOME'] = before.home;
      rmSync(home, { recursive: true, force: true });
    }
  });

  test.each([
    ['ext::sh -c "exit 7"', undefined],
    ['file:///etc', 'https'],
    ['ssh://git@host.invalid/a/b', 'https'],
    ['--upload-pack=touch x', 'https'],
  ])('speaks no protocol but the one allowed: %s', async (url, protocol) => {
    const run = { args: ['ls-remote', '--', url], ...bounds };
    const answer = await runGit(protocol === undefined ? run : { ...run, protocol });
    expect(answer).toMatchObject({ ok: false, why: 'failed' });
  });

  test('that is not installed is an answer', async () => {
    const before = process.env['PATH'];
    process.env['PATH'] = root;
    try {
      expect(await runGit({ args: ['--version'], ...bounds })).toMatchObject({ why: 'no-git' });
    } finally {
      process.env['PATH'] = before;
    }
  });
});
