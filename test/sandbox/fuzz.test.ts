// Inputs made from schemas: valid ones satisfy them, edges are made in full, nothing can blow them up.
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import {
  edgeCases,
  evaluatedHost,
  validCases,
  type InputOptions,
} from '../../src/sandbox/fuzz/inputs.ts';
import { generate } from '../../src/sandbox/fuzz/generate.ts';
import { stringForPattern } from '../../src/sandbox/fuzz/pattern.ts';
import { seeded } from '../../src/sandbox/fuzz/random.ts';
import type { Json } from '../../src/types.ts';

const places = {
  home: '/home/dev',
  project: '/home/dev/project',
  page: 'http://www.company.example/docs/page',
};
const options = (): InputOptions => ({ places, random: seeded(1), marker: 'NABC' });
const ajv = new Ajv.default({ strict: false });
addFormats.default(ajv);

const SCHEMAS: Record<string, Json> = {
  plain: {
    type: 'object',
    properties: { a: { type: 'string' }, n: { type: 'integer' } },
    required: ['a'],
  },
  bounds: {
    type: 'object',
    properties: {
      low: { type: 'integer', minimum: 5, maximum: 9 },
      open: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
      even: { type: 'integer', multipleOf: 4, minimum: 6 },
      negative: { type: 'number', maximum: -3 },
      name: { type: 'string', minLength: 12, maxLength: 14 },
      few: { type: 'array', minItems: 2, maxItems: 3, items: { type: 'boolean' } },
    },
    required: ['low', 'open', 'even', 'negative', 'name', 'few'],
  },
  choices: {
    type: 'object',
    properties: {
      kind: { enum: ['x', 'y'] },
      fixed: { const: 7 },
      either: { anyOf: [{ type: 'null' }, { type: 'integer', minimum: 3 }] },
      one: {
        oneOf: [
          { type: 'object', properties: { t: { const: 'a' } }, required: ['t'] },
          { type: 'string' },
        ],
      },
      some: { type: ['string', 'null'] },
    },
    required: ['kind', 'fixed', 'either', 'one', 'some'],
  },
  formats: {
    type: 'object',
    properties: Object.fromEntries(
      [
        'date-time',
        'date',
        'time',
        'email',
        'hostname',
        'ipv4',
        'ipv6',
        'uri',
        'uuid',
        'duration',
      ].map((format) => [format, { type: 'string', format }]),
    ),
  },
  references: {
    type: 'object',
    $defs: { point: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'] } },
    properties: {
      from: { $ref: '#/$defs/point' },
      all: { type: 'array', items: { $ref: '#/$defs/point' } },
    },
    required: ['from', 'all'],
  },
  merged: {
    allOf: [
      { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
      { properties: { b: { type: 'integer', minimum: 2 } }, required: ['b'] },
    ],
  },
  patterns: {
    type: 'object',
    properties: {
      day: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
      key: { type: 'string', pattern: '^[A-Z]{2,10}-[0-9]+$' },
      slug: { type: 'string', pattern: '^[a-z0-9]+(?:-[a-z0-9]+)*$' },
      either: { type: 'string', pattern: '^(get|put)/\\w+$' },
    },
    required: ['day', 'key', 'slug', 'either'],
  },
};

describe('valid inputs', () => {
  test.each(Object.entries(SCHEMAS))('satisfy the schema "%s"', (_, schema) => {
    const isValid = ajv.compile(schema as object);
    const cases = validCases(schema, options());
    expect(cases.length).toBeGreaterThan(0);
    for (const { args } of cases) expect(isValid(args), JSON.stringify(args)).toBe(true);
  });

  test('are guessed from names where a schema tells only "string"', () => {
    const schema = {
      type: 'object',
      properties: { filePath: { type: 'string' }, url: { type: 'string' } },
    };
    expect(generate(schema, { places, isMinimal: false, variant: 0 })).toEqual({
      filePath: '/home/dev/project/README.md',
      url: 'http://www.company.example/docs/page',
    });
  });

  test.each<[string, Json]>([
    ['a circle', { $ref: '#' }],
    [
      'a circle in properties',
      { type: 'object', properties: { a: { $ref: '#' } }, required: ['a'] },
    ],
    [
      'a branching circle',
      {
        type: 'object',
        properties: Object.fromEntries('abcdefgh'.split('').map((k) => [k, { $ref: '#' }])),
        required: 'abcdefgh'.split(''),
      },
    ],
    [
      'sizes without bound',
      {
        type: 'object',
        properties: {
          s: { type: 'string', minLength: 1e12 },
          a: { type: 'array', minItems: 1e12, items: {} },
        },
        required: ['s', 'a'],
      },
    ],
    [
      'a hundred thousand members',
      Object.fromEntries([
        ['type', 'object'],
        [
          'properties',
          Object.fromEntries([...'abcdefgh'].map((key) => [key, { $ref: '#', title: 'x' }])),
        ],
        ['required', [...'abcdefgh']],
        ...Array.from({ length: 100_000 }, (_, i): [string, Json] => [`x${i}`, 1]),
      ]),
    ],
    ['a pattern of ages', { type: 'string', pattern: '^(a+)+$' }],
    ['a pattern of memory', { type: 'string', pattern: 'a{100000000}' }],
    ['no schema', null],
    ['nonsense', { type: 'object', properties: 7, required: 'x', anyOf: 'y', allOf: {}, enum: [] }],
    ['a remote reference', { $ref: 'https://schemas.example/a.json' }],
  ])('end in time and size for %s', (_, schema) => {
    const started = performance.now();
    const bytes = JSON.stringify(validCases(schema, options())).length;
    expect(bytes).toBeLessThan(2_000_000);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test('keep a property named __proto__ a property', () => {
    const schema: Json = JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"string"}},"required":["__proto__"]}',
    ) as Json;
    const value = generate(schema, { places, isMinimal: true, variant: 0 });
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });
});

