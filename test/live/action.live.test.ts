// Every step of the action in a copy without node_modules and dist, as a runner checks it out: it builds itself, then vets.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { liveCache, registryAnswers, ROOT, start } from './registry.ts';

const answers = await registryAnswers();
const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-action-copy-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }), 60_000);

interface Action {
  inputs: Record<string, { default?: string }>;
  runs: { steps: { run: string; env: Record<string, string> }[] };
}

describe.skipIf(!answers)('the action', () => {
  test('builds itself from its checkout and says what it found in its outputs', async () => {
    const copy = path.join(dir, 'action');
    const left = /^(node_modules|dist|\.git)$/;
    cpSync(ROOT, copy, {
      recursive: true,
      filter: (file) => !left.test(path.relative(ROOT, file)),
    });
    const action = parse(readFileSync(path.join(copy, 'action.yml'), 'utf8')) as Action;
    const inputs: Record<string, string> = {
      target: '@modelcontextprotocol/server-filesystem',
      'min-trust': 'low',
      args: `--allow-unverified\n--cache=${liveCache()}`,
    };
    const fill = (text: string) =>
      text
        .replace('${{ github.action_path }}', copy)
        .replace(
          /\$\{\{ inputs\.([\w-]+) \}\}/g,
          (_, name: string) => inputs[name] ?? action.inputs[name]?.default ?? '',
        );
    const files = {
      GITHUB_OUTPUT: path.join(dir, 'output'),
      GITHUB_STEP_SUMMARY: path.join(dir, 'summary'),
    };
    for (const file of Object.values(files)) writeFileSync(file, '');
    for (const { run, env } of action.runs.steps) {
      const filled = Object.entries(env).map(([name, value]) => [name, fill(value)]);
      const outcome = await start('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], {
        cwd: dir,
        env: { ...process.env, RUNNER_TEMP: dir, ...files, ...Object.fromEntries(filled) },
      });
      expect(outcome.stderr.slice(-500) + outcome.stdout.slice(-500)).not.toContain('npm error');
      expect(outcome.exitCode).toBe(0);
    }
    const outputs = readFileSync(files.GITHUB_OUTPUT, 'utf8');
    expect(outputs).toMatch(/^level=(medium|high)$/m);
    expect(outputs).toMatch(/^passed=true$/m);
    expect(outputs).toMatch(/^sarif=.+mcp-vet\.sarif$/m);
    expect(readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8')).toContain('server-filesystem');
  }, 300_000);
});
