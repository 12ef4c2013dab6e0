// Private data that code reads: stores of other programs, everything below home; each with a benign twin.
import { describe, expect, test } from 'vitest';
import { privateReads } from '../../../src/analyze/source/weaknesses/private-data.ts';
import { privateData } from '../../../src/analyze/source/weaknesses/private-kinds.ts';
import { privateDataRules } from '../../../src/checks/permission-review/private-data.ts';
import { analysisOf, evidenceOf, known } from '../../support/evidence.ts';
import { serverOf } from './helpers.ts';

describe.each(privateData().stores)('$id', ({ names: paths, commands, matches, ignores }) => {
  const names = commands ?? paths;
  test('knows its places and no others', () => {
    expect(matches.filter((text) => !new RegExp(names).test(text))).toEqual([]);
    expect(ignores.filter((text) => new RegExp(names).test(text))).toEqual([]);
  });
});

const readsOf = (text: string) => privateReads(serverOf({ 'index.js': text }));
function severities(text: string, readme = '') {
  const source = {
    subject: analysisOf({ weaknesses: readsOf(text), readme }),
    dependencies: {},
    reachedNodes: [],
    unread: [],
    stated: { functions: [], expectedCapabilities: [], expectedHosts: [] },
  };
  return privateDataRules.flatMap((rule) =>
    rule
      .apply(evidenceOf({ facts: { source: known(source) } }))
      .findings.map(({ severity, ruleId }) => `${severity} ${ruleId}`),
  );
}

const COPY = `import fs from 'fs-extra'; import path from 'node:path';
for (const item of SET) await fs.copy(path.join(profile, item), path.join(cache, item));`;

describe('stores of other programs', () => {
  test('are known with a part filled in, and by the parts of a path', () => {
    const read = "import fs from 'node:fs'; import path from 'node:path'; fs.readFileSync";
    expect(
      severities(`${read}(path.join(home, \`.\${shell}_history\`)); const shell = 'zsh';`),
    ).toEqual(['high private-store-read']);
    expect(severities(`${read}(path.join(home, 'Library', 'Keychains'));`)).toEqual([
      'high private-store-read',
    ]);
    expect(severities(`${read}(path.join(home, \`\${tool}_history\`, 'notes'));`)).toEqual([]);
  });

  test('one is high, several are critical', () => {
    expect(severities(`const SET = ['Bookmarks', 'Login Data']; ${COPY}`)).toEqual([
      'high private-store-read',
    ]);
    expect(severities(`const SET = ['Login Data', 'Local Extension Settings']; ${COPY}`)).toEqual([
      'critical private-store-read',
      'critical private-store-read',
    ]);
  });
  test('are none where the README says why, a list refuses them, or nothing is read', () => {
    const text = `const SET = ['Login Data']; ${COPY}`;
    expect(severities(text, 'Imports the passwords of your browser.')).toEqual([]);
    expect(
      severities(`const SET = ['Bookmarks']; const EXCLUDED = ['Login Data']; ${COPY}`),
    ).toEqual([]);
    expect(severities("console.log('Login Data');")).toEqual([]);
  });
});

describe('everything below home', () => {
  const READ = `import { readFile, readdir } from 'node:fs/promises'; import os, { homedir } from 'node:os'; import path from 'node:path';`;
  test.each([
    [
      'a pattern below home',
      `import { globby } from 'globby'; for (const f of await globby('**/*.md', { cwd: homedir() })) await readFile(f);`,
    ],
    [
      'roots in a list',
      `import fg from 'fast-glob'; const roots = [os.homedir(), '/Volumes']; for (const cwd of roots) for (const f of await fg('**/*', { cwd })) await readFile(f);`,
    ],
    [
      'an own walk',
      `async function walk(dir) { for (const e of await readdir(dir, { withFileTypes: true })) e.isDirectory() ? await walk(path.join(dir, e.name)) : await readFile(e.name); } await walk(process.env.HOME);`,
    ],
    [
      'a named home',
      `const home = homedir(); const scan = async (dir) => { for (const e of await readdir(dir)) { await readFile(e).catch(() => scan(e)); } }; scan(home);`,
    ],
    [
      'a recursive listing',
      `async function indexAll(dir) { for (const f of await readdir(dir, { recursive: true })) await readFile(f); } indexAll(homedir());`,
    ],
  ])('%s is reported', (_name, text) => {
    expect(severities(`${READ} ${text}`)).toEqual(['moderate home-wide-read']);
    expect(severities(`${READ} ${text}`, 'Searches the files of your home folder.')).toEqual([]);
  });
  test.each([
    "const dir = path.join(os.homedir(), 'Documents'); for (const f of await readdir(dir)) await readFile(path.join(dir, f));",
    'for (const f of await readdir(`${homedir()}/Desktop`)) await readFile(f);',
    "import fg from 'fast-glob'; for (const f of await fg('*.pdf', { cwd: '.' })) await readFile(f); const own = path.join(process.env.HOME, 'Pictures'); for (const f of await readdir(own)) await readFile(f);",
    "const take = async (dir) => { for (const f of await readdir(dir)) await readFile(f); }; const scanAll = take; scanAll(path.resolve(os.homedir(), 'Downloads'));",
    "import fs from 'node:fs'; fs.readdirSync(path.join(os.homedir(), 'OneDrive')).forEach((f) => fs.copyFileSync(f, '/tmp/x'));",
  ])('a folder where people keep their own is reported: %s', (text) => {
    expect(severities(`${READ} ${text}`)).toEqual(['moderate home-wide-read']);
    const [, folder = ''] = /(Documents|Desktop|Pictures|Downloads|OneDrive)/.exec(text) ?? [];
    expect(severities(`${READ} ${text}`, `Sorts what lies in ${folder.toLowerCase()}.`)).toEqual(
      [],
    );
  });
  test.each([
    "await readFile(path.join(os.homedir(), 'Documents', 'notes.json'));",
    "const dir = path.join(os.homedir(), 'Documents', 'my-notes'); for (const f of await readdir(dir)) await readFile(f);",
    "const out = path.join(os.homedir(), 'Downloads'); console.error(`saved to ${out}`); await readdir('.'); await readFile('a');",
  ])('but not %s', (text) => {
    expect(severities(`${READ} ${text}`)).toEqual([]);
  });
  test.each([
    [
      'a folder of its own below home',
      `import { globby } from 'globby'; for (const f of await globby('**/*.md', { cwd: path.join(homedir(), '.notes') })) await readFile(f);`,
    ],
    [
      'a folder that is given',
      `import { globby } from 'globby'; for (const f of await globby('**/*.md', { cwd: process.argv[2] })) await readFile(f);`,
    ],
    [
      'a file below home',
      `const file = path.join(homedir(), '.timer.json'); await readFile(file);`,
    ],
    [
      'home to shorten paths',
      `import { globby } from 'globby'; const short = (f) => f.replace(homedir(), '~'); for (const f of await globby('docs/*.md')) { short(f); await readFile(f); }`,
    ],
  ])('%s is not', (_name, text) => {
    expect(severities(`${READ} ${text}`)).toEqual([]);
  });
});
