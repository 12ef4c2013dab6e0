// Reads many real packages out of npm's (or our own) download caches and prints what condemns them: a hunt for false alarms.
// Usage: nice node --max-old-space-size=4096 test/eval/popular.mjs --cache DIR... [--names FILE] [--servers FILE] [--part I/N] [--out FILE]
// Nothing is asked of a registry and nothing is run: DIR is a folder with `_cacache` (~/.npm, or what `--cache` named
// in earlier runs of mcp-vet). --names keeps only the packages named in FILE; those in --servers are read as servers.
// A library: its reached threats of high or critical. A server: every finding of moderate or above that its own files give.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { stateFunction } from '../../dist/analyze/source/functions.js';
import { observeTexts } from '../../dist/analyze/text/index.js';
import { runChecks } from '../../dist/checks/index.js';
import { openPool } from '../../dist/collect/source/index.js';
import { loneNode } from '../../dist/vet/lone-node.js';

const TARBALL =
  /request-cache:https?:\/\/[^/]+\/.*?((?:@[^/]+\/)?[^/@]+)\/-\/[^/]*?-(\d+\.\d+\.\d+[^/]*)\.tgz$/;
const FACTS =
  'request manifest packument releases tree lockfile confusion advisories names source texts publisher repository popularity repoComparison change run';
const LANES = 3;

const { values } = parseArgs({
  options: {
    cache: { type: 'string', multiple: true, default: ['.cache'] },
    names: { type: 'string' },
    servers: { type: 'string' },
    part: { type: 'string', default: '1/1' },
    out: { type: 'string' },
  },
});
const servers = new Set(values.servers ? linesOf(values.servers) : []);
const wanted = values.names ? new Set([...linesOf(values.names), ...servers]) : null;
const [part, parts] = values.part.split('/').map(Number);
const packages = newest(values.cache.flatMap(tarballsIn)).filter(
  ({ name }, index) => (!wanted || wanted.has(name)) && index % parts === part - 1,
);

const pool = openPool();
const rows = [];
let next = 0;
await Promise.all(Array.from({ length: LANES }, lane));
await pool.close();
rows.sort((a, b) => (a.id < b.id ? -1 : 1));
for (const { id, lines } of rows) if (lines.length > 0) console.log(id + lines.join(''));
if (values.out) writeFileSync(values.out, JSON.stringify(rows));
const read = rows.filter(({ unread }) => unread === undefined);
const count = (isServer) => {
  const some = read.filter((row) => row.isServer === isServer);
  return `${some.length}, of which ${some.filter(({ lines }) => lines.length > 0).length} with a finding`;
};
console.log(
  `libraries ${count(false)}; servers ${count(true)}; unread ${rows.length - read.length}`,
);

async function lane() {
  for (let index = next++; index < packages.length; index = next++) {
    const { name, version, integrity, file } = packages[index];
    const isServer = servers.has(name);
    const content = { kind: 'tarball', bytes: readFileSync(file) };
    const job = { name, version, integrity, isSubject: isServer, content, givenUp: [] };
    const result = await pool.run(job);
    const id = `${name}@${version}`;
    const unread = result.ok ? undefined : result.reason;
    const found = result.ok ? findingsOf(JSON.parse(result.json), isServer) : [];
    rows.push({ id, isServer, unread, lines: found.map(toLine) });
  }
}

function findingsOf(analysis, isServer) {
  if (isServer) return serverFindings(analysis);
  return analysis.threats.filter(
    ({ reached, severity }) => reached !== 'none' && /high|critical/.test(severity),
  );
}

/** The rules, asked of a server of which nothing but its own files is known. */
function serverFindings(analysis) {
  const { name, version, integrity, manifest, surface } = analysis;
  const known = {
    manifest,
    tree: { nodes: [loneNode(name, version, integrity)], from: 'resolved', problems: [] },
    source: {
      subject: analysis,
      dependencies: analysis.bundled ?? {},
      reachedNodes: [],
      unread: [],
      stated: stateFunction(manifest, analysis),
    },
    texts: observeTexts(
      surface.texts,
      surface.tools.map((tool) => tool.name),
    ),
  };
  const facts = Object.fromEntries(
    FACTS.split(' ').map((key) => [
      key,
      known[key] ? { known: true, value: known[key] } : { known: false, reason: 'not asked' },
    ]),
  );
  const evidence = {
    now: new Date().toISOString(),
    subject: { name, version, purl: '', integrity, source: 'registry', requested: name },
    ownership: { isOwn: false, resolvedFromMapped: false },
    minReleaseAgeDays: 7,
    facts,
  };
  return runChecks(evidence)
    .flatMap(({ findings }) => findings)
    .filter(({ severity }) => /moderate|high|critical/.test(severity));
}

function toLine({ severity, confidence, ruleId, caps, file, line, location, message, excerpt }) {
  const place = location ?? `${file}:${line}`;
  const cap = caps ? `, caps ${caps}` : '';
  return `\n    ${severity} ${ruleId} (${confidence}${cap})  ${place}  ${message}\n        ${excerpt ?? ''}`;
}

/** Every tarball that a cache holds, by what its index says. */
function tarballsIn(dir) {
  const root = path.join(dir, '_cacache');
  const found = [];
  for (const file of filesIn(path.join(root, 'index-v5'))) {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const [, json] = line.split('\t');
      if (!json?.includes('.tgz')) continue;
      const { key, integrity } = JSON.parse(json);
      const [, name, version] = TARBALL.exec(decodeURIComponent(key)) ?? [];
      const [algorithm, digest] = (integrity ?? '').split(' ')[0].split(/-(.*)/s);
      if (!name || !digest) continue;
      const hex = Buffer.from(digest, 'base64').toString('hex');
      const places = [algorithm, hex.slice(0, 2), hex.slice(2, 4), hex.slice(4)];
      const content = path.join(root, 'content-v2', ...places);
      if (existsSync(content)) found.push({ name, version, integrity, file: content });
    }
  }
  return found;
}

function filesIn(dir) {
  if (!existsSync(dir)) return [];
  const entries = readdirSync(dir, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((e) => path.join(e.parentPath ?? e.path, e.name));
}

/** One version of each name: the newest that is no prerelease, else the newest. */
function newest(all) {
  const best = new Map();
  const rank = (version) => [version.includes('-') ? 0 : 1, ...version.split(/[.-]/).map(Number)];
  const isNewer = (a, b) => {
    const [left, right] = [rank(a), rank(b)];
    const at = left.findIndex((part, index) => part !== right[index]);
    return at >= 0 && left[at] > (right[at] ?? 0);
  };
  for (const one of all) {
    const known = best.get(one.name);
    if (!known || isNewer(one.version, known.version)) best.set(one.name, one);
  }
  return [...best.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function linesOf(file) {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
