// The terminal report: short where all is well, worst first where not, never wider than the terminal.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { allRuleTexts } from '../../src/checks/index.ts';
import { renderText, type TextOptions } from '../../src/render/text.ts';
import { widthOf } from '../../src/render/width.ts';
import type { VetResult } from '../../src/types.ts';
import {
  HOSTILE,
  healthyResult,
  hostileResults,
  listResult,
  richResult,
} from '../support/reports.ts';

const rules = allRuleTexts();
const render = (result: VetResult, changes: Partial<TextOptions> = {}) =>
  renderText(
    result,
    {
      isTerminal: true,
      env: {},
      isOff: false,
      width: 80,
      isVerbose: false,
      isQuiet: false,
      ...changes,
    },
    rules,
  );
const linesOf = (text: string) => stripVTControlCharacters(text).split('\n');
const hasTmux = spawnSync('tmux', ['-V']).status === 0;

describe('one server', () => {
  test('a healthy server takes at most 40 lines and names what was vetted, whole', () => {
    const text = render(healthyResult(), { isTerminal: false });
    expect(text.split('\n').length).toBeLessThanOrEqual(40);
    const { name, version, integrity } = healthyResult().reports[0]?.subject ?? {};
    expect(text).toContain(`vetted: ${name}@${version}  ${integrity}`);
    expect(text).toMatch(/\n {2}1 {2}Source verification/);
    expect(text).toMatch(/\n {2}7 {2}Disclosure history/);
  });

  test('what caps the trust comes first, each finding with why and fix', () => {
    const text = linesOf(render(richResult())).join('\n');
    const exfiltration = text.indexOf('▲ critical  observed-exfiltration');
    const advisory = text.indexOf('▲ high');
    expect(exfiltration).toBeGreaterThan(0);
    expect(advisory).toBeGreaterThan(exfiltration);
    const after = text.slice(exfiltration, advisory);
    expect(after).toContain('    why ');
    expect(after).toContain('    fix ');
  });

  test('egress says who was contacted, when, by which tool and with what', () => {
    const text = linesOf(render(richResult(), { width: 120 })).join('\n');
    expect(text).toContain('19 attempts, watched for 44.5 s');
    expect(text).toMatch(
      /✖ collect\.stats\.invalid:443 +21\.3 s, by export_history: POST \/u, 5\.1 kB, with ssh-key \(PLANTED, base64\)/,
    );
    expect(text).toMatch(/api\.weather\.example:443 +14 times, 6\.0 to 30\.7 s, by get_alerts/);
    expect(text).not.toContain('key=canary');
    expect(text.indexOf('collect.stats.invalid:443')).toBeLessThan(
      text.indexOf('api.weather.example:443'),
    );
  });
});

describe('a list', () => {
  test('starts with a table and tells details only of what falls short', () => {
    const text = linesOf(render(listResult())).join('\n');
    expect(text).toMatch(/^server +trust +verified +lost +worst finding\n/);
    expect(text).toMatch(/\ncalendar-mcp@1\.0\.0 +medium +\d/);
    expect(text).toMatch(/\nmissing-mcp +not vetted +not-found/);
    expect(text.match(/Source verification/g)).toHaveLength(1);
    expect(text).toContain('weather-mcp 1.4.0   DO-NOT-USE');
  });

  test('--quiet prints only what fails, and nothing when nothing does', () => {
    const text = linesOf(render(listResult(), { isQuiet: true })).join('\n');
    expect(text).not.toContain('calendar-mcp');
    expect(text).not.toContain('uvx');
    expect(text).toContain('weather-mcp@1.4.0');
    expect(text).toContain('missing-mcp');
    expect(render(healthyResult(), { isQuiet: true })).toBe('');
  });

  test('--verbose tells every server', () => {
    const text = linesOf(render(listResult(), { isVerbose: true })).join('\n');
    expect(text.match(/Source verification/g)).toHaveLength(4);
    expect(text).toContain('not checked');
  });
});

