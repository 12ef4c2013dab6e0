// Time from spawning a server to its answer of `initialize`, bare and in the box: node test/bench/sandbox-start.mjs [rounds]
// Needs dist/ (npm run build). Prints medians in milliseconds.
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { launch, planCanaries } from '../../dist/sandbox/isolation/index.js';

const ROUNDS = Number(process.argv[2] ?? 12);
const ROOT = path.resolve(import.meta.dirname, '../..');
const SERVERS = {
  tiny: {
    folder: path.join(ROOT, 'fixtures/sandbox/egress'),
    file: 'b08-on-call.benign.mjs',
    args: [],
  },
  'server-everything': {
    folder: path.dirname(realpathSync(path.join(ROOT, 'node_modules'))),
    file: 'node_modules/@modelcontextprotocol/server-everything/dist/index.js',
    args: ['stdio'],
  },
};
const params = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'bench', version: '1' },
};
const INITIALIZE = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`;

const answered = ({ stdin, stdout }) =>
  new Promise((resolve, reject) => {
    stdout.on('end', () => reject(new Error('the server ended')));
    let text = '';
    stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('"id":1') && text.includes('\n')) resolve();
    });
    stdin.write(INITIALIZE);
  });

async function bare({ folder, file, args }) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [path.join(folder, file), ...args], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await answered(child);
  const start = performance.now() - startedAt;
  child.kill('SIGKILL');
  return { start, stop: 0 };
}

async function boxed({ folder, file, args }) {
  const startedAt = performance.now();
  const command = ['node', `/opt/server/${file}`, ...args];
  const box = await launch({
    packageDir: folder,
    command,
    canaries: planCanaries('bench', []),
    seed: 'bench',
  });
  await answered(box);
  const start = performance.now() - startedAt;
  const stoppedAt = performance.now();
  await box.stop();
  return { start, stop: performance.now() - stoppedAt };
}

const median = (numbers) =>
  Math.round(numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]);

for (const [name, server] of Object.entries(SERVERS)) {
  const runs = { bare: [], boxed: [] };
  for (let round = 0; round < ROUNDS; round++) {
    runs.bare.push(await bare(server));
    runs.boxed.push(await boxed(server));
  }
  const bareMs = median(runs.bare.map(({ start }) => start));
  const boxedMs = median(runs.boxed.map(({ start }) => start));
  const stopMs = median(runs.boxed.map(({ stop }) => stop));
  console.log(
    `${name}: bare ${bareMs} ms, boxed ${boxedMs} ms (+${boxedMs - bareMs}), stop ${stopMs} ms`,
  );
}
