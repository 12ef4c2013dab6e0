// Commands that print what the system or other tools keep.
import { expect, test } from 'vitest';
import { privateReads } from '../../../src/analyze/source/weaknesses/private-data.ts';
import { serverOf } from './helpers.ts';

const storesIn = (code: string) =>
  privateReads(
    serverOf({
      'index.js': `import { execSync, execFileSync } from 'node:child_process'; import fs from 'node:fs';\n${code}`,
    }),
  ).map(({ flow }) => flow[0]);

test.each([
  [
    "execFileSync('security', ['find-generic-password', '-s', 'Chrome', '-w']);",
    'passwords-by-command',
  ],
  ["execSync('netsh wlan show profile name=home key=clear');", 'wireless-keys'],
  ["execSync('git credential fill');", 'git-credentials'],
  ["execSync('gh auth token');", 'sessions-of-tools'],
  [
    "const home = (...p) => p.join('/'); fs.copyFileSync(home('.config', 'google-chrome', 'Default', 'History'), '/tmp/h');",
    'browser-history',
  ],
])('%s', (code, store) => {
  expect(storesIn(code)).toEqual([store]);
});

test('commands that only look at the state are none', () => {
  expect(storesIn("execSync('gh auth status'); execSync('security list-keychains');")).toEqual([]);
});