describe('colour', () => {
  test.each<[string, Partial<TextOptions>, boolean]>([
    ['a terminal', {}, true],
    ['a pipe', { isTerminal: false }, false],
    ['NO_COLOR', { env: { NO_COLOR: '1' } }, false],
    ['an empty NO_COLOR', { env: { NO_COLOR: '' } }, true],
    ['FORCE_COLOR in a pipe', { isTerminal: false, env: { FORCE_COLOR: '1' } }, true],
    ['FORCE_COLOR=0', { env: { FORCE_COLOR: '0' } }, false],
    ['NO_COLOR and FORCE_COLOR', { env: { NO_COLOR: '1', FORCE_COLOR: '1' } }, false],
    ['--no-color and FORCE_COLOR', { isOff: true, env: { FORCE_COLOR: '1' } }, false],
    ['a dumb terminal', { env: { TERM: 'dumb' } }, false],
  ])('%s', (_name, options, isColoured) => {
    expect(render(richResult(), options).includes('\u001b[')).toBe(isColoured);
  });
});

const CASES: [string, VetResult][] = [
  ['a healthy server', healthyResult()],
  ['a rich run', richResult()],
  ['a list', listResult()],
  ...hostileResults().map((result, index): [string, VetResult] => [
    `hostile text ${index + 1}: ${JSON.stringify(HOSTILE[index]?.slice(0, 24))}`,
    result,
  ]),
];

describe.each([60, 80, 120])('%i columns', (width) => {
  test.each(CASES)('%s: no line is wider, no control character passes', (_name, result) => {
    for (const isVerbose of [false, true]) {
      const text = render(result, { width, isVerbose });
      expect(text.length).toBeLessThan(400_000);
      for (const line of linesOf(text)) expect(widthOf(line), line).toBeLessThanOrEqual(width);
      const plain = render(result, { width, isVerbose, isOff: true });
      expect(plain).not.toMatch(
        /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]|\p{Cs}/u,
      );
      expect(text).toBe(render(structuredClone(result), { width, isVerbose }));
    }
  });
});

describe.skipIf(!hasTmux)('a real terminal (tmux)', () => {
  /** What the pane shows: if nothing was wrapped, line for line what was written. */
  function shown(text: string, columns: number): string[] {
    const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-tmux-'));
    const tmux = (...args: string[]) =>
      execFileSync('tmux', ['-S', path.join(dir, 'socket'), '-f', '/dev/null', '-u', ...args], {
        encoding: 'utf8',
        env: { ...process.env, TERM: 'screen-256color', LC_ALL: 'C.UTF-8' },
      });
    try {
      writeFileSync(path.join(dir, 'text'), text);
      const show = `cat ${dir}/text; tmux -S ${dir}/socket wait-for -S done; cat`;
      tmux('new-session', '-d', '-x', String(columns), '-y', '24', show);
      tmux('wait-for', 'done');
      return tmux('capture-pane', '-p', '-S', '-').split('\n');
    } finally {
      tmux('kill-server');
      rmSync(dir, { recursive: true, force: true });
    }
  }

  test.each([
    [80, 'a rich run', richResult()],
    [60, 'a rich run', richResult()],
    [80, 'a list', listResult()],
    [60, 'a list', listResult()],
    [60, 'wide characters', hostileResults()[HOSTILE.findIndex((text) => text.includes('漢'))]],
  ] as [number, string, VetResult][])(
    '%i columns: %s is shown as it was written',
    (columns, _name, result) => {
      const text = render(result, { width: columns });
      const trimmed = (lines: string[]) =>
        lines
          .map((line) => line.trimEnd())
          .join('\n')
          .trimEnd();
      // Marks that combine are stored by terminals as they like; the number of lines is what matters.
      const seen = trimmed(shown(text, columns));
      const written = trimmed(linesOf(text));
      expect(seen.split('\n').length).toBe(written.split('\n').length);
      if (!/\p{M}/u.test(written)) expect(seen).toBe(written);
    },
  );
});
