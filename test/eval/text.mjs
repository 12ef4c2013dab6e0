// Measures findInstructions on a labelled file: node test/eval/text.mjs FILE.jsonl [--misses] [--alarms] [--json]
// Rows: { text, label: 0|1, kind, loc, source }. "Flagged" is severity moderate or above; "core" is loc other than chat.
import { readFileSync } from 'node:fs';
import { findInstructions } from '../../dist/analyze/text/index.js';

const FLAGGED = new Set(['moderate', 'high', 'critical']);
const [file, ...flags] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node test/eval/text.mjs FILE.jsonl [--misses] [--alarms] [--json]');
  process.exit(2);
}
const rows = readFileSync(file, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line));

for (const row of rows.slice(0, 200)) findInstructions(row.text, { location: row.loc });
const startedAt = performance.now();
for (const row of rows) row.verdict = findInstructions(row.text, { location: row.loc });
const elapsedMs = performance.now() - startedAt;
for (const row of rows) row.flagged = FLAGGED.has(row.verdict.severity);

const measure = (some) => {
  const count = (label, flagged) =>
    some.filter((row) => row.label === label && row.flagged === flagged).length;
  const [tp, fn, fp, tn] = [count(1, true), count(1, false), count(0, true), count(0, false)];
  const precision = tp / (tp + fp);
  const recall = tp / (tp + fn);
  const f1 = (2 * precision * recall) / (precision + recall);
  return {
    positives: tp + fn,
    negatives: fp + tn,
    recall,
    precision,
    f1,
    fpr: fp / (fp + tn),
    tp,
    fp,
  };
};
const show = (name, m) => {
  const cell = (value) => (Number.isFinite(value) ? value.toFixed(3) : '-').padStart(6);
  console.log(
    `${name.slice(0, 44).padEnd(44)} pos ${String(m.positives).padStart(4)} R ${cell(m.recall)}  neg ${String(m.negatives).padStart(4)} FPR ${cell(m.fpr)} (${m.fp})  P ${cell(m.precision)} F1 ${cell(m.f1)}`,
  );
};
const by = (key) => {
  const groups = new Map();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
};
const shortKind = (row) =>
  `${row.label} ${row.kind.replace(/^(cse-ml|ml|bipia|mcpsafety|cse:direct|cse:indirect):.*/, '$1')}`;
const shortSource = (row) =>
  `${row.label} ${row.source.startsWith('derived') ? 'derived' : row.source.split(':')[0]}`;
const core = rows.filter((row) => row.loc !== 'chat');
const real = core.filter((row) => row.kind.startsWith('tool-desc'));

if (flags.includes('--json')) {
  console.log(
    JSON.stringify({ all: measure(rows), core: measure(core), msPerText: elapsedMs / rows.length }),
  );
  process.exit(0);
}
show('all', measure(rows));
show('core', measure(core));
show('core without derived', measure(core.filter((row) => !row.kind.startsWith('derived'))));
show('derived', measure(core.filter((row) => row.kind.startsWith('derived'))));
show('real tool descriptions', measure(real));
for (const [title, key] of [
  ['kind', shortKind],
  ['loc', (row) => row.loc],
  ['source', shortSource],
]) {
  console.log(`\nper ${title}`);
  for (const [name, group] of by(key)) show(name, measure(group));
}
console.log(`\n${(elapsedMs / rows.length).toFixed(3)} ms/text`);
const list = (title, some) => {
  console.log(`\n${title}`);
  for (const row of some) {
    const top = row.verdict.findings
      .slice(0, 3)
      .map((f) => `${f.ruleId}:${f.severity} "${f.excerpt.slice(0, 110)}"`);
    console.log(
      `- ${row.kind} | ${row.loc} | ${row.source.slice(0, 40)}\n    ${JSON.stringify(row.text.slice(0, 330))}\n    ${top.join('\n    ')}`,
    );
  }
};
if (flags.includes('--alarms'))
  list(
    'false alarms',
    rows.filter((row) => row.label === 0 && row.flagged),
  );
if (flags.includes('--misses'))
  list(
    'misses',
    rows.filter((row) => row.label === 1 && !row.flagged),
  );
