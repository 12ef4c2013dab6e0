// Rules about the programs that an install puts into the path.
import { expect, test } from 'vitest';
import { borrowedCommand, commandRules } from '../../src/checks/commands.ts';
import { analysisOf, evidenceOf, known } from '../support/evidence.ts';

const STRANGER = { imitations: [], known: null, securityHolding: [] };
const told = (name: string, bin: Record<string, string>) => {
  const { manifest } = analysisOf();
  const subject = analysisOf({ name, manifest: { ...manifest, bin } });
  const stated = { functions: [], expectedCapabilities: [], expectedHosts: [] };
  const source = { subject, dependencies: {}, reachedNodes: [''], unread: [], stated };
  return [...commandRules, borrowedCommand].flatMap((rule) =>
    rule
      .apply(evidenceOf({ facts: { source: known(source), names: known(STRANGER) } }))
      .findings.map(({ severity, message }) => `${severity} ${message.split(' ').at(-1)}`),
  );
};

test('a program named like a well-known one is reported in both points, names of its own are not', () => {
  expect(told('dice-mcp', { 'dice-mcp': 'a.js', git: 'b.js', NPM: 'b.js' })).toEqual([
    'high git',
    'high NPM',
    'high git',
    'high NPM',
  ]);
  expect(told('dice-mcp', { 'dice-mcp': 'a.js', dice: 'a.js', 'git-dice': 'a.js' })).toEqual([]);
  expect(told('@acme/code', { code: 'a.js' })).toEqual([]);
});
