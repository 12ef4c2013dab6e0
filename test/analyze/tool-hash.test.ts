// A tool's fingerprint: stable under key order, different under any change of meaning.
import { expect, test } from 'vitest';
import { canonicalJson, toolHash } from '../../src/analyze/tool-hash.ts';

const tool = {
  name: 'read',
  description: 'Reads a file.',
  annotations: { readOnlyHint: true, title: 'Read' },
  inputSchema: { type: 'object', properties: { path: { type: 'string' } } },
};

test('does not depend on the order of keys', () => {
  const turned = {
    inputSchema: { properties: { path: { type: 'string' } }, type: 'object' },
    annotations: { title: 'Read', readOnlyHint: true },
    description: tool.description,
    name: tool.name,
  };
  expect(toolHash(turned)).toBe(toolHash(tool));
});

test.each([
  ['name', { name: 'write' }],
  ['description', { description: 'Reads a file. ' }],
  ['annotations', { annotations: { title: 'Read' } }],
  ['inputSchema', { inputSchema: { type: 'object' } }],
])('changes with %s', (_field, change) => {
  expect(toolHash({ ...tool, ...change })).not.toBe(toolHash(tool));
});

test('survives nesting without end', () => {
  const deep: { next?: unknown } = {};
  deep.next = deep;
  expect(canonicalJson(deep)).toContain('[deep]');
});
