// Vets a directory of labelled cases and prints recall and false alarms. Nothing of the cases is run.
// usage: node test/eval/cases.mjs DIR [--verbose]
// DIR holds cases.json, [{ id, point, severity, note }], and DIR/ID/{bad,benign} folders with a
// package.json each. A bad case counts as found with a finding of at least its severity in its
// checklist point; a benign twin alarms with a finding of moderate or above there.
// What a batch said at first contact, before anything was fixed, is in fixtures/cases/first-contact.json
// (test/eval/cases-all.mjs prints both); what it says later was tuned on it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { vetAll } from '../../dist/index.js';

const ORDER = ['info', 'low', 'moderate', 'high', 'critical'];
const args = process.argv.slice(2);
const root = path.resolve(args.find((arg) => !arg.startsWith('--')) ?? 'fixtures/cases/first');
const verbose = args.includes('--verbose');
const cases = JSON.parse(readFileSync(path.join(root, 'cases.json'), 'utf8'));
const cache = mkdtempSync(path.join(tmpdir(), 'mcp-vet-cases-'));

const rank = (finding) => ORDER.indexOf(finding.severity);
const said = (findings) =>
  findings.map((finding) => `${finding.severity}:${finding.ruleId}`).join(' ');

const rows = [];
try {
  const folders = cases.flatMap(({ id }) => [
    path.join(root, id, 'bad'),
    path.join(root, id, 'benign'),
  ]);
  const found = await findingsOf(folders);
  for (const [index, row] of cases.entries()) {
    rows.push({ ...row, ...measure(row, found[2 * index], found[2 * index + 1]) });
  }
} finally {
  rmSync(cache, { recursive: true, force: true });
}
print();

function measure({ point, severity }, bad, benign) {
  const here = (findings) => findings.filter((finding) => finding.point === point);
  const earned = (finding) => rank(finding) >= ORDER.indexOf(severity);
  const loud = (finding) => rank(finding) >= ORDER.indexOf('moderate');
  return {
    found: here(bad).some(earned),
    elsewhere: bad.some(earned),
    heard: bad.filter(loud),
    alarms: here(benign).filter(loud),
    other: benign.filter(loud),
  };
}

/** One run for all: what a run prepares is prepared once. */
async function findingsOf(folders) {
  const result = await vetAll(folders, { offline: true, cache, cwd: cache, environment: {} });
  if (result.reports.length < folders.length) throw new Error(JSON.stringify(result.notVetted));
  return result.reports.map(({ checks }) =>
    checks.flatMap(({ id, findings }) => findings.map((finding) => ({ ...finding, point: id }))),
  );
}

function print() {
  for (const row of rows) {
    if (!row.found || verbose)
      console.log(
        `${row.found ? 'found ' : row.elsewhere ? 'AWRY  ' : 'MISSED'} ${row.id} (${row.severity} in ${row.point}: ${row.note}) heard ` +
          `${row.heard.map((finding) => `${finding.severity}:${finding.ruleId}@${finding.point}`).join(' ') || 'nothing'}`,
      );
    if (row.alarms.length > 0) console.log(`ALARM  ${row.id} benign: ${said(row.alarms)}`);
    else if (row.other.length > 0) console.log(`other  ${row.id} benign: ${said(row.other)}`);
  }
  const share = (count) =>
    `${count}/${rows.length} (${((100 * count) / rows.length).toFixed(1)} %)`;
  console.log(`recall in the point      ${share(rows.filter((row) => row.found).length)}`);
  console.log(`recall in any point      ${share(rows.filter((row) => row.elsewhere).length)}`);
  console.log(
    `benign twins that alarm  ${share(rows.filter((row) => row.alarms.length > 0).length)}`,
  );
  console.log(
    `  in any point           ${share(rows.filter((row) => row.other.length > 0).length)}`,
  );
}
