// What is known of nodes, by their numbers.
import { expect, test } from 'vitest';
import { NodeMap } from '../../../src/analyze/source/node-map.ts';
import { numberTree } from '../../../src/analyze/source/nodes.ts';
import { parseSource } from '../../../src/analyze/source/parse.ts';
import type { Program } from '../../../src/analyze/source/parse.ts';

function parse(text: string): Program {
  const parsed = parseSource(text, 'a.js');
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.program;
}

test.each([
  ['with numbers', true],
  ['without numbers', false],
])('nodes %s keep what is theirs', (_what, isNumbered) => {
  const program = parse('f(1); f(2);');
  if (isNumbered) numberTree(program);
  const [first, second] = program.body;
  if (!first || !second) throw new Error('two statements');
  const map = new NodeMap<string>(program);
  map.set(first, 'first');
  expect([map.get(first), map.get(second)]).toEqual(['first', undefined]);
  map.set(second, 'second');
  map.delete(first);
  expect([map.get(first), map.get(second)]).toEqual([undefined, 'second']);
  map.clear();
  expect(map.get(second)).toBeUndefined();
});

test('numbers stay as they are when a tree is numbered again', () => {
  const program = parse('f(1); f(2);');
  numberTree(program);
  const [first] = program.body;
  if (!first) throw new Error('a statement');
  const map = new NodeMap<string>(program);
  map.set(first, 'first');
  program.body.unshift(...parse('g();').body);
  numberTree(program);
  expect(map.get(first)).toBe('first');
});
