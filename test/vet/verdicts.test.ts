// What was found out about names is remembered for as long as the lists are the same.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openVerdicts } from '../../src/vet/verdicts.ts';

let cacheDir: string;
beforeEach(() => {
  cacheDir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-test-'));
});
afterEach(() => rmSync(cacheDir, { recursive: true, force: true }));

const known = [{ name: 'express-session', tier: 'popular' as const }];
const open = (key: unknown, list = known) => openVerdicts({ known: list, cacheDir, key });

async function keep() {
  const verdicts = await open('lists of today');
  const verdict = verdicts.check('expres-session');
  await verdicts.save();
  return verdict;
}

test('a verdict is the same when it is remembered, without the list', async () => {
  const verdict = await keep();
  expect(verdict.verdict).toBe('lookalike');
  expect((await open('lists of today', [])).check('expres-session')).toEqual(verdict);
});

test('with other lists it is found anew', async () => {
  await keep();
  expect((await open('lists of tomorrow', [])).check('expres-session').verdict).toBe('clear');
});

test('a name that was not asked about before is looked up', async () => {
  await keep();
  expect((await open('lists of today')).check('express-sesion').verdict).toBe('lookalike');
});

test.each(['{', '[{"name":"expres-session"}]', '{"expres-session":1}'])(
  'a broken file is as good as none: %s',
  async (content) => {
    const verdict = await keep();
    const folder = path.join(cacheDir, 'names');
    for (const file of readdirSync(folder)) writeFileSync(path.join(folder, file), content);
    expect((await open('lists of today')).check('expres-session')).toEqual(verdict);
  },
);
