// Who stands behind it, from the registry's answer to the report: full packuments and stripped ones.
import { spawnSync } from 'node:child_process';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { VetResult } from '../../src/types.ts';
import { vet as vetWith } from '../../src/vet.ts';
import { startAnswers, type Answers } from '../support/answers.ts';
import { makeRepository, startGitServer } from '../support/git-server.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { run } from '../support/run.ts';

const NAME = '@weather/hijack-mcp';
const BENIGN = "import { readFileSync } from 'node:fs';\nexport const x = readFileSync('a.txt');\n";
// Inert: never started, and the host is reserved.
const SHELL = "import { execSync } from 'node:child_process';\nexecSync('true');\n";

const schema = JSON.parse(readFileSync('rules/report.schema.json', 'utf8')) as object;
const isReport = new Ajv2020({ strict: false }).compile(schema);

let registry: TestRegistry;
let home: string;
beforeEach(async () => {
  registry = await startRegistry();
  home = mkdtempSync(path.join(tmpdir(), 'mcp-vet-test-'));
});
afterEach(async () => {
  await registry.close();
  rmSync(home, { recursive: true, force: true });
});

function publish(version: string, part: Record<string, unknown> = {}, code = BENIGN, extra = {}) {
  const manifest = { name: NAME, version, type: 'module', bin: 'index.js', ...part };
  registry.publish({ manifest, files: { 'index.js': code }, extra });
}
const options = () => ['--registry', registry.url, '--cache', path.join(home, 'cache')];
const io = () => ({ cwd: home, env: { HOME: home, PATH: process.env['PATH'] } });

async function vet(version: string, ...args: string[]) {
  const argv = [`${NAME}@${version}`, '--json', '--now', '2026-11-20', ...options(), ...args];
  const { stdout } = await run(argv, io());
  const result = JSON.parse(stdout) as VetResult;
  expect(isReport(result), JSON.stringify(isReport.errors)).toBe(true);
  const [report] = result.reports;
  if (!report) throw new Error(stdout.slice(0, 500));
  const findings = report.checks.flatMap((check) => check.findings);
  return { report, ids: findings.map(({ ruleId, severity }) => `${ruleId} ${severity}`) };
}
function describeWhole(times: Record<string, string>) {
  registry.describe(NAME, {
    maintainers: [{ name: 'alice' }],
    time: { created: '2024-01-01T00:00:00Z', ...times },
  });
}
const by = (name: string) => ({ _npmUser: { name } });

describe('a registry that tells everything', { timeout: 30_000 }, () => {
  test('a hijacked patch: another publisher, a first script, a new shell', async () => {
    publish('1.0.0', {}, BENIGN, by('alice'));
    publish('1.0.1', { scripts: { postinstall: 'node setup.js' } }, SHELL, by('mallory'));
    describeWhole({ '1.0.0': '2024-01-01T00:00:00Z', '1.0.1': '2026-11-19T00:00:00Z' });
    const { report, ids } = await vet('1.0.1');
    expect(ids).toEqual(
      expect.arrayContaining([
        'first-install-script-in-patch high',
        'hijack-signals moderate',
        'publisher-changed low',
        'capability-added-in-patch moderate',
        'fresh-release moderate',
        'dormant-then-released moderate',
      ]),
    );
    expect(report.trust.cappedBy).toContain('first-install-script-in-patch');
    expect(report.change).toMatchObject({ from: '1.0.0', to: '1.0.1' });
    expect(report.change?.changes.map(({ kind, what }) => `${kind} ${what}`)).toEqual(
      expect.arrayContaining(['install-script-added postinstall', 'publisher-changed mallory']),
    );
    expect(report.publisher).toMatchObject({ publisher: 'mallory', previousPublisher: 'alice' });
  });

  test('an honest patch of the same age says so and nothing more', async () => {
    publish('1.0.0', {}, BENIGN, by('alice'));
    publish('1.0.1', {}, `${BENIGN}\n`, by('alice'));
    describeWhole({ '1.0.0': '2026-10-01T00:00:00Z', '1.0.1': '2026-11-19T00:00:00Z' });
    const { report, ids } = await vet('1.0.1');
    expect(ids).toContain('fresh-release info');
    expect(ids.filter((id) => !/(info|low)$/.test(id))).toEqual([]);
    const cadence = report.checks.find((check) => check.id === 'update-cadence');
    expect(cadence?.outcome).toBe('pass');
  });
});