describe('edge inputs', () => {
  const schema: Json = {
    type: 'object',
    properties: { q: { type: 'string' }, n: { type: 'number' } },
    required: ['q'],
  };
  const cases = [...edgeCases(schema, options())];

  test('cover shapes, missing arguments, types, numbers and every kind of string', () => {
    const kinds = new Set(cases.map(({ kind }) => kind));
    for (const kind of [
      'shape',
      'missing',
      'wrong-type',
      'number',
      'long',
      'nul',
      'bidi',
      'zero-width',
      'tag-characters',
      'lone-surrogate',
      'traversal',
      'file-url',
      'metadata',
      'url',
      'sql',
      'shell',
      'code',
      'instruction',
      'prototype',
    ]) {
      expect(kinds, kind).toContain(kind);
    }
  });

  test('are the same for the same seed, and differ in hosts for another', () => {
    const again = [...edgeCases(schema, options())];
    expect(JSON.stringify(again)).toBe(JSON.stringify(cases));
    const other = [...edgeCases(schema, { ...options(), random: seeded(2) })];
    expect(JSON.stringify(other)).not.toBe(JSON.stringify(cases));
  });

  test('give each payload a host of its own, which only a shell can complete', () => {
    const shells = cases.filter(({ kind }) => kind === 'shell');
    expect(new Set(shells.map(({ host }) => host)).size).toBe(shells.length);
    for (const { payload, host } of shells)
      expect(payload).not.toContain(evaluatedHost(host ?? ''));
  });

  test('can be written as JSON', () => {
    for (const { args } of cases) expect(() => JSON.stringify(args)).not.toThrow();
  });
});

test.each([
  ['^ab?c*$', 'ac'],
  ['[^/]+', 'aaa'],
  ['(?=x)y', null],
  ['(a|b){2}', 'aa'],
  ['\\p{L}', null],
  ['((((((((((((((a))))))))))))))', null],
])('reads the pattern %s without running it', (pattern, expected) => {
  const built = stringForPattern(pattern);
  if (expected === null) expect(built).toBeNull();
  else expect(built).toMatch(new RegExp(pattern));
});
