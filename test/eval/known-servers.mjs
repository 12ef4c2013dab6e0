// Vets well-known servers end to end and prints, for each, what took points away: a hunt for false alarms.
// Usage: node test/eval/known-servers.mjs NAMES.txt [--cache DIR] [--out DIR] [--jobs N]
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const BIN = path.resolve(import.meta.dirname, '../../bin/mcp-vet.js');
const LIMIT_MS = 300_000;
const NOTEWORTHY = ['critical', 'high', 'moderate'];
const MARK = { pass: '+', warn: '~', fail: '-', unknown: '.' };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cache: { type: 'string', default: '.cache' },
    out: { type: 'string' },
    jobs: { type: 'string', default: '2' },
  },
});
const names = readFileSync(positionals[0] ?? '/dev/stdin', 'utf8')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '' && !line.startsWith('#'));
if (values.out) mkdirSync(values.out, { recursive: true });

const rows = [];
let next = 0;
const lane = async () => {
  for (let index = next++; index < names.length; index = next++) {
    rows[index] = await vet(names[index]);
    process.stdout.write(rows[index].text);
  }
};
await Promise.all(Array.from({ length: Number(values.jobs) }, lane));
const vetted = rows.filter((row) => row.report);
const worst = vetted.filter((row) =>
  row.findings.some(({ severity }) => /high|crit/.test(severity)),
);
const capped = vetted.filter((row) => row.report.trust.cappedBy?.length > 0);
console.log(
  `\n${names.length} servers, ${vetted.length} vetted, ${capped.length} capped, ${worst.length} with a high or critical finding`,
);

async function vet(name) {
  const started = Date.now();
  const { stdout, code } = await run([BIN, name, '--json', '--cache', values.cache]);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  if (values.out) writeFileSync(path.join(values.out, `${name.replace('/', '__')}.json`), stdout);
  let result;
  try {
    result = JSON.parse(stdout);
  } catch {
    return { text: `${name}  NO REPORT (exit ${code})  ${seconds} s\n`, findings: [] };
  }
  const [report] = result.reports;
  if (!report) {
    return { text: `${name}  ${result.error?.code}: ${result.error?.message}\n`, findings: [] };
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
  return { text: head + lines.join(''), findings, report };
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