describe(
  'signatures and attestations, from the registry to the report',
  { timeout: 30_000 },
  () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const serve = (route: string, body: object) =>
      registry.intercept((request, response) => {
        if (request.url?.startsWith(route) !== true) return false;
        response.end(JSON.stringify(body));
        return true;
      });
    async function publishSigned(signed: string, attestations?: unknown[]) {
      publish('1.0.0');
      const answer = await fetch(`${registry.url}${NAME.replace('/', '%2f')}`);
      const packument = (await answer.json()) as {
        versions: Record<string, { dist: { integrity: string } }>;
      };
      const dist = packument.versions['1.0.0']?.dist;
      const text = `${signed}:${dist?.integrity}`;
      const sig = createSign('SHA256').update(text).sign(privateKey, 'base64');
      const url = `${registry.url}-/npm/v1/attestations/${NAME}@1.0.0`;
      const stated = attestations === undefined ? {} : { attestations: { url } };
      const extra = { dist: { ...dist, signatures: [{ keyid: 'SHA256:test', sig }], ...stated } };
      publish('1.0.0', {}, BENIGN, extra);
      serve('/-/npm/v1/keys', { keys: [{ keyid: 'SHA256:test', key, expires: null }] });
      serve('/-/npm/v1/attestations/', { attestations });
    }

    test('a signature that fits is verified; without attestations there is no provenance', async () => {
      await publishSigned(`${NAME}@1.0.0`);
      const { report, ids } = await vet('1.0.0');
      expect(report.publisher).toMatchObject({
        signature: { state: 'verified' },
        provenance: { state: 'absent' },
      });
      expect(report.sources['publisher:signature']).toEqual({ known: true, reason: 'verified' });
      expect(ids.some((id) => /^(signature|attestation|provenance)/.test(id))).toBe(false);
    });

    test('a signature of another version ends at do-not-use', async () => {
      await publishSigned(`${NAME}@0.9.9`);
      const { report, ids } = await vet('1.0.0');
      expect(ids).toContain('signature-invalid critical');
      expect(report.trust.level).toBe('do-not-use');
    });

    test.each([
      ['an empty list', [], 'attestation-malformed moderate'],
      ['a broken bundle', [{ bundle: { dsseEnvelope: {} } }], 'attestation-malformed moderate'],
    ])('attestations of %s are a finding', async (_name, attestations, expected) => {
      await publishSigned(`${NAME}@1.0.0`, attestations);
      const { report, ids } = await vet('1.0.0');
      expect(ids).toContain(expected);
      expect(report.publisher?.provenance.state).toBe('not-checkable');
    });
  },
);

describe('releases, from the registry to the report', { timeout: 30_000 }, () => {
  const OLD = '2026-09-01T00:00:00Z';
  const YOUNG = '2026-11-18T00:00:00Z';
  const whole = (time: Record<string, string>, latest: string) =>
    registry.describe(NAME, {
      maintainers: [{ name: 'alice' }],
      'dist-tags': { latest },
      time: { created: '2026-01-01T00:00:00Z', ...time },
    });
  const changelog = (version: string, text: string, extra = {}) =>
    registry.publish({
      manifest: { name: NAME, version, type: 'module', bin: 'index.js' },
      files: { 'index.js': BENIGN, 'CHANGELOG.md': text },
      extra,
    });
  const messageOf = (report: VetResult['reports'][0], id: string) =>
    report.checks.flatMap((check) => check.findings).find(({ ruleId }) => ruleId === id)?.message;

  test('a young release names the newest version past the cooldown, an old one nothing', async () => {
    for (const version of ['1.0.0', '1.1.0', '1.1.1']) publish(version, {}, BENIGN, by('alice'));
    whole({ '1.0.0': OLD, '1.1.0': '2026-11-01T00:00:00Z', '1.1.1': YOUNG }, '1.1.1');
    const young = await vet('1.1.1');
    expect(messageOf(young.report, 'fresh-release')).toBe(
      `${NAME}@1.1.1 is 2 days old; newest version past the cooldown of 7 days: 1.1.0`,
    );
    publish('1.1.0', {}, BENIGN, { ...by('alice'), deprecated: 'a slip' });
    const past = messageOf((await vet('1.1.1')).report, 'fresh-release');
    expect(past).toContain('past the cooldown of 7 days: 1.0.0');
    const old = await vet('1.1.0');
    expect(old.ids.some((id) => id.startsWith('fresh-release'))).toBe(false);
  });

  test('what was taken back, deprecated or untagged is said, and its benign twin is silent', async () => {
    changelog('1.0.0', '# 1.0.0\nFirst.\n');
    changelog('1.0.1', '# 1.0.0\nFirst.\n', { deprecated: 'use another' });
    whole({ '1.0.0': OLD, '1.0.1': OLD, '1.0.2': OLD }, '1.0.0');
    const bad = await vet('1.0.1');
    const ids = [
      'changelog-misses-version info',
      'deprecated moderate',
      'unpublished-versions info',
    ];
    expect(bad.ids).toEqual(expect.arrayContaining(ids));
    expect(messageOf(bad.report, 'unpublished-versions')).toContain('1.0.2');

    changelog('1.0.1', '# 1.0.1\nMended.\n');
    whole({ '1.0.0': OLD, '1.0.1': OLD }, '1.0.0');
    const tagged = await vet('1.0.1');
    expect(tagged.ids).toContain('dist-tag-backwards low');

    changelog('1.0.2', '# 1.0.2\nMended.\n', { deprecated: '' });
    whole({ '1.0.0': OLD, '1.0.1': OLD, '1.0.2': OLD }, '1.0.2');
    const good = await vet('1.0.2');
    const said =
      /^(changelog|no-changelog|deprecated|unpublished|dist-tag|fresh|dormant|version-jump)/;
    expect(good.ids.filter((id) => said.test(id))).toEqual([]);
  });
});

