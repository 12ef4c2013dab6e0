// Runs every batch of labelled cases and prints what is found now beside what was found at first contact.
// usage: node test/eval/cases-all.mjs [--write]
// First contact of the seventh to eleventh batch was not kept; some batches had one or two pairs more then.
// --write: fixtures/cases/known.json is written anew; test/cases.test.ts holds main to it.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../fixtures/cases');
const script = path.join(import.meta.dirname, 'cases.mjs');
const parse = (file) => JSON.parse(readFileSync(file, 'utf8'));
const firstContact = parse(path.join(root, 'first-contact.json'));
const before = parse(path.join(root, 'known.json'));
const batches = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const order = Object.keys(firstContact);
const names = batches
  .map(({ name }) => name)
  .sort((a, b) => order.indexOf(a) - order.indexOf(b) || (a < b ? -1 : 1));

const known = {};
const sum = { met: [0, 0, 0], now: [0, 0, 0] };
const percent = (part, whole) => `${((100 * part) / whole).toFixed(1)} %`;
const told = ([found, alarms, of]) =>
  of === 0 ? '-' : `${found}/${of} ${percent(found, of)}, twins ${alarms} ${percent(alarms, of)}`;

for (const name of names) {
  const text = execFileSync(process.execPath, [script, path.join(root, name)], {
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  const ids = (pattern) => [...text.matchAll(pattern)].map(([, id]) => id);
  const missed = ids(/^(?:MISSED|AWRY) +(\S+) \(/gm);
  const alarms = ids(/^ALARM +(\S+) benign/gm);
  known[name] = { missed, alarms };
  const of = parse(path.join(root, name, 'cases.json')).length;
  const now = [of - missed.length, alarms.length, of];
  const met = firstContact[name] ?? null;
  const first = met === null ? [0, 0, 0] : [met.found, met.alarms, met.of];
  for (const at of [0, 1, 2]) {
    sum.met[at] += first[at];
    sum.now[at] += now[at];
  }
  console.log(`${name.padEnd(12)} first ${told(first).padEnd(34)} now ${told(now)}`);
}
console.log(`${'all'.padEnd(12)} first ${told(sum.met).padEnd(34)} now ${told(sum.now)}`);

if (process.argv.includes('--write')) {
  const rows = Object.entries({ ...before, ...known }).map(
    ([name, lists]) =>
      `  ${JSON.stringify(name)}: { "missed": ${list(lists.missed)}, "alarms": ${list(lists.alarms)} }`,
  );
  writeFileSync(path.join(root, 'known.json'), `{\n${rows.join(',\n')}\n}\n`);
}

function list(ids) {
  return `[${ids.map((id) => JSON.stringify(id)).join(', ')}]`;
}
