// Every fixture comes as a pair: the flow from argument to sink, and its twin in which something stands between.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { extractSurface } from '../../../src/analyze/source/surface/index.ts';
import { findWeaknesses } from '../../../src/analyze/source/weaknesses/index.ts';
import { serverOf } from './helpers.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../../../fixtures/weaknesses');
const EXPECTED: Record<string, string> = {
  'shell-': 'high shell-injection',
  'path-checker-function': 'moderate weak-path-containment',
  'path-': 'moderate path-traversal',
  'url-': 'moderate request-forgery',
  'sql-': 'moderate sql-injection',
  'code-': 'high code-injection',
  template: 'high template-injection',
  deserialize: 'high unsafe-deserialization',
  merge: 'moderate prototype-pollution',
};
const weaknessesOf = (text: string) => {
  const server = serverOf({ 'index.js': text });
  return findWeaknesses(server, extractSurface(server));
};
const read = (name: string, file: string) => readFileSync(path.join(FIXTURES, name, file), 'utf8');

describe.each(readdirSync(FIXTURES))('%s', (name) => {
  test('is reported where the argument reaches the sink', () => {
    const expected = Object.entries(EXPECTED).find(([start]) => name.startsWith(start))?.[1];
    const hits = weaknessesOf(read(name, 'bad.js'));
    expect(hits.map((hit) => `${hit.severity} ${hit.ruleId}`)).toContain(expected);
    expect(hits[0]?.flow.length).toBeGreaterThan(1);
  });

  test('is not reported in the benign twin', () => {
    const hits = weaknessesOf(read(name, 'benign.js'));
    expect(hits.filter((hit) => hit.severity !== 'low' && hit.severity !== 'info')).toEqual([]);
  });
});
