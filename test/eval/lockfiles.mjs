// Vets the lockfiles that npm itself writes for six servers: npm run build && node test/eval/lockfiles.mjs [NAME...]
// Versions 1 to 3, each with `resolved`, without it, and as npm's default registry would have it (behind a mirror).
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { defaultRegistry } from '../../dist/collect/npm-config.js';

const run = promisify(execFile);
const BIN = fileURLToPath(new URL('../../bin/mcp-vet.js', import.meta.url));
const SERVERS = [
  '@modelcontextprotocol/server-filesystem',
  '@modelcontextprotocol/server-everything',
  '@playwright/mcp',
  'mcp-remote',
  '@upstash/context7-mcp',
  '@notionhq/notion-mcp-server',
];
const FORMS = ['resolved', 'omitted', 'default-host'];
const cache = mkdtempSync(path.join(tmpdir(), 'mcp-vet-locks-'));
const names = process.argv.slice(2);
let alarms = 0;
let vetted = 0;
for (const name of names.length > 0 ? names : SERVERS) {
  for (const version of [1, 2, 3]) for (const form of FORMS) await check(name, version, form);
}
rmSync(cache, { recursive: true, force: true });
console.log(`${vetted} lockfiles, ${alarms} findings of checks on lockfiles, names or confusion`);
process.exitCode = alarms > 0 ? 1 : 0;

async function check(name, version, form) {
  const dir = mkdtempSync(path.join(cache, 'lock-'));
  const lock = await writeLock(dir, name, version, form);
  const argv = [BIN, lock, '--json', '--cache', path.join(cache, 'vet')];
  const { stdout } = await run(process.execPath, argv, { maxBuffer: 256e6 }).catch((e) => e);
  const [report] = JSON.parse(stdout).reports;
  const loud = report.checks.flatMap(({ id, findings }) =>
    findings.filter(({ severity, ruleId }) =>
      id === 'dependency-audit' ? !ruleId.includes('advisor') : /high|critical/.test(severity),
    ),
  );
  vetted += 1;
  alarms += loud.length;
  console.log(`${name} v${version} ${form}: ${report.tree.length} nodes, ${loud.length} findings`);
  for (const { ruleId, severity, message } of loud)
    console.log(`   ${severity} ${ruleId}: ${message}`);
}

/** npm writes the lock; only the host is replaced, as a colleague without the mirror would have it. */
async function writeLock(dir, name, version, form) {
  writeFileSync(path.join(dir, 'package.json'), '{"name":"p","version":"1.0.0"}');
  const flags = ['--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'];
  flags.push(`--lockfile-version=${version}`);
  flags.push(`--omit-lockfile-registry-resolved=${form === 'omitted'}`);
  await run('npm', ['install', name, ...flags], { cwd: dir });
  const file = path.join(dir, 'package-lock.json');
  if (form === 'default-host') {
    const text = readFileSync(file, 'utf8');
    const { host } = new URL(defaultRegistry());
    writeFileSync(file, text.replace(/("resolved": "https?:\/\/)[^/"]+/g, `$1${host}`));
  }
  return file;
}
