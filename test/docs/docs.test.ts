// What the documents say is what the code does.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { allRuleTexts } from '../../src/checks/index.ts';
import { run } from '../support/run.ts';
import { ruleTable } from './rule-table.mjs';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const readme = read('README.md');
const manifest = JSON.parse(read('package.json'));

describe('rules', () => {
  test("the README's table is the rules' (npm run docs)", () => {
    expect(readme).toContain(ruleTable(allRuleTexts()));
  });
  test('every rule has a kebab-case id of its own, a why and a fix', () => {
    const texts = allRuleTexts();
    expect(new Set(texts.map((rule) => rule.id)).size).toBe(texts.length);
    for (const rule of texts) {
      expect(rule.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      for (const field of [rule.title, rule.why, rule.fix])
        expect(field.length, rule.id).toBeGreaterThan(10);
    }
  });
  test('mcp-vet rules explains one and refuses an unknown one', async () => {
    expect((await run(['rules', 'lookalike-name'])).stdout).toContain('why');
    expect((await run(['rules', 'no-such-rule'])).exitCode).toBe(2);
  });
});

describe('help', () => {
  test('every option of vet stands in the README', async () => {
    const { stdout } = await run(['vet', '--help']);
    for (const [option] of stdout.matchAll(/--[a-z][a-z-]+/g)) {
      if (option !== '--help') expect(readme, option).toContain(option);
    }
  });
  test.each(['vet', 'names', 'text', 'diff', 'db', 'rules'])('%s has help', async (command) => {
    const { stdout, exitCode } = await run([command, '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`mcp-vet ${command}`);
  });
});

test('every runtime dependency is exact and justified in CONTRIBUTING', () => {
  const contributing = read('CONTRIBUTING.md');
  for (const [name, version] of Object.entries(manifest.dependencies)) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
    expect(contributing, name).toContain(name);
  }
});
