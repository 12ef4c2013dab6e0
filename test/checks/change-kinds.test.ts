// Point 1, what a version has that the one before had not: each rule with an example and a benign twin.
import { describe, expect, test } from 'vitest';
import { changeKindRules } from '../../src/checks/source-verification/change-kinds.ts';
import type { Change, Facts } from '../../src/types.ts';
import { evidenceOf, known, unknown } from '../support/evidence.ts';

function find(id: string, to: string, changes: Partial<Change>[], name = 'weather-mcp') {
  const rule = changeKindRules.find((one) => one.id === id);
  if (!rule) throw new Error(`no rule ${id}`);
  const change = known<Facts['change']>({
    from: '1.0.0',
    to,
    changes: changes.map((one) => ({
      kind: 'dependency-added',
      what: 'left-pad',
      severity: 'info',
      confidence: 'high',
      ...one,
    })),
  });
  return rule.apply(evidenceOf({ subject: { name }, facts: { change } })).findings;
}
const severities = (...input: Parameters<typeof find>) =>
  find(...input).map(({ severity }) => severity);

describe('install-script-added', () => {
  const script = (excerpt: string, severity: Change['severity']) =>
    ({ kind: 'install-script-added', what: 'postinstall', severity, excerpt }) as const;

  test.each([
    ['a script in a minor', '1.1.0', script('node setup.js', 'moderate'), ['moderate']],
    ['a script in a major', '2.0.0', script('node setup.js', 'low'), ['low']],
    ['a native build in a minor', '1.1.0', script('node-gyp rebuild', 'moderate'), ['low']],
    ['the first ever in a patch, which has its own rule', '1.0.1', script('x', 'high'), []],
  ] as const)('%s', (_name, to, one, expected) => {
    expect(severities('install-script-added', to, [one])).toEqual(expected);
  });
});

describe('dependency-added', () => {
  test.each([
    ['three days old, in a patch', '1.0.1', { ageDays: 3 }, ['moderate']],
    ['three days old, in a major', '2.0.0', { ageDays: 3 }, ['low']],
    ['years old', '1.0.1', { ageDays: 2_000 }, []],
    ['of an age that nobody tells', '1.0.1', {}, ['info']],
  ] as const)('%s', (_name, to, one, expected) => {
    expect(severities('dependency-added', to, [one])).toEqual(expected);
  });

  test('of the same scope comes from the same hands', () => {
    const part = { what: '@weather/core', ageDays: 3 };
    expect(severities('dependency-added', '1.0.1', [part], '@weather/mcp')).toEqual(['info']);
    expect(severities('dependency-added', '1.0.1', [part], '@tides/mcp')).toEqual(['moderate']);
  });

  test('many of unknown age are one finding', () => {
    const many = Array.from({ length: 9 }, (_, i) => ({ what: `dep-${i}` }));
    expect(find('dependency-added', '1.0.1', many).map(({ message }) => message)).toEqual([
      '1.0.1 has dependencies that 1.0.0 had not, of unknown age: dep-0, dep-1, dep-2, dep-3, dep-4 and 4 more',
    ]);
  });
});

describe('capability-added', () => {
  const shell = (severity: Change['severity']) =>
    ({ kind: 'capability-added', what: 'shell', severity, file: 'index.js', line: 3 }) as const;
  test('in a minor, at its place; in a patch another rule says it', () => {
    expect(find('capability-added', '1.1.0', [shell('low')])).toMatchObject([
      { severity: 'low', location: 'index.js:3', message: '1.1.0 has what 1.0.0 had not: shell' },
    ]);
    expect(severities('capability-added', '2.0.0', [shell('info')])).toEqual(['info']);
    expect(find('capability-added', '1.0.1', [shell('moderate')])).toEqual([]);
  });
});

describe('host-added', () => {
  test('hosts that are called apart from hosts that are only named', () => {
    const hosts = [
      { kind: 'host-added', what: 'a.example', severity: 'low', file: 'index.js', line: 9 },
      { kind: 'host-added', what: 'b.example' },
      { kind: 'host-added', what: 'c.example' },
    ] as const;
    expect(find('host-added', '1.0.1', [...hosts])).toMatchObject([
      { severity: 'low', location: 'index.js:9' },
      { severity: 'info', message: '1.0.1 names hosts that 1.0.0 did not: b.example, c.example' },
    ]);
    expect(find('host-added', '1.0.1', [{ kind: 'host-removed', what: 'a.example' }])).toEqual([]);
  });
});

describe('tools-changed', () => {
  test('new ones and changed ones are information, gone ones are nothing', () => {
    const of = (kind: Change['kind'], what: string) => ({ kind, what });
    const changes = [of('tool-changed', 'read'), of('tool-added', 'run'), of('tool-removed', 'x')];
    expect(find('tools-changed', '1.0.1', changes)).toMatchObject([
      { severity: 'info', message: 'tools that differ from those of 1.0.0: read' },
      { severity: 'info', message: 'tools that 1.0.0 had not: run' },
    ]);
    expect(find('tools-changed', '1.0.1', [of('tool-removed', 'x')])).toEqual([]);
  });
});

describe('binary-added and size-jump', () => {
  test('say what the comparison says, the file as foreign text', () => {
    const binary = { kind: 'binary-added', what: '.so', severity: 'low', file: 'x/a.so' } as const;
    expect(find('binary-added', '1.0.1', [binary])).toMatchObject([
      { severity: 'low', excerpt: 'x/a.so' },
    ]);
    const jump = { kind: 'size-jump', what: '300 to 2000 kB', severity: 'info' } as const;
    expect(find('size-jump', '1.1.0', [jump])).toMatchObject([
      { severity: 'info', message: 'it grew from 300 to 2000 kB since 1.0.0' },
    ]);
    expect(find('binary-added', '1.0.1', [jump])).toEqual([]);
    expect(find('size-jump', '1.0.1', [binary])).toEqual([]);
  });
});

test.each(changeKindRules.map((rule) => rule.id))('%s is a gap without a comparison', (id) => {
  const rule = changeKindRules.find((one) => one.id === id);
  const result = rule?.apply(evidenceOf({ facts: { change: unknown('not compared') } }));
  expect(result).toEqual({ findings: [], gaps: [{ ruleId: id, reason: 'not compared' }] });
});
