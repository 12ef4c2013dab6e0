// Builds rules/fingerprints.json from the servers most worth copying: node test/eval/fingerprints-build.mjs DATE
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Parser } from 'tar';
import { comparableHashes } from '../../dist/analyze/names/clones.js';
import { manifestOf, tarballOf } from './registry.mjs';

const SERVERS = [
  '@modelcontextprotocol/server-everything',
  '@modelcontextprotocol/server-filesystem',
  '@modelcontextprotocol/server-github',
  '@modelcontextprotocol/server-memory',
  '@modelcontextprotocol/server-postgres',
  '@modelcontextprotocol/server-sequential-thinking',
  '@modelcontextprotocol/server-slack',
  '@playwright/mcp',
  '@upstash/context7-mcp',
  'mcp-remote',
];
const packages = {};
for (const name of SERVERS) {
  const manifest = await manifestOf(name);
  if (!manifest) throw new Error(`the registry does not have ${name}`);
  const hashes = await hashesOf(await tarballOf(`${name}@${manifest.version}`));
  packages[`${name}`] = comparableHashes(hashes).sort();
  console.log(`${name}@${manifest.version}: ${packages[name].length} files`);
}
const out = new URL('../../rules/fingerprints.json', import.meta.url);
const body = { date: process.argv[2] ?? new Date().toISOString().slice(0, 10), packages };
writeFileSync(out, `${JSON.stringify(body, null, 1)}\n`);

function hashesOf(tarball) {
  const hashes = {};
  return new Promise((resolve, reject) => {
    const parser = new Parser({
      onReadEntry(entry) {
        const hash = createHash('sha256');
        entry.on('data', (chunk) => hash.update(chunk));
        entry.on('end', () => (hashes[entry.path.replace(/^[^/]+\//, '')] = hash.digest('hex')));
      },
    });
    parser.on('end', () => resolve(hashes)).on('error', reject);
    parser.end(tarball);
  });
}
