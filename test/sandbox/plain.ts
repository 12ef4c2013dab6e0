// Runs our own harmless fixtures in plain processes behind the interface of a box, and lays out their folders.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import type { Isolation } from '../../src/sandbox/boxes.ts';
import type { SandboxInput } from '../../src/sandbox/plan.ts';
import {
  BOX_PATHS,
  type Box,
  type BoxEvent,
  type LaunchOptions,
} from '../../src/sandbox/isolation/types.ts';

export const FIXTURES = path.resolve(import.meta.dirname, '../../fixtures/mcp');

const laidOut: string[] = [];
// A worker that is ended does not always get to its exit.
afterAll(() => {
  for (const dir of laidOut.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** A folder as an install leaves it: node_modules/<name> with one fixture as its program. */
export function installFixture(fixture: string): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-fixture-'));
  laidOut.push(dir);
  const home = path.join(dir, 'node_modules', fixture);
  mkdirSync(home, { recursive: true });
  for (const file of ['serve.mjs', `${fixture}.mjs`])
    cpSync(path.join(FIXTURES, file), path.join(home, file));
  writeFileSync(
    path.join(home, 'package.json'),
    JSON.stringify({ name: fixture, version: '1.0.0', bin: `${fixture}.mjs` }),
  );
  return dir;
}

export function inputFor(fixture: string, more: Partial<SandboxInput> = {}): SandboxInput {
  return {
    packageDir: installFixture(fixture),
    subject: {
      name: fixture,
      version: '1.0.0',
      purl: '',
      integrity: null,
      source: 'folder',
      requested: fixture,
    },
    manifest: {
      ...{
        name: fixture,
        version: '1.0.0',
        keywords: [],
        bin: { [fixture]: `${fixture}.mjs` },
        type: 'module',
        scripts: {},
      },
      ...{ dependencies: {}, optionalDependencies: {}, peerDependencies: {}, devDependencies: {} },
      ...{ bundleDependencies: [], engines: {} },
    },
    ...{
      bin: fixture,
      args: [],
      env: {},
      environmentNames: [],
      staticHosts: [],
      installScripts: [],
    },
    stated: { functions: [], expectedCapabilities: [], expectedHosts: [] },
    ...more,
  };
}

/** Short waits: what the fixtures do, they do at once. */
export const QUICK = {
  startIdleMs: 250,
  idleMs: 20,
  lifeMs: 0,
  settleMs: 0,
  secondIdleMs: 20,
  probeMs: 1_000,
  connectMs: 2_000,
};
export const QUICK_FUZZ = { callMs: 400, probeMs: 300, toolMs: 4_000, totalMs: 15_000 };

export function plainIsolation(events: BoxEvent[] = []): Isolation {
  return {
    launch: (options) => Promise.resolve(plainBox(options, events)),
    planCanaries: (_seed, granted) =>
      granted.map((name) => ({
        id: `env:${name}`,
        kind: 'granted',
        value: `value-of-${name}`,
        needle: `value-of-${name}`,
        env: name,
      })),
    canaryFinder: (canaries) => (text) =>
      canaries
        .filter(({ needle }) => text.includes(needle))
        .map(({ id, kind }) => ({ id, kind, encoding: 'plain' })),
  };
}

function plainBox(options: LaunchOptions, events: BoxEvent[]): Box {
  const [program = 'node', ...args] = options.command.map((word) =>
    word.replace(BOX_PATHS.package, options.packageDir),
  );
  const secrets = options.canaries.flatMap(({ env, value }) =>
    env === undefined ? [] : [[env, value]],
  );
  const env = { PATH: process.env.PATH ?? '', ...options.env, ...Object.fromEntries(secrets) };
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    cwd: options.packageDir,
    env,
  });
  const exited = new Promise<Awaited<Box['exited']>>((resolve) => {
    child.on('exit', (code, signal) => resolve({ code, signal, reason: 'exited' }));
  });
  const pending = events.splice(0);
  return {
    ...{ stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, exited },
    onEvent: (callback) => pending.splice(0).forEach(callback),
    mark: () => undefined,
    flush: () => Promise.resolve(),
    async stop() {
      child.kill('SIGKILL');
      await exited;
      return {
        backend: 'plain',
        complete: true,
        unidentified: { tcp: 0, udp: 0 },
        seconds: 1,
        droppedEvents: 0,
      };
    },
  };
}
