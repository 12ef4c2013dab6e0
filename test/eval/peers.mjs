// Peers side by side on public inputs of fixtures/: who reports the bad one, who stays silent on its benign twin.
//
//   npm i --prefix /tmp/peers --ignore-scripts mcp-vet@0.1.3 mcp-scan@2.0.8 lockfile-lint@5.0.1
//   npm run build && node test/eval/peers.mjs /tmp/peers
//
// (mcp-vet 0.1.3 on the public registry is another publisher's.) Peers are foreign code: each runs with an
// empty HOME and no network (unshare -rn), mcp-vet as well. What needs a network is not compared here: npq and
// npm audit ask a registry, peers' live CVE look-ups are off. "Reported" is moderate/medium severity or worse.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const peers = path.resolve(process.argv[2] ?? '/tmp/peers');
const root = path.resolve(import.meta.dirname, '../..');
// Below the peers' folder, so that a fixture server finds the MCP SDK that came with them.
const work = mkdtempSync(path.join(peers, 'work-'));
const home = mkdtempSync(path.join(tmpdir(), 'peers-home-'));
const GRAVE = new Set(['moderate', 'medium', 'high', 'critical']);
// The fixtures only declare their tools; a peer that connects needs them to listen.
const LISTEN = `
const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
await server.connect(new StdioServerTransport());
`;