describe('public services', { timeout: 30_000 }, () => {
  const TIMES = { '1.0.0': '2026-01-01T00:00:00Z', '1.0.1': '2026-10-01T00:00:00Z' };
  const REPOSITORY = { repository: { url: 'git+https://github.com/weather/mcp.git' } };
  let services: Answers | undefined;
  afterEach(() => services?.close());

  async function report(name: string) {
    publish('1.0.0', REPOSITORY, BENIGN, by('alice'));
    publish('1.0.1', { ...REPOSITORY, mcpName: 'io.example/weather' }, BENIGN, by('alice'));
    describeWhole(TIMES);
    const repo = { archived: false, stargazers_count: 900, default_branch: 'main' };
    services = await startAnswers({
      '/repos/weather/mcp': { body: repo },
      '/weather/mcp/main/package.json': { body: { name } },
      '/repos/weather/mcp/git/trees/main': {
        body: { truncated: false, tree: [{ path: 'package.json', type: 'blob' }] },
      },
      [`/downloads/point/last-week/${NAME}`]: { body: { downloads: 40_000 } },
      '/v0/servers': {
        body: {
          servers: [
            {
              name: 'io.example/weather',
              packages: [{ registryType: 'npm', identifier: name }],
            },
          ],
        },
      },
    });
    const base = { api: services.url, raw: services.url };
    const { reports } = await vetWith(`${NAME}@1.0.1`, {
      ...{ registry: registry.url, publicRegistry: registry.url, cwd: home, now: '2026-11-20' },
      cache: path.join(home, 'cache'),
      environment: { HOME: home, PATH: process.env['PATH'] },
      endpoints: {
        hosts: { github: base, gitlab: base, bitbucket: base, gitea: base },
        mcpRegistry: services.url,
        counts: services.url,
        dependents: services.url,
      },
    });
    const found = reports[0];
    if (!found) throw new Error('not vetted');
    return found;
  }

  test('make a widely used server of an unknown name a community server', async () => {
    const { trust, checks, sources } = await report(NAME);
    expect(trust).toMatchObject({ sourceClass: 'community', level: 'medium' });
    expect(checks[0]).toMatchObject({
      id: 'source-verification',
      outcome: 'pass',
      reason: 'published by alice, repository claims the package back',
    });
    expect(sources['publisher:mcp-registry']).toEqual({ known: true, reason: 'verified' });
    expect(sources['publisher:signature']).toMatchObject({ known: false });
  });

  test('leave a stranger that borrows a famous repository where it is', async () => {
    const { trust, checks } = await report('famous-mcp');
    expect(trust.sourceClass).toBe('random');
    expect(checks[0]).toMatchObject({ outcome: 'fail' });
    const ids = checks[0]?.findings.map(({ ruleId }) => ruleId);
    expect(ids).toEqual(
      expect.arrayContaining(['repository-does-not-claim-package', 'mcp-registry-mismatch']),
    );
  });
});

