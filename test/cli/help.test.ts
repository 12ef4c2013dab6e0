// Help: short, with examples, and never wider than 80 columns.
import { expect, test } from 'vitest';
import { run } from '../support/run.ts';

test.each([
  [[]],
  [['vet']],
  [['names']],
  [['text']],
  [['diff']],
  [['db']],
  [['db', 'status']],
  [['db', 'import']],
  [['db', 'update']],
  [['rules']],
])('mcp-vet %j --help fits 80 columns and shows how it is used', async (command) => {
  const { exitCode, stdout, stderr } = await run([...command, '--help']);
  expect(exitCode).toBe(0);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^Usage: mcp-vet/);
  expect(stdout).toMatch(/\nExamples?:\n {2}\S/);
  expect(stdout.match(/\nExamples?:/g)).toHaveLength(1);
  expect(stdout).not.toContain('(default: [])');
  for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
});