function run(argv, cwd) {
  const started = performance.now();
  const env = { PATH: process.env.PATH, HOME: home, NO_COLOR: '1' };
  const timed = ['-f', 'rss %M', ...argv];
  const child = spawnSync('unshare', ['-rn', '/usr/bin/time', ...timed], {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  const rssMb = Number(/rss (\d+)/.exec(child.stderr ?? '')?.[1] ?? 0) / 1000;
  return {
    stdout: child.stdout ?? '',
    status: child.status,
    ms: performance.now() - started,
    rssMb,
  };
}

/** Severities in any JSON that a scanner prints, whatever its shape; a summary line before it is skipped. */
function severitiesOf(text) {
  const found = [...text.matchAll(/"severity":\s*"(\w+)"/g)].map((match) => match[1].toLowerCase());
  return found.filter((severity) => GRAVE.has(severity));
}

const bin = (name) => path.join(peers, 'node_modules', '.bin', name);
const ours = path.join(root, 'bin/mcp-vet.js');
const TOOLS = {
  'this mcp-vet': (input) => [
    'node',
    ours,
    ...input.targets,
    '--json',
    '--offline',
    ...(input.options ?? []),
  ],
  'mcp-vet 0.1.3 (other publisher)': (input) =>
    input.config && ['node', bin('mcp-vet'), 'audit', input.config, '--json', '--no-cve'],
  'mcp-scan 2.0.8': (input) =>
    input.config && ['node', bin('mcp-scan'), 'scan', '-c', input.config, '--offline', '--json'],
  'lockfile-lint 5.0.1': (input) =>
    input.lockfile && [
      'node',
      bin('lockfile-lint'),
      ...['--path', input.lockfile, '--type', 'npm', '--validate-https', '--validate-integrity'],
    ],
};

function serverInput(kind, name, code, isBad) {
  const dir = path.join(work, `${kind}-${name}-${isBad ? 'bad' : 'benign'}`);
  mkdirSync(dir);
  const text = /\bconst server\b/.test(code) && !/\.connect\(/.test(code) ? code + LISTEN : code;
  writeFileSync(path.join(dir, 'index.js'), text);
  const manifest = { name: `${kind}-fixture`, version: '1.0.0', type: 'module', bin: 'index.js' };
  writeFileSync(path.join(dir, 'package.json'), JSON.stringify(manifest));
  const config = path.join(dir, 'mcp.json');
  const server = { command: 'node', args: [path.join(dir, 'index.js')] };
  writeFileSync(config, JSON.stringify({ mcpServers: { fixture: server } }));
  return { kind, isBad, targets: [dir], config };
}

function configInput(name, servers, isBad) {
  const config = path.join(work, `${name}-${isBad ? 'bad' : 'benign'}.json`);
  writeFileSync(config, JSON.stringify({ mcpServers: servers }));
  return { kind: 'configuration', isBad, targets: [config], config };
}

function inputs() {
  const weaknesses = path.join(root, 'fixtures/weaknesses');
  const pairs = readdirSync(weaknesses).flatMap((name) =>
    ['bad', 'benign'].map((side) =>
      serverInput(
        'weakness',
        name,
        readFileSync(path.join(weaknesses, name, `${side}.js`), 'utf8'),
        side === 'bad',
      ),
    ),
  );
  const lock = path.join(work, 'vulnerable-tree');
  mkdirSync(lock);
  for (const file of ['package.json', 'package-lock.json']) {
    copyFileSync(
      path.join(root, 'fixtures/advisories/vulnerable-tree', file),
      path.join(lock, file),
    );
  }
  const lockfile = path.join(lock, 'package-lock.json');
  const options = ['--advisories', path.join(root, 'fixtures/advisories/osv')];
  const npx = (...args) => ({ command: 'npx', args: ['-y', ...args] });
  return [
    ...pairs,
    configInput('http', { s: { url: 'http://mcp.example/sse' } }, true),
    configInput('http', { s: { url: 'https://mcp.example/sse' } }, false),
    configInput(
      'secret',
      { s: { ...npx('weather-mcp@1.0.0'), env: { API_TOKEN: `ghp_${'a1B2'.repeat(9)}` } } },
      true,
    ),
    configInput(
      'secret',
      { s: { ...npx('weather-mcp@1.0.0'), env: { API_TOKEN: '${API_TOKEN}' } } },
      false,
    ),
    configInput('floating', { s: npx('weather-mcp') }, true),
    configInput('floating', { s: npx('weather-mcp@1.0.0') }, false),
    { kind: 'vulnerable tree', isBad: true, targets: [lockfile], lockfile, options },
  ];
}

/** Ours on a configuration: only what it says of the configuration, as the packages are not there to be vetted. */
function isReported(tool, input, outcome) {
  if (input.lockfile && tool !== 'this mcp-vet') return outcome.status !== 0;
  if (tool !== 'this mcp-vet') return severitiesOf(outcome.stdout).length > 0;
  const { reports, findings } = JSON.parse(outcome.stdout);
  const points = ['permission-review', 'network-egress', 'response-fuzzing'];
  const kept = (check) => input.kind !== 'weakness' || points.includes(check.id);
  const all = reports.flatMap((report) =>
    report.checks.filter(kept).flatMap((check) => check.findings),
  );
  return severitiesOf(JSON.stringify([...all, ...findings])).length > 0;
}

const rows = new Map();
for (const input of inputs()) {
  for (const [tool, commandOf] of Object.entries(TOOLS)) {
    const argv = commandOf(input);
    if (!argv) continue;
    const outcome = run(argv, work);
    const key = `${input.kind} | ${tool}`;
    const row = rows.get(key) ?? { bad: [0, 0], benign: [0, 0], ms: [], rss: 0, broken: 0 };
    const side = input.isBad ? row.bad : row.benign;
    side[1] += 1;
    try {
      if (isReported(tool, input, outcome)) side[0] += 1;
    } catch {
      row.broken += 1;
    }
    row.ms.push(outcome.ms);
    row.rss = Math.max(row.rss, outcome.rssMb);
    rows.set(key, row);
  }
}
console.log('| input | tool | bad reported | benign reported | median s | peak MB | no answer |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const [key, { bad, benign, ms, rss, broken }] of [...rows].sort()) {
  const median = ms.sort((a, b) => a - b)[Math.floor(ms.length / 2)] / 1000;
  console.log(
    `| ${key} | ${bad.join(' of ')} | ${benign.join(' of ')} | ${median.toFixed(1)} | ${rss.toFixed(0)} | ${broken} |`,
  );
}
rmSync(work, { recursive: true, force: true });
rmSync(home, { recursive: true, force: true });
