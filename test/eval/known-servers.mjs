// Vets well-known servers end to end and prints, for each, what took points away: a hunt for false alarms.
// Usage: node test/eval/known-servers.mjs [NAMES.txt] [--cache DIR] [--out DIR] [--jobs N] [--table]
// --table: a Markdown table; each finding with what known-servers-judged.json says for it ("SERVER RULE", or "* RULE").
// Exit 1 if a critical or high finding has no such sentence.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const BIN = path.resolve(import.meta.dirname, '../../bin/mcp-vet.js');
const LIMIT_MS = 300_000;
const NOTEWORTHY = ['critical', 'high', 'moderate'];
const judged = JSON.parse(
  readFileSync(new URL('known-servers-judged.json', import.meta.url), 'utf8'),
);
const MARK = { pass: '+', warn: '~', fail: '-', unknown: '.' };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cache: { type: 'string', default: '.cache' },
    out: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    table: { type: 'boolean', default: false },
  },
});
const names = readFileSync(positionals[0] ?? new URL('known-servers.txt', import.meta.url), 'utf8')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '' && !line.startsWith('#'));
if (values.out) mkdirSync(values.out, { recursive: true });

const rows = [];
let next = 0;
const lane = async () => {
  for (let index = next++; index < names.length; index = next++) {
    rows[index] = await vet(names[index]);
    if (!values.table) process.stdout.write(rows[index].text);
  }
};
await Promise.all(Array.from({ length: Number(values.jobs) }, lane));
if (values.table) {
  console.log(
    '| server | trust | findings of moderate or above | judged |\n| --- | --- | --- | --- |',
  );
  for (const row of rows) console.log(tableRow(row));
}
const vetted = rows.filter((row) => row.report);
const worst = vetted.filter((row) =>
  row.findings.some(({ severity }) => /high|crit/.test(severity)),
);
const capped = vetted.filter((row) => row.report.trust.cappedBy?.length > 0);
console.log(
  `\n${names.length} servers, ${vetted.length} vetted, ${capped.length} capped, ${worst.length} with a high or critical finding`,
);

const unjudged = vetted.flatMap(({ name, findings }) =>
  findings.filter((one) => /high|crit/.test(one.severity) && !sentenceFor(name, one.ruleId)),
);
if (unjudged.length > 0) {
  console.log(`${unjudged.length} high or critical findings have no sentence`);
  process.exitCode = 1;
}

function sentenceFor(name, ruleId) {
  return judged[`${name} ${ruleId}`] ?? judged[`* ${ruleId}`] ?? '';
}

function tableRow({ name, findings, report }) {
  if (!report) return `| ${name} | no report | | |`;
  const rules = new Map();
  for (const { severity, ruleId } of findings) {
    const key = `${severity} ${ruleId}`;
    rules.set(key, (rules.get(key) ?? 0) + 1);
  }
  const said = [...rules].map(([key, count]) => (count > 1 ? `${count} x ${key}` : key));
  const ids = [...new Set(findings.map(({ ruleId }) => ruleId))];
  const why = ids.map((id) => sentenceFor(name, id) || `${id}: NOT JUDGED`);
  return `| ${name}@${report.subject.version} | ${report.trust.level} | ${said.join('; ') || 'none'} | ${why.join(' ')} |`;
}

async function vet(name) {
  const started = Date.now();
  const { stdout, code } = await run([BIN, name, '--json', '--cache', values.cache]);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  if (values.out) writeFileSync(path.join(values.out, `${name.replace('/', '__')}.json`), stdout);
  let result;
  try {
    result = JSON.parse(stdout);
  } catch {
    return { name, text: `${name}  NO REPORT (exit ${code})  ${seconds} s\n`, findings: [] };
  }
  const [report] = result.reports;
  if (!report) {
    return {
      name,
      text: `${name}  ${result.error?.code}: ${result.error?.message}\n`,
      findings: [],
    };
  }
  const findings = report.checks
    .flatMap((check) => check.findings.map((finding) => ({ ...finding, check: check.id })))
    .filter(({ severity }) => NOTEWORTHY.includes(severity));
  const points = report.checks.map(({ outcome }) => MARK[outcome]).join('');
  const head = `${name}@${report.subject.version}  ${report.trust.level}  ${report.trust.sourceClass}  ${points}  exit ${code}  ${seconds} s\n`;
  const lines = findings.map(
    ({ severity, confidence, ruleId, location, message, package: from, caps }) =>
      `    ${severity} ${ruleId} (${confidence}${caps ? `, caps ${caps}` : ''})  ${from ?? ''} ${location}  ${message}\n`,
  );
  return { name, text: head + lines.join(''), findings, report };
}

function run(argv) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'ignore'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ stdout, code: code ?? signal });
    });
  });
}
