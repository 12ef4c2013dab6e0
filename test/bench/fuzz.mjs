// How many calls a second the fuzzer makes of server-everything, in the sandbox's box and without one.
// Usage: npm run build && node test/bench/fuzz.mjs
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Session } from '../../dist/sandbox/client/session.js';
import { seeded } from '../../dist/sandbox/fuzz/random.js';
import { fuzz } from '../../dist/sandbox/fuzz/run.js';
import { BOX_PATHS, launch } from '../../dist/sandbox/isolation/index.js';

const MODULES = realpathSync(path.resolve(import.meta.dirname, '../../node_modules'));
const PROGRAM = '@modelcontextprotocol/server-everything/dist/index.js';
// It takes ten seconds by design.
const SLOW = 'trigger-long-running-operation';
const places = {
  home: BOX_PATHS.home,
  project: BOX_PATHS.project,
  page: 'http://www.company.example/docs/page',
};

async function measure(name, wire, stop) {
  const started = performance.now();
  const options = {
    clientName: 'bench',
    root: places.project,
    era: 'auto',
    timeoutMs: 10_000,
    probeMs: 3_000,
  };
  const session = await Session.open(wire, options);
  const connected = performance.now();
  const tools = (await session.list('tools/list', 'tools', 5_000)).filter(
    (tool) => tool.name !== SLOW,
  );
  const times = new Map();
  let last = performance.now();
  const hooks = {
    mark: () => {},
    onCall: () => {},
    onReply(tool) {
      const now = performance.now();
      times.set(tool, (times.get(tool) ?? 0) + now - last);
      last = now;
    },
    afterTool: async () => {},
    hasCrashed: async () => true,
    reopen: async () => null,
  };
  const from = performance.now();
  const result = await fuzz(
    session,
    tools.map(({ name: tool, inputSchema }) => ({ name: tool, inputSchema })),
    hooks,
    {
      ...{ places, random: seeded(1), marker: 'NBENCH', seed: 1 },
    },
  );
  const seconds = (performance.now() - from) / 1000;
  const { calls, ok } = result.summary;
  const slowest = [...times]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([tool, ms]) => `${tool} ${ms.toFixed(0)} ms`);
  console.log(
    `${name}: connect ${(connected - started).toFixed(0)} ms, ${calls} calls (${ok} ok) in ${seconds.toFixed(2)} s = ${(calls / seconds).toFixed(0)}/s; ${slowest.join(', ')}`,
  );
  await session.close();
  await stop();
}

const child = spawn(process.execPath, [path.join(MODULES, PROGRAM)], {
  stdio: ['pipe', 'pipe', 'ignore'],
  env: { PATH: process.env.PATH },
});
await measure(
  'plain process',
  { stdin: child.stdin, stdout: child.stdout },
  async () => void child.kill('SIGKILL'),
);

const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-bench-'));
cpSync(MODULES, path.join(dir, 'node_modules'), {
  recursive: true,
  dereference: false,
  verbatimSymlinks: true,
  filter: (file) => !file.includes('/.cache'),
});
try {
  const box = await launch({
    packageDir: dir,
    command: ['node', `${BOX_PATHS.package}/node_modules/${PROGRAM}`],
    canaries: [],
    seed: 'bench',
    writablePackage: true,
  });
  box.stderr.resume();
  await measure('box', { stdin: box.stdin, stdout: box.stdout }, () => box.stop());
} finally {
  rmSync(dir, { recursive: true, force: true });
}
process.exit(0);
