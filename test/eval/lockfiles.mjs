// Vets the lockfiles that npm itself writes for six servers: npm run build && node test/eval/lockfiles.mjs [NAME...]
// Versions 1 to 3, each with `resolved`, without it, and as npm's default registry has it (behind a mirror).
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { defaultRegistry } from '../../dist/collect/npm-config.js';
import { alarmsOf, FORMS, writeNpmLock } from '../support/npm-lock.mjs';

const BIN = fileURLToPath(new URL('../../bin/mcp-vet.js', import.meta.url));
const SERVERS = [
  '@modelcontextprotocol/server-filesystem',
  '@modelcontextprotocol/server-everything',
  '@playwright/mcp',
  'mcp-remote',
  '@upstash/context7-mcp',
  '@notionhq/notion-mcp-server',
];
const folder = mkdtempSync(path.join(tmpdir(), 'mcp-vet-locks-'));
const names = process.argv.slice(2);
let [vetted, alarms] = [0, 0];
for (const name of names.length > 0 ? names : SERVERS) {
  for (const version of [1, 2, 3]) for (const form of FORMS) await check(name, version, form);
}
rmSync(folder, { recursive: true, force: true });
console.log(`${vetted} lockfiles, ${alarms} findings about locks, names or confusion`);
process.exitCode = alarms > 0 ? 1 : 0;

async function check(name, version, form) {
  const dir = mkdtempSync(path.join(folder, 'lock-'));
  const lock = await writeNpmLock({ dir, name, version, form, defaultRegistry: defaultRegistry() });
  const argv = [BIN, lock, '--json', '--cache', path.join(folder, 'vet')];
  // A gate that is not passed exits with 1 and has its report all the same.
  const { stdout } = await promisify(execFile)(process.execPath, argv, {
    maxBuffer: 256e6,
  }).catch((error) => error);
  const [report] = JSON.parse(stdout).reports;
  const found = alarmsOf(report);
  vetted += 1;
  alarms += found.length;
  console.log(`${name} v${version} ${form}: ${report.tree.length} nodes, ${found.length} findings`);
  for (const { ruleId, severity, message } of found) {
    console.log(`   ${severity} ${ruleId}: ${message}`);
  }
}
