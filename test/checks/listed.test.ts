// Rules about the MCP registry's list: they say, and never cap.
import { expect, test } from 'vitest';
import { listedRules } from '../../src/checks/source-verification/listed.ts';
import type { ListedFact, ListedServer, NamesFact } from '../../src/types.ts';
import { evidenceOf, known } from '../support/evidence.ts';

function find(ruleId: string, listed: Partial<ListedFact>, names: Partial<NamesFact> = {}) {
  const rule = listedRules.find(({ id }) => id === ruleId);
  const fact: NamesFact = { imitations: [], known: null, securityHolding: [], ...names };
  const all = { ...fact, listed: { lookalikes: [], ...listed } };
  return rule?.apply(evidenceOf({ facts: { names: known(all) } })).findings;
}
const entry = (part: Partial<ListedServer> = {}): ListedServer => ({
  name: 'io.github.acme/weather',
  npm: ['weather-mcp'],
  status: 'active',
  ...part,
});
const lookalikes = [{ target: 'wether-mcp', kind: 'edit' as const, confidence: 'high' as const }];

test('a lookalike of a listed server is a remark of low confidence', () => {
  const [finding] = find('registry-lookalike', { lookalikes }) ?? [];
  expect(finding).toMatchObject({ severity: 'info', confidence: 'low' });
  expect(finding?.caps).toBeUndefined();
  expect(find('registry-lookalike', {})).toEqual([]);
});

test('what the known-good list says already is not said again', () => {
  const match = { target: 'weather', kind: 'edit' as const, confidence: 'medium' as const };
  const verdict = { name: 'w', verdict: 'lookalike' as const, matches: [match] };
  const own = { node: '', name: 'w', version: '1.0.0', verdict, evidence: [], clones: [] };
  expect(find('registry-lookalike', { lookalikes }, { imitations: [own] })).toEqual([]);
});

test.each(['deprecated', 'deleted'] as const)('an entry marked as %s is said', (status) => {
  const [finding] = find('registry-entry-withdrawn', { entry: entry({ status }) }) ?? [];
  expect(finding).toMatchObject({ severity: 'low', message: expect.stringContaining(status) });
  expect(find('registry-entry-withdrawn', { entry: entry() })).toEqual([]);
});

test('another repository than the known one is said, its address as an excerpt only', () => {
  const moved = entry({ repository: 'https://git.example/\u001b[2Jacme' });
  const [finding] = find('registry-other-repository', { entry: moved, isElsewhere: true }) ?? [];
  expect(finding?.severity).toBe('info');
  expect(finding?.message).not.toContain('git.example');
  expect(find('registry-other-repository', { entry: moved })).toEqual([]);
});
