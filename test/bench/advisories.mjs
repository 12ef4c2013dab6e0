// Measures the local advisory database: build time, size, look-up time and memory.
// Usage: node test/bench/advisories.mjs FILE... (after npm run build); the files are not part of this repository.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const DIST = new URL('../../dist/', import.meta.url);
const NOW = '2026-11-21T00:00:00.000Z';
const load = (file) => import(new URL(file, DIST));
const ms = (from) => Math.round((performance.now() - from) * 10) / 10;
const mb = (bytes) => Math.round((bytes / 1024 / 1024) * 10) / 10;

/** Names of a real tree: this project's own. */
function lockedNames() {
  const lockfile = JSON.parse(
    readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'),
  );
  const names = Object.keys(lockfile.packages).map((at) => at.split('node_modules/').at(-1));
  return ['mcp-remote', 'lodash', 'minimist', 'axios', ...new Set(names.filter(Boolean))];
}

function treeOf(names) {
  const nodes = names.map((name, index) => ({
    id: index === 0 ? '' : `node_modules/${name}`,
    name,
    version: '1.0.0',
    kind: index === 0 ? 'subject' : 'registry',
    path: [name],
    edges: [],
  }));
  return { nodes, from: 'resolved', problems: [] };
}

async function build(files) {
  const { importDatabase } = await load('collect/advisories/index.js');
  const folder = mkdtempSync(path.join(tmpdir(), 'mcp-vet-bench-'));
  try {
    const from = performance.now();
    const status = await importDatabase(files, folder, { now: NOW });
    console.log('build', ms(from), 'ms', status.header.records, `${mb(status.bytes)} MB on disk`);
    console.log('peak memory of the build', mb(process.resourceUsage().maxRSS * 1024), 'MB');
    // A process of its own, so that the build's memory is not counted.
    const child = spawnSync(
      process.execPath,
      ['--expose-gc', fileURLToPath(import.meta.url), '--lookup', folder],
      { stdio: 'inherit' },
    );
    process.exitCode = child.status ?? 1;
    baseline(files);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What reading the compressed files anew for each run would cost. */
function baseline(files) {
  globalThis.gc?.();
  const from = performance.now();
  let rows = 0;
  for (const file of files.filter((name) => name.endsWith('.ndjson.gz'))) {
    for (const line of gunzipSync(readFileSync(file)).toString('utf8').split('\n')) {
      if (line) rows += JSON.parse(line) ? 1 : 0;
    }
  }
  console.log('for comparison: unpack and parse every row each time', ms(from), 'ms', rows, 'rows');
}

async function lookup(folder) {
  const { collectAdvisories } = await load('collect/advisories/index.js');
  const names = lockedNames().slice(0, 200);
  const input = {
    tree: treeOf(names),
    subject: { name: names[0], version: '1.0.0', source: 'registry' },
    now: NOW,
    registry: 'https://registry.example/',
    fetchOptions: {},
    advisoryPaths: [],
    databaseDir: folder,
    offline: true,
  };
  globalThis.gc();
  const before = process.memoryUsage();
  const from = performance.now();
  const { value } = await collectAdvisories(input);
  const first = ms(from);
  const after = process.memoryUsage();
  const again = performance.now();
  for (let run = 0; run < 20; run += 1) await collectAdvisories(input);
  console.log(`look-up of ${names.length} packages: first ${first} ms, then ${ms(again) / 20} ms`);
  console.log(
    `extra memory: rss ${mb(after.rss - before.rss)} MB, heap ${mb(after.heapUsed - before.heapUsed)} MB, buffers ${mb(after.arrayBuffers - before.arrayBuffers)} MB`,
  );
  console.log(
    value.vulnerabilities.length,
    'vulnerabilities',
    value.sources.map((s) => `${s.id}: ${s.answered} ${s.asOf ?? ''} ${s.reason ?? ''}`),
  );
}

const args = process.argv.slice(2);
if (args[0] === '--lookup') await lookup(args[1]);
else await build(args);
