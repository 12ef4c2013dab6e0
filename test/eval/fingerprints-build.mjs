// Adds servers to rules/fingerprints.json, or renews them: npm run build && node test/eval/fingerprints-build.mjs DATE NAME...
// Each NAME is on the known-good list; --again renews those that are there. One tarball a name is fetched.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { Parser } from 'tar';
import { fingerprintOf } from '../../dist/analyze/names/clones.js';
import { manifestOf, tarballOf } from './registry.mjs';

const file = (name) => new URL(`../../rules/${name}.json`, import.meta.url);
const read = (name) => JSON.parse(readFileSync(file(name), 'utf8')).packages;
const [date, ...args] = process.argv.slice(2);
if (!date || args.length === 0) throw new Error('usage: fingerprints-build.mjs DATE NAME...');
const packages = read('fingerprints');
const good = new Set(read('known-good').map(({ name }) => name));
for (const name of args[0] === '--again' ? Object.keys(packages) : args) {
  if (!good.has(name)) throw new Error(`${name} is not on the known-good list`);
  const manifest = await manifestOf(name);
  if (!manifest) throw new Error(`the registry does not have ${name}`);
  packages[name] = fingerprintOf(await hashesOf(await tarballOf(`${name}@${manifest.version}`)));
  console.log(`${name}@${manifest.version}: ${packages[name].files} files`);
}
const lines = Object.keys(packages)
  .sort()
  .filter((name) => packages[name].files > 1)
  .map((name) => `  ${JSON.stringify(name)}: ${JSON.stringify(packages[name])}`);
const text = `{\n "date": ${JSON.stringify(date)},\n "packages": {\n${lines.join(',\n')}\n }\n}\n`;
writeFileSync(file('fingerprints'), text);

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
