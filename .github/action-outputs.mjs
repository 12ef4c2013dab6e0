// Prints the action's outputs from the JSON report in the given folder. Every value is from a closed set or a path.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const LEVELS = ['do-not-use', 'low', 'medium', 'high'];
const dir = path.resolve(process.argv[2] ?? '.');

function read() {
  try {
    return JSON.parse(readFileSync(path.join(dir, 'mcp-vet.json'), 'utf8'));
  } catch {
    return { reports: [], gate: { passed: false } };
  }
}

const { reports, gate, error } = read();
const numbers = (key) => reports.map((report) => Number(report[key]));
const ranks = reports.map((report) => LEVELS.indexOf(report.trust.level));
const pathOf = (name) => {
  const file = path.join(dir, name);
  return existsSync(file) && !/[\r\n]/.test(file) ? file : '';
};
const outputs = {
  level: reports.length > 0 ? (LEVELS[Math.min(...ranks)] ?? 'none') : 'none',
  score: reports.length > 0 ? Math.min(...numbers('score')) : '',
  verified: reports.length > 0 ? Math.min(...numbers('verified')) : '',
  lost: reports.length > 0 ? Math.max(...numbers('lost')) : '',
  passed: gate.passed === true && error === undefined,
  json: pathOf('mcp-vet.json'),
  sarif: pathOf('mcp-vet.sarif'),
  html: pathOf('mcp-vet.html'),
};
for (const [name, value] of Object.entries(outputs)) process.stdout.write(`${name}=${value}\n`);
