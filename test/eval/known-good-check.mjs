// Checks rules/known-good.json at the registry: node test/eval/known-good-check.mjs [NAME...]
// Does every package exist, and does its manifest name the repository that the list says?
import { readFileSync } from 'node:fs';
import { repositoryKey } from '../../dist/analyze/names/compare.js';
import { manifestOf } from './registry.mjs';

const file = new URL('../../rules/known-good.json', import.meta.url);
const { packages } = JSON.parse(readFileSync(file, 'utf8'));
const wanted = new Set(process.argv.slice(2));
let wrong = 0;
for (const { name, repository } of packages) {
  if (wanted.size > 0 && !wanted.has(name)) continue;
  const manifest = await manifestOf(name);
  const served = manifest?.repository?.url ?? manifest?.repository;
  const isSame = repositoryKey(served) === repositoryKey(repository);
  if (!manifest) console.log(`absent    ${name}`);
  else if (served && repository && !isSame) console.log(`differs   ${name}: ${served}`);
  else console.log(`${served ? 'agrees   ' : 'no field '} ${name}@${manifest.version}`);
  if (!manifest || (served && repository && !isSame)) wrong += 1;
}
console.log(`${wrong} to look at`);
process.exitCode = wrong > 0 ? 1 : 0;
