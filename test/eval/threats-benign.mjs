// Runs the threat and readability passes over installed trees of real packages and counts what they say.
// usage: node --max-old-space-size=4096 test/eval/threats-benign.mjs DIR... [--all] [--base dist|src]
// Each DIR holds a node_modules (npm install --ignore-scripts). Nothing of the packages is run.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const args = process.argv.slice(2);
const all = args.includes('--all');
const base = args.includes('--src') ? '../../src' : '../../dist';
const extension = base.endsWith('src') ? '.ts' : '.js';
const load = (file) =>
  import(new URL(`${base}/analyze/source/${file}${extension}`, import.meta.url));
const { openSourceFile } = await load('file');
const { findThreats, findPackageThreats } = await load('threats/index');
const { judgeReadability } = await load('readability');

const CODE = /\.(?:[cm]?js|[cm]?ts|jsx|tsx)$/;
const ORDER = ['critical', 'high', 'moderate', 'low', 'info'];
const seen = new Set();
const counts = {};
const readability = {};
const total = {
  packages: 0,
  files: 0,
  bytes: 0,
  parseMs: 0,
  scopeMs: 0,
  threatMs: 0,
  readMs: 0,
  slowest: 0,
};

for (const dir of args.filter((arg) => !arg.startsWith('--')))
  walkModules(path.resolve(dir, 'node_modules'));
console.log(JSON.stringify(total));
console.log('readability', JSON.stringify(readability));
console.log(JSON.stringify(counts, null, 1));

function walkModules(modules) {
  if (!existsSync(modules)) return;
  for (const name of readdirSync(modules)) {
    if (name.startsWith('.')) continue;
    const dir = path.join(modules, name);
    if (name.startsWith('@')) for (const inner of readdirSync(dir)) vet(path.join(dir, inner));
    else vet(dir);
  }
}

function vet(dir) {
  walkModules(path.join(dir, 'node_modules'));
  let manifest;
  try {
    manifest = JSON.parse(readFileSync(path.join(dir, 'package.json'), 'utf8'));
  } catch {
    return;
  }
  const id = `${manifest.name}@${manifest.version}`;
  if (seen.has(id)) return;
  seen.add(id);
  total.packages += 1;
  const paths = listFiles(dir, '');
  const pkg = contextOf(dir, manifest, paths);
  for (const file of paths)
    if (CODE.test(file) && !/\.d\.[cm]?ts$/.test(file)) vetFile(id, dir, file, pkg);
  for (const threat of findPackageThreats(pkg, [])) tell(id, threat);
}

function contextOf(dir, manifest, paths) {
  const text = (file) =>
    paths.includes(file) && statSync(path.join(dir, file)).size < 300_000
      ? readFileSync(path.join(dir, file), 'utf8')
      : null;
  const scripts = manifest.scripts ?? {};
  const lifecycle = ['preinstall', 'install', 'postinstall']
    .map((name) => scripts[name] ?? '')
    .join(' ');
  const readme = paths.find((file) => /^readme(?:\.md)?$/i.test(file));
  const repository = manifest.repository;
  return {
    name: manifest.name ?? '',
    manifest: {
      ...manifest,
      keywords: [],
      scripts,
      author: typeof manifest.author === 'string' ? manifest.author : manifest.author?.email,
      bugs: typeof manifest.bugs === 'string' ? manifest.bugs : manifest.bugs?.url,
      homepage: typeof manifest.homepage === 'string' ? manifest.homepage : undefined,
      repository:
        typeof repository === 'string'
          ? { url: repository }
          : repository?.url
            ? { url: repository.url }
            : undefined,
    },
    isSubject: false,
    entries: [],
    lifecycleEntries: paths.filter((file) => CODE.test(file) && lifecycle.includes(file)),
    textOf: text,
    paths,
    readme: readme ? (text(readme) ?? '') : '',
  };
}

function listFiles(root, dir) {
  const found = [];
  for (const entry of readdirSync(path.join(root, dir), { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue;
    const file = dir === '' ? entry.name : `${dir}/${entry.name}`;
    if (entry.isDirectory()) found.push(...listFiles(root, file));
    else if (entry.isFile()) found.push(file);
  }
  return found;
}

function vetFile(id, dir, file, pkg) {
  const bytes = statSync(path.join(dir, file)).size;
  if (bytes > 12_000_000) return;
  const text = readFileSync(path.join(dir, file), 'utf8');
  const start = performance.now();
  const opened = openSourceFile(file, text);
  const parsed = performance.now();
  total.files += 1;
  total.bytes += bytes;
  total.parseMs += parsed - start;
  const verdict = judgeReadability({
    path: file,
    text,
    bytes,
    program: opened.ok ? opened.file.program : null,
  });
  total.readMs += performance.now() - parsed;
  readability[verdict.verdict] = (readability[verdict.verdict] ?? 0) + 1;
  if (verdict.verdict === 'obfuscated' || verdict.verdict === 'bytecode')
    console.log(`READ ${verdict.verdict} ${id} ${file}: ${verdict.reason}`);
  if (!opened.ok) return;
  // Scopes are built once for all analyses of a file.
  const unscoped = performance.now();
  opened.file.nodesOf('Program');
  total.scopeMs += performance.now() - unscoped;
  const before = performance.now();
  const threats = findThreats(opened.file, pkg);
  const took = performance.now() - before;
  total.threatMs += took;
  if (took > 3000)
    console.log(
      `SLOW ${id} ${file} ${Math.round(took)} ms (parse ${Math.round(parsed - start)} ms)`,
    );
  total.slowest = Math.max(total.slowest, took);
  for (const threat of threats) tell(id, threat);
}

function tell(id, threat) {
  const key = `${threat.severity} ${threat.confidence} ${threat.ruleId}`;
  counts[key] = (counts[key] ?? 0) + 1;
  if (all || ORDER.indexOf(threat.severity) < 2)
    console.log(
      `${threat.severity.toUpperCase()} ${threat.confidence} ${threat.ruleId} ${id} ${threat.file}:${threat.line} ${threat.excerpt.slice(0, 150)}`,
    );
}
