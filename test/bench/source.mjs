// What reading the source of a whole tree costs: cold, with the tarballs cached, and a second time.
// npm run build && node test/bench/source.mjs [package...]   (asks the configured registry)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { toManifest } from '../../dist/analyze/manifest.js';
import { resolveTree } from '../../dist/collect/arborist.js';
import { readNpmConfig } from '../../dist/collect/npm-config.js';
import { fetchManifest, pacoteOptions } from '../../dist/collect/pacote.js';
import { collectSource } from '../../dist/collect/source/index.js';

const names = process.argv.slice(2);
if (names.length === 0) names.push('@modelcontextprotocol/server-filesystem');
const { options: npm } = await readNpmConfig({
  cwd: tmpdir(),
  env: process.env,
  trustProject: false,
});
for (const name of names) {
  const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-bench-'));
  try {
    console.log(await measure(name, dir));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function measure(name, cacheDir) {
  const options = pacoteOptions({ npm, cacheDir, offline: false });
  const raw = await fetchManifest(name, options);
  const manifest = toManifest(raw);
  const root = { kind: 'package', name, version: manifest.version };
  const registryHosts = new Set([new URL(npm.registry).host]);
  const { tree } = await resolveTree({
    options: { ...npm, ...options },
    cacheDir,
    root,
    registryHosts,
  });
  const subject = {
    name,
    version: manifest.version,
    purl: '',
    source: 'registry',
    requested: name,
  };
  const integrity = raw.dist?.integrity ?? null;
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
  const once = async (rulesDigest) => {
    const start = performance.now();
    const fact = await collectSource({
      tree,
      subject: { ...subject, integrity },
      manifest,
      subjectFiles: { kind: 'registry' },
      pacoteOptions: options,
      cacheDir,
      rulesDigest,
    });
    return { seconds: round((performance.now() - start) / 1000), fact };
  };
  const cold = await once('a');
  const warm = await once('b');
  const again = await once('b');
  clearInterval(timer);
  const all = [cold.fact.value.subject, ...Object.values(cold.fact.value.dependencies)];
  const sum = (of) => all.reduce((total, analysis) => total + of(analysis), 0);
  return {
    name,
    packages: tree.nodes.length,
    files: sum(({ files }) => files.total),
    megabytes: round(sum(({ files }) => files.bytes) / 1e6),
    parsed: sum(({ files }) => files.parsed),
    unreadable: sum(({ files }) => files.unreadable.length),
    coldSeconds: cold.seconds,
    tarballsCachedSeconds: warm.seconds,
    againSeconds: again.seconds,
    npmInstallSeconds: npmInstall(name, cacheDir),
    peakMegabytes: Math.round(peak / 1e6),
    cpuSeconds: round(process.cpuUsage().user / 1e6),
  };
}

function npmInstall(name, dir) {
  const project = path.join(dir, 'project');
  execFileSync('mkdir', [project]);
  writeFileSync(path.join(project, 'package.json'), '{}');
  const start = performance.now();
  const cache = path.join(dir, 'npm-cache');
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--cache', cache, name];
  execFileSync('npm', args, { cwd: project, stdio: 'ignore' });
  return round((performance.now() - start) / 1000);
}

function round(value) {
  return Math.round(value * 100) / 100;
}
