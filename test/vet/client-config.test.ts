// Whole client configurations, against a loopback registry.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { run } from '../support/run.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../../fixtures/configs');
const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-config-'));
let registry: TestRegistry;

beforeAll(async () => {
  registry = await startRegistry();
  for (const name of ['weather-mcp', 'mcp-remote']) {
    for (const version of ['0.1.16', '1.0.0']) {
      registry.publish({
        manifest: { name, version, bin: { [name]: 'index.js' } },
        files: { 'index.js': 'export const x = 1;' },
      });
    }
  }
});
afterAll(async () => {
  await registry.close();
  rmSync(dir, { recursive: true, force: true });
});

const vet = async (argv: string[], cwd = dir) => {
  const outcome = await run(
    [...argv, '--json', '--registry', registry.url, '--cache', path.join(dir, 'cache')],
    { env: { HOME: cwd, PATH: process.env['PATH'] }, cwd },
  );
  return { ...outcome, body: JSON.parse(outcome.stdout) };
};

describe('every shape', () => {
  test.each([
    ['claude-desktop.json', ['files', 'win'], []],
    ['vscode.jsonc', ['weather'], ['remote']],
    ['codex.toml', ['weather'], ['remote']],
    ['continue.yaml', ['Weather'], []],
    ['goose.yaml', ['weather', 'nested'], []],
    ['zed.jsonc', ['weather'], []],
    ['plugin.mcp.json', ['weather'], []],
    ['claude-user.json', ['a', 'b'], []],
    ['server.json', ['example.weather/weather'], []],
  ])('%s: vetted %j, not vetted %j', async (file, vetted, notVetted) => {
    const { body, exitCode } = await vet([path.join(FIXTURES, file)]);
    const servers = body.reports.flatMap(
      (report: { subject: { configuredAs: { server: string }[] } }) =>
        report.subject.configuredAs.map((as) => as.server),
    );
    expect(servers.sort()).toEqual([...vetted].sort());
    expect(body.notVetted.map((entry: { target: string }) => entry.target)).toEqual(notVetted);
    expect(exitCode).toBe(0);
  });

  test('two servers of one version share a report', async () => {
    const { body } = await vet([path.join(FIXTURES, 'claude-desktop.json')]);
    expect(body.reports).toHaveLength(1);
    expect(body.reports[0].subject.configuredAs).toHaveLength(2);
  });
});

describe('findings about a configuration', () => {
  test('secrets, plain http, wide folders and approvals are said; no secret is ever printed', async () => {
    const { body, stdout } = await vet([path.join(FIXTURES, 'mixed.json')]);
    const ids = body.findings.map((finding: { ruleId: string }) => finding.ruleId);
    expect(ids.filter((id: string) => id === 'secret-in-configuration')).toHaveLength(2);
    expect(ids).toContain('floating-request');
    expect(ids).toContain('remote-without-tls');
    expect(ids).toContain('wide-directory');
    expect(ids).toContain('auto-approve-all');
    expect(stdout).not.toContain('s3cr3t-0123456789abcdef');
    expect(stdout).not.toContain('abcdef0123456789');
    expect(body.notVetted.map((entry: { code: string }) => entry.code).sort()).toEqual([
      'docker',
      'remote',
      'uvx',
    ]);
  });
  test('a careful configuration has none', async () => {
    const { body } = await vet([path.join(FIXTURES, 'vscode.jsonc')]);
    expect(body.findings).toEqual([]);
  });
  test('a server that is asked for without a version is floating, an exact one is not', async () => {
    const rules = async (file: string) => {
      const { body } = await vet([path.join(FIXTURES, file)]);
      return body.reports.flatMap((report: { checks: { findings: { ruleId: string }[] }[] }) =>
        report.checks.flatMap((check) => check.findings.map((finding) => finding.ruleId)),
      );
    };
    expect(await rules('vscode.jsonc')).toContain('floating-request');
    expect(await rules('server.json')).not.toContain('floating-request');
  });
  test('a floating version is said although the package cannot be fetched, and fails --fail-on', async () => {
    const file = path.join(dir, 'gone.json');
    const servers = {
      gone: { command: 'npx', args: ['-y', 'no-such-server'] },
      exact: { command: 'npx', args: ['-y', 'no-such-server@1.0.0'] },
    };
    writeFileSync(file, JSON.stringify({ mcpServers: servers }));
    const { body, exitCode } = await vet([file, '--fail-on', 'moderate', '--allow-unverified']);
    expect(exitCode).toBe(2);
    expect(body.findings).toMatchObject([
      { ruleId: 'floating-request', location: `${file}#gone`, excerpt: 'no-such-server' },
    ]);
    expect(body.gate.failed).toContainEqual(
      expect.objectContaining({ target: 'configuration', gate: 'fail-on' }),
    );
  });
  test('a rule that the user turned off says nothing of a configuration either', async () => {
    const off = path.join(dir, 'off.json');
    writeFileSync(off, '{"rules":{"wide-directory":"off","remote-without-tls":"info"}}');
    const { body } = await vet([path.join(FIXTURES, 'mixed.json'), '--config', off]);
    const severities = new Map(
      body.findings.map((finding: { ruleId: string; severity: string }) => [
        finding.ruleId,
        finding.severity,
      ]),
    );
    expect(severities.get('wide-directory')).toBeUndefined();
    expect(severities.get('remote-without-tls')).toBe('info');
  });
  test('unsupported servers fail a gate, unless the configuration accepts them by name', async () => {
    const file = path.join(FIXTURES, 'codex.toml');
    expect((await vet([file, '--min-trust', 'low', '--allow-unverified'])).exitCode).toBe(1);
    const accept = path.join(dir, 'accept.json');
    writeFileSync(accept, '{"accept":["remote"]}');
    const argv = [file, '--min-trust', 'low', '--allow-unverified', '--config', accept];
    expect((await vet(argv)).exitCode).toBe(0);
  });
});

describe('a file that cannot be read is never a clean result', () => {
  test.each([
    ['broken.json', '{ "mcpServers": { ', 'malformed'],
    ['broken.toml', '[mcp_servers', 'malformed'],
    [
      'bomb.yaml',
      'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n',
      'malformed',
    ],
    ['other.json', '{"hello":1}', 'unsupported-target'],
  ])('%s', async (name, text, code) => {
    const file = path.join(dir, name);
    writeFileSync(file, text);
    const { exitCode, body } = await vet([file]);
    expect(exitCode).toBe(2);
    expect(body.error.code).toBe(code);
  });
  test('a missing one', async () => {
    expect((await vet(['./.mcp.json'])).exitCode).toBe(2);
  });
});

test('--discover finds the configurations of this home and folder', async () => {
  const home = path.join(dir, 'home');
  mkdirSync(path.join(home, '.cursor'), { recursive: true });
  const config = { mcpServers: { weather: { command: 'npx', args: ['-y', 'weather-mcp'] } } };
  writeFileSync(path.join(home, '.cursor/mcp.json'), JSON.stringify(config));
  const { body } = await vet(['--discover'], home);
  expect(body.reports[0].subject.configuredAs[0]).toMatchObject({
    client: 'cursor',
    server: 'weather',
  });
});
