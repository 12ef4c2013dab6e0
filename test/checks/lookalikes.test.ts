// Rules about lookalikes among the dependencies.
import { expect, test } from 'vitest';
import { SPEAKS } from '../../src/analyze/names/compare.ts';
import { lookalikesRules } from '../../src/checks/dependency-audit/lookalikes.ts';
import type { Confidence, NamesFact } from '../../src/types.ts';
import { evidenceOf, known } from '../support/evidence.ts';

function find(ruleId: string, names: Partial<NamesFact>) {
  const rule = lookalikesRules.find(({ id }) => id === ruleId);
  const fact = known<NamesFact>({ imitations: [], known: null, securityHolding: [], ...names });
  return rule?.apply(evidenceOf({ facts: { names: fact } })).findings;
}

function imitated(confidence: Confidence, evidence = {}): Partial<NamesFact> {
  const verdict = {
    name: 'lodahs',
    verdict: 'lookalike' as const,
    matches: [{ target: 'lodash', kind: 'edit' as const, confidence }],
  };
  const said = [{ target: 'lodash', supports: [], refutes: [], ...evidence }];
  const node = 'node_modules/lodahs';
  return {
    imitations: [{ node, name: 'lodahs', version: '1.0.0', verdict, evidence: said, clones: [] }],
  };
}

test('a dependency one slip away from a popular package is moderate and does not cap', () => {
  const [finding] = find('lookalike-dependency', imitated('high')) ?? [];
  expect(finding).toMatchObject({ severity: 'moderate', package: 'lodahs@1.0.0' });
  expect(finding?.caps).toBeUndefined();
});

test('a dependency that copies the description as well caps at do-not-use', () => {
  const copied = imitated('high', { supports: [SPEAKS.sameDescription] });
  expect(find('lookalike-dependency', copied)).toMatchObject([
    { severity: 'critical', caps: 'do-not-use' },
  ]);
});

test('a dependency with another purpose is not reported', () => {
  const other = imitated('high', { refutes: [SPEAKS.otherPurpose] });
  expect(find('lookalike-dependency', other)).toEqual([]);
});

test('a package that moved within one repository does not cap', () => {
  const supports = [SPEAKS.sameDescription, SPEAKS.sameRepository];
  const [finding] = find('lookalike-dependency', imitated('high', { supports })) ?? [];
  expect(finding?.caps).toBeUndefined();
});

test('a security holding package in the tree is critical, one at the root is another rule’s', () => {
  const held = { node: 'node_modules/x', name: 'x', version: '0.0.1-security' };
  expect(find('security-holding-dependency', { securityHolding: [held] })).toMatchObject([
    { severity: 'critical', caps: 'do-not-use', package: 'x@0.0.1-security' },
  ]);
  expect(find('security-holding-dependency', { securityHolding: [{ ...held, node: '' }] })).toEqual(
    [],
  );
});
