// Rules of point 5 about what the server declares: each with what it reports.
import { expect, test } from 'vitest';
import { surfaceRules } from '../../src/checks/response-fuzzing/surface.ts';
import type { Evidence, SurfaceNote } from '../../src/types.ts';

function findingsOf(notes?: SurfaceNote[]) {
  const surface = { tools: [], texts: [], isComplete: true, ...(notes ? { notes } : {}) };
  // Only the fact that these rules need.
  const evidence = {
    now: '2026-01-01T00:00:00Z',
    facts: { source: { known: true, value: { subject: { surface }, dependencies: {} } } },
  } as unknown as Evidence;
  return surfaceRules.flatMap((rule) => rule.apply(evidence).findings);
}

test.each([
  ['remote-definition', 'definitions-from-network'],
  ['secret-asked', 'form-asks-for-secrets'],
  ['disguised-name', 'disguised-tool-name'],
] as const)('%s is reported as %s at its own severity', (kind, ruleId) => {
  const note = { kind, severity: 'high' as const, file: 'index.js', line: 3, excerpt: 'x' };
  expect(findingsOf([note])).toMatchObject([{ ruleId, severity: 'high', location: 'index.js:3' }]);
});

test('a surface without notes is clean', () => {
  expect(findingsOf()).toEqual([]);
});