describe.skipIf(spawnSync('git', ['--version']).status !== 0)('plain git (needs git)', () => {
  test('stands in the report where the interface of the host fails', async () => {
    makeRepository(home, 'weather/mcp.git', ['v1.0.0']);
    const git = await startGitServer(home);
    const silent = await startAnswers({ '/repos/weather/mcp': 502 });
    publish('1.0.0', { repository: { url: 'git+https://github.com/weather/mcp.git' } });
    const base = { api: silent.url, raw: silent.url, git: git.url };
    const { reports } = await vetWith(`${NAME}@1.0.0`, {
      ...{ registry: registry.url, cwd: home, now: '2026-11-20' },
      cache: path.join(home, 'cache'),
      environment: { HOME: home, PATH: process.env['PATH'] },
      endpoints: { hosts: { github: base, gitlab: base, bitbucket: base, gitea: base } },
    });
    await Promise.all([git.close(), silent.close()]);
    expect(reports[0]?.repository).toMatchObject({
      exists: true,
      claimsPackage: null,
      versionTag: 'v1.0.0',
    });
    expect(reports[0]?.sources['repository:package.json']).toEqual({
      known: false,
      reason: 'it answered HTTP 502',
    });
  });
});

describe('a registry that strips', { timeout: 30_000 }, () => {
  test('leaves point 6 and the publisher unknown, and still compares the code', async () => {
    publish('1.0.0');
    publish('1.0.1', { scripts: { preinstall: 'node setup.js' } }, SHELL);
    const { report, ids } = await vet('1.0.1');
    const cadence = report.checks.find((check) => check.id === 'update-cadence');
    expect(cadence).toMatchObject({ outcome: 'unknown', score: null });
    expect(ids).toContain('capability-added-in-patch moderate');
    expect(ids).toContain('first-install-script-in-patch high');
    expect(ids.some((id) => /^(signature|publisher|provenance)/.test(id))).toBe(false);
  });

  test('a version before that cannot be read leaves the manifests', async () => {
    registry.publish({
      manifest: { name: NAME, version: '1.0.0' },
      tarball: Buffer.from('no tarball'),
    });
    publish('1.0.1', { scripts: { preinstall: 'node setup.js' } }, SHELL);
    const { ids } = await vet('1.0.1');
    expect(ids).toContain('first-install-script-in-patch high');
    expect(ids.some((id) => id.startsWith('capability-added'))).toBe(false);
  });
});

describe('mcp-vet diff', { timeout: 30_000 }, () => {
  beforeEach(() => {
    publish('1.0.0', { dependencies: { old: '^1.0.0' } });
    publish('1.0.1', { dependencies: { 'new-dep': '^1.0.0' }, scripts: { install: 'x' } }, SHELL);
  });
  const diff = (...args: string[]) => run(['diff', ...args, ...options()], io());

  test('lists what changed, worst first', async () => {
    const { exitCode, stdout } = await diff(`${NAME}@1.0.0`, `${NAME}@1.0.1`);
    expect(exitCode).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toBe(`${NAME}@1.0.0 -> ${NAME}@1.0.1`);
    expect(lines[2]).toMatch(/^ {2}high +install script added install/);
    expect(stdout).toContain('capability added process-spawn');
    expect(stdout).toContain('dependency added new-dep');
    expect(stdout).toContain('dependency removed old');
  });

  test('as JSON, with a gate', async () => {
    const { exitCode, stdout } = await diff(
      `${NAME}@1.0.0`,
      `${NAME}@1.0.1`,
      '--json',
      '--fail-on',
      'high',
    );
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      from: { version: '1.0.0', source: 'registry' },
      to: { version: '1.0.1' },
      notCompared: [],
    });
  });

  test('of a published version and a folder uses the history of the package', async () => {
    const folder = path.join(home, 'work');
    mkdirSync(folder);
    const manifest = { name: NAME, version: '1.0.2', scripts: { postinstall: 'node x.js' } };
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
    const { stdout } = await diff(`${NAME}@1.0.0`, './work');
    expect(stdout).toContain(`${NAME}@1.0.0 -> ${NAME}@1.0.2`);
    expect(stdout).toMatch(/moderate +install script added postinstall/);
  });

  test('of the same version is empty', async () => {
    const { stdout } = await diff(`${NAME}@1.0.0`, `${NAME}@1.0.0`);
    expect(stdout).toContain('nothing changed that is looked for');
  });

  test.each([
    [`${NAME}@9.9.9`, 'has no such version'],
    ['@weather/none', ''],
    ['./nowhere', 'There is no file or folder'],
  ])('with %s is not compared', async (spec, words) => {
    const { exitCode, stderr } = await diff(spec, `${NAME}@1.0.1`);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(words);
  });
});
