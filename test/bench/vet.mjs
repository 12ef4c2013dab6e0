// Vetting beside `npm install --ignore-scripts` of the same package, side by side in one run.
// usage: npm run build && node test/bench/vet.mjs [--runs 3] [package...]
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/mcp-vet.js', import.meta.url));
const DEFAULT = [
  '@modelcontextprotocol/server-filesystem',
  '@modelcontextprotocol/server-everything',
  '@playwright/mcp',
  'mcp-remote',
  '@upstash/context7-mcp',
  '@notionhq/notion-mcp-server',
];
const argv = process.argv.slice(2);
const at = argv.indexOf('--runs');
const runs = at < 0 ? 3 : Number(argv.splice(at, 2)[1]);
if (argv.some((one) => one.startsWith('-')) || !(runs >= 1)) {
  console.error('usage: node test/bench/vet.mjs [--runs 3] [package...]');
  process.exit(2);
}
const packages = argv.length > 0 ? argv : DEFAULT;
const work = mkdtempSync(path.join(tmpdir(), 'mcp-vet-bench-'));
const npmCli = path.join(
  spawnSync('npm', ['root', '-g'], { encoding: 'utf8' }).stdout.trim(),
  'npm/bin/npm-cli.js',
);
// Reports what the process and its threads used, from inside, when it ends.
const probe = path.join(work, 'probe.cjs');
writeFileSync(
  probe,
  `const start = process.hrtime.bigint();
process.on('exit', () => {
  const { isMainThread } = require('node:worker_threads');
  if (!isMainThread) return;
  const use = process.resourceUsage();
  require('node:fs').writeFileSync(process.env.BENCH_OUT, JSON.stringify({
    wall: Number(process.hrtime.bigint() - start) / 1e9,
    cpu: (use.userCPUTime + use.systemCPUTime) / 1e6,
    rss: use.maxRSS / 1024,
  }));
});`,
);

function measure(script, args, cwd) {
  const out = path.join(work, 'out.json');
  rmSync(out, { force: true });
  const { status, stderr } = spawnSync(process.execPath, ['--require', probe, script, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, BENCH_OUT: out },
    maxBuffer: 1e9,
  });
  if (status !== 0 && status !== 1) throw new Error(`${args.join(' ')}: exit ${status}\n${stderr}`);
  return JSON.parse(readFileSync(out, 'utf8'));
}

let folder = 0;
const empty = () => {
  const dir = path.join(work, `dir-${(folder += 1)}`);
  mkdirSync(dir);
  return dir;
};
const forget = (cache, parts) => {
  for (const part of parts) rmSync(path.join(cache, part), { recursive: true, force: true });
};
/** As if an hour had passed since. */
const age = (dir) => {
  const then = Date.now() / 1000 - 3600;
  for (const name of readdirSync(dir)) utimesSync(path.join(dir, name), then, then);
};
const vet = (name, cache) => measure(BIN, [name, '--json', '--cache', cache], work);
const npm = (name, cache) =>
  measure(
    npmCli,
    ['install', name, '--ignore-scripts', '--no-audit', '--no-fund', '--cache', cache],
    empty(),
  );
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const of = (samples, key) => median(samples.map((sample) => sample[key]));

console.log(`node ${process.version}, ${runs} runs, medians; seconds, CPU seconds, MB`);
console.log(
  '| package | npm cold | vet cold | ratio | npm warm | vet warm | ratio | vet again | ratio | later | ratio | CPU cold | peak MB |',
);
console.log(`| --- |${' ---: |'.repeat(12)}`);
for (const name of packages) {
  const samples = { npmCold: [], vetCold: [], npmWarm: [], vetWarm: [], again: [], later: [] };
  for (let run = 0; run < runs; run += 1) {
    const npmCache = empty();
    const vetCache = empty();
    samples.npmCold.push(npm(name, npmCache));
    samples.vetCold.push(vet(name, vetCache));
    samples.npmWarm.push(npm(name, npmCache));
    // Warm: tarballs and packuments are there, nothing has been analysed.
    forget(vetCache, ['analysis', 'names', 'reports', 'texts']);
    samples.vetWarm.push(vet(name, vetCache));
    samples.again.push(vet(name, vetCache));
    // Later: as after five minutes, when packages and services are asked again.
    forget(vetCache, ['reports']);
    age(path.join(vetCache, 'trees'));
    samples.later.push(vet(name, vetCache));
  }
  const wall = Object.fromEntries(
    Object.entries(samples).map(([key, list]) => [key, of(list, 'wall')]),
  );
  const cells = [
    name,
    wall.npmCold.toFixed(2),
    wall.vetCold.toFixed(2),
    (wall.vetCold / wall.npmCold).toFixed(2),
    wall.npmWarm.toFixed(2),
    wall.vetWarm.toFixed(2),
    (wall.vetWarm / wall.npmWarm).toFixed(2),
    wall.again.toFixed(2),
    (wall.again / wall.npmWarm).toFixed(2),
    wall.later.toFixed(2),
    (wall.later / wall.npmWarm).toFixed(2),
    of(samples.vetCold, 'cpu').toFixed(1),
    of(samples.vetCold, 'rss').toFixed(0),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
rmSync(work, { recursive: true, force: true });
