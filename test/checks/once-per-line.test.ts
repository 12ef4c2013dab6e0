// A rule tells of a line once, however many hits it has there.
import { expect, test } from 'vitest';
import { defineRule, type Hit } from '../../src/rule.ts';
import type { Evidence } from '../../src/types.ts';

const EVIDENCE = {
  now: '2026-01-01T00:00:00Z',
  facts: { source: { known: true, value: {} } },
} as unknown as Evidence;

function findingsOf(hits: Hit[]) {
  const rule = defineRule({
    id: 'some-rule',
    check: 'permission-review',
    severity: 'moderate',
    title: 'T',
    why: 'W',
    fix: 'F',
    caps: 'do-not-use',
    needs: ['source'],
    find: () => hits,
  });
  return rule.apply(EVIDENCE).findings;
}

test('of hits that say the same of a line the gravest and surest is told', () => {
  const hit: Hit = { message: 'A shell runs it.', location: 'index.js:3', confidence: 'medium' };
  const found = findingsOf([
    hit,
    { ...hit, severity: 'critical', excerpt: 'sure', confidence: 'high' },
    { ...hit, severity: 'critical' },
  ]);
  expect(found).toMatchObject([{ severity: 'critical', excerpt: 'sure', caps: 'do-not-use' }]);
});

test('other lines, packages and messages are told apart, and so are places without a line', () => {
  const hit: Hit = { message: 'A shell runs it.', location: 'index.js:3' };
  const place: Hit = { message: 'The text gives orders.', location: 'tool-description' };
  const other: Hit = { ...hit, message: 'It runs as root.' };
  const all = [hit, { ...hit, location: 'index.js:4' }, { ...hit, package: 'a@1.0.0' }, other];
  expect(findingsOf(all)).toHaveLength(4);
  expect(findingsOf([place, { ...place }])).toHaveLength(2);
});
