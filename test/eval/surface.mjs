// Reads the tools of unpacked packages from source: `node test/eval/surface.mjs DIST DIR...`, DIST a build of src/.
// Prints one line a package: tools found, completeness, weaknesses, CPU time. Give -v for names and findings.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const isVerbose = process.argv.includes('-v');
const [dist, ...dirs] = process.argv.slice(2).filter((arg) => arg !== '-v');
const load = (file) => import(pathToFileURL(path.resolve(dist, file)).href);
const { openSourceFile } = await load('analyze/source/file.js');
const { extractSurface } = await load('analyze/source/surface/index.js');
const { findWeaknesses } = await load('analyze/source/weaknesses/index.js');

const TRIES = [
  '',
  '.js',
  '.mjs',
  '.cjs',
  '.ts',
  '/index.js',
  '/index.mjs',
  '/index.cjs',
  '/index.ts',
];

export function openServer(dir) {
  const manifest = JSON.parse(readFileSync(path.join(dir, 'package.json'), 'utf8'));
  const files = new Map();
  const find = (base) => {
    for (const end of TRIES) {
      const file = path.posix.normalize(base + end);
      if (
        !file.startsWith('..') &&
        existsSync(path.join(dir, file)) &&
        statSync(path.join(dir, file)).isFile()
      )
        return file;
    }
    return null;
  };
  const resolveImport = (from, spec) => {
    const file = spec.startsWith('.')
      ? find(path.posix.join(path.posix.dirname(from), spec))
      : null;
    return file && files.has(file) ? file : null;
  };
  const bins =
    typeof manifest.bin === 'string' ? [manifest.bin] : Object.values(manifest.bin ?? {});
  const leaves = (value) =>
    typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(leaves);
  const wanted = [...bins, manifest.main, ...leaves(manifest.exports)].filter(
    (x) => typeof x === 'string',
  );
  const entries = [
    ...new Set(
      wanted
        .map((file) => find(path.posix.normalize(file)))
        .filter((f) => f && /\.[cm]?[jt]s$|^[^.]+$/.test(f) && !f.endsWith('.d.ts')),
    ),
  ];
  if (entries.length === 0 && find('index')) entries.push(find('index'));
  const queue = [...entries];
  let bytes = 0;
  let isCut = false;
  while (queue.length > 0) {
    const file = queue.shift();
    if (files.has(file)) continue;
    const text = readFileSync(path.join(dir, file), 'utf8');
    bytes += text.length;
    const opened = openSourceFile(file, text);
    if (!opened.ok) {
      isCut = true;
      continue;
    }
    files.set(file, opened.file);
    for (const { spec } of opened.file.imports) {
      const next = spec.startsWith('.')
        ? find(path.posix.join(path.posix.dirname(file), spec))
        : null;
      if (next && /\.[cm]?[jt]s$/.test(next)) queue.push(next);
    }
  }
  const dataPaths = new Set(
    readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(?:json|md|txt|ya?ml)$/.test(file) && !file.includes('node_modules'))
      .slice(0, 200),
  );
  const dataOf = (file) =>
    dataPaths.has(file) ? readFileSync(path.join(dir, file), 'utf8') : null;
  const server = { manifest, files, entries, isCut, resolveImport, dataPaths, dataOf };
  return { server, bytes };
}

for (const dir of dirs) {
  const root = existsSync(path.join(dir, 'package')) ? path.join(dir, 'package') : dir;
  if (!existsSync(path.join(root, 'package.json'))) continue;
  try {
    const { server, bytes } = openServer(root);
    const started = process.cpuUsage();
    const surface = extractSurface(server);
    const middle = process.cpuUsage(started);
    const weaknesses = findWeaknesses(server, surface);
    const end = process.cpuUsage(started);
    const cpuMs = ({ user, system }) => Math.round((user + system) / 1000);
    const ms = [cpuMs(middle), cpuMs(end) - cpuMs(middle)];
    const count = (severity) => weaknesses.filter((w) => w.severity === severity).length;
    const found = ['high', 'moderate', 'low', 'info'].map((s) => `${s[0]}${count(s)}`).join(' ');
    console.log(
      `${path.basename(dir).padEnd(48)} tools=${String(surface.tools.length).padStart(3)} ${surface.isComplete ? 'complete' : 'partial '} texts=${surface.texts.length} files=${server.files.size} ${Math.round(bytes / 1024)}k ${ms.join('+')}ms ${found} ${surface.reason ?? ''}`,
    );
    if (isVerbose) {
      for (const tool of surface.tools)
        console.log(
          `   ${tool.name} | ${tool.description.slice(0, 60).replaceAll('\n', ' ')} | ${Object.keys(
            tool.inputSchema.properties ?? {},
          )
            .join(',')
            .slice(
              0,
              60,
            )} | ${tool.handlerCapabilities ?? '-'} | ${JSON.stringify(tool.annotations)}`,
        );
      for (const hit of weaknesses)
        console.log(
          `   !! ${hit.severity}/${hit.confidence} ${hit.ruleId} ${hit.tool} ${hit.file}:${hit.line} ${hit.excerpt}\n      ${hit.flow.join(' -> ')}`,
        );
    }
  } catch (error) {
    console.log(`${path.basename(dir)} ERROR ${error.stack.split('\n').slice(0, 4).join(' ')}`);
  }
}
