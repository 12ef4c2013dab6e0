// The name check: which signal finds what, and what it must leave alone.
import { describe, expect, test } from 'vitest';
import { createNameChecker } from '../../../src/analyze/names/index.ts';

const known = [
  'lodash',
  'express',
  'request',
  'color-string',
  'is-stream',
  'cross-env',
  '@azure/zeppelin-paging',
  '@openbread/oven',
  '@acme/acme-mcp-server',
  '@modelcontextprotocol/server-filesystem',
];
const checker = createNameChecker({ known });
const first = (name: string) => checker.check(name).matches[0];

describe('name check', () => {
  test('says known of a name on the list', () => {
    expect(checker.check('lodash')).toEqual({ name: 'lodash', verdict: 'known', matches: [] });
  });

  test.each([
    ['lodahs', 'lodash', 'edit'],
    ['l0dash', 'lodash', 'homoglyph'],
    ['colour-string', 'color-string', 'spelling'],
    ['@0penbread/oven', '@openbread/oven', 'homoglyph'],
    ['@opnebread/oven', '@openbread/oven', 'scope-imitated'],
    ['acme-mcp', '@acme/acme-mcp-server', 'brand'],
    ['mcp-server-acme', '@acme/acme-mcp-server', 'brand'],
    ['zeppelin-paging', '@azure/zeppelin-paging', 'scope-dropped'],
    [
      '@modelcontextprotoco1/server-filesystem',
      '@modelcontextprotocol/server-filesystem',
      'homoglyph',
    ],
    ['lodash-latest', 'lodash', 'affix'],
  ])('finds %s to look like %s by %s', (name, target, kind) => {
    expect(first(name)).toMatchObject({ target, kind });
    expect(['medium', 'high']).toContain(first(name)?.confidence);
  });

  test.each([
    ['env-cross', 'cross-env', 'word-order'],
    ['lodash-js', 'lodash', 'affix'],
    ['lodash4', 'lodash', 'version-suffix'],
    ['crossenv', 'cross-env', 'delimiter'],
    ['@somebody/lodash', 'lodash', 'scope-added'],
    ['@somebody/acme-mcp', '@acme/acme-mcp-server', 'brand'],
    ['my-mcp-server-for-figma', 'figma', 'brand'],
  ])('knows that %s is near %s by %s, but does not flag it', (name, target, kind) => {
    expect(checker.check(name).matches).toContainEqual({ target, kind, confidence: 'low' });
  });

  test.each(['express-rate-limit', 'zod', '@azure/zeppelin-pagers', 'is-streamable-http'])(
    'does not flag %s',
    (name) => {
      const matches = checker.check(name).matches.filter(({ confidence }) => confidence !== 'low');
      expect(matches).toEqual([]);
    },
  );

  test.each([
    '',
    '@',
    '@/',
    '@a/',
    '__proto__',
    'constructor',
    'toString',
    '-',
    '\u0000',
    '🙂'.repeat(200),
  ])('is unmoved by %j', (name) => {
    expect(checker.check(name).verdict).toBe('clear');
  });

  test('gives a name with capitals back as it is, and knows capitals from small letters', () => {
    const old = createNameChecker({ known: ['JSONStream'] });
    expect(old.check('JSONStream').verdict).toBe('known');
    expect(old.check('jsonstream').matches[0]?.target).toBe('JSONStream');
  });

  test('is not slow on absurd names', () => {
    const names = ['a'.repeat(214), 'a-'.repeat(107), '1'.repeat(214), 'rn'.repeat(100)];
    const started = performance.now();
    for (let i = 0; i < 20; i += 1) for (const name of names) checker.check(name);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
