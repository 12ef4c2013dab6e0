// The calls that are made of one tool: valid ones first, then everything that a model or an attacker might send.
import type { Json } from '../../types.ts';
import { fillPlaces, fuzzData, type EdgeString, type Places } from './data.ts';
import { generate } from './generate.ts';
import { randomLabel, type Random } from './random.ts';
import { asSchema, flatten, requiredOf } from './resolve.ts';

export interface FuzzCase {
  /** `valid`, `missing`, `wrong-type`, `number`, `list`, `shape` or the kind of an edge string. */
  kind: string;
  /** undefined: the call has no arguments at all. */
  args: unknown;
  /** The edge string sent, if it is one. */
  payload?: string;
  /** Out-of-band host: contacted when a URL of ours is followed. */
  host?: string;
}
export interface InputOptions {
  places: Places;
  random: Random;
  /** Word by which an instruction of ours is known again. */
  marker: string;
}
type Path = (string | number)[];
interface Leaf {
  path: Path;
  value: Json;
}
const MAX_LEAVES = 40;
const FULLY_TRIED_LEAVES = 4;
const MAX_DEPTH = 6;

/** Calls that satisfy the schema. */
export function validCases(schema: Json, options: InputOptions): FuzzCase[] {
  const variants = [
    { isMinimal: true, variant: 0 },
    { isMinimal: false, variant: 0 },
    { isMinimal: false, variant: 1 },
    { isMinimal: true, variant: 2 },
  ];
  const seen = new Set<string>();
  return variants
    .map((one) => generate(schema, { ...one, places: options.places }))
    .filter((args) => {
      const text = JSON.stringify(args);
      return !seen.has(text) && seen.add(text);
    })
    .map((args) => ({ kind: 'valid', args }));
}

/** Calls at and beyond the edges of the schema, made one by one as they are wanted. */
export function* edgeCases(schema: Json, options: InputOptions): Generator<FuzzCase> {
  const full = generate(schema, { isMinimal: false, variant: 0, places: options.places });
  const leaves = leavesOf(full);
  // The telling ones first: a server that dies of many a call is not started again for ever.
  const texts = leaves.filter(({ value }) => typeof value === 'string');
  for (const [index, leaf] of texts.entries()) yield* strings(full, leaf, index, options);
  yield* shapes(full);
  yield* missing(schema, full);
  for (const leaf of leaves) yield* wrongTypes(full, leaf);
  for (const leaf of leaves) {
    if (typeof leaf.value !== 'number') continue;
    for (const number of fuzzData().numbers) {
      yield { kind: 'number', args: replaceAt(full, leaf.path, number) };
    }
  }
}

function* shapes(full: Json): Generator<FuzzCase> {
  yield { kind: 'shape', args: {} };
  yield { kind: 'shape', args: undefined };
  yield { kind: 'shape', args: [] };
  yield { kind: 'shape', args: 'text' };
  yield { kind: 'shape', args: { ...asSchema(full), unknownArgument: 'x' } };
  // Written as text: a literal __proto__ would set the prototype instead of making a property.
  const polluted: unknown = JSON.parse(
    '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}',
  );
  const args = Object.create(null) as Record<string, unknown>;
  for (const source of [full, polluted]) {
    if (typeof source !== 'object' || source === null) continue;
    for (const [key, value] of Object.entries(source)) {
      Object.defineProperty(args, key, { value, enumerable: true, configurable: true });
    }
  }
  yield { kind: 'prototype', args };
}

function* missing(schema: Json, full: Json): Generator<FuzzCase> {
  const root = asSchema(schema);
  for (const name of requiredOf(flatten(root, root)).slice(0, 10)) {
    const args = Object.entries(asSchema(full)).filter(([key]) => key !== name);
    yield { kind: 'missing', args: Object.fromEntries(args) };
  }
}

function* strings(
  full: Json,
  leaf: Leaf,
  index: number,
  options: InputOptions,
): Generator<FuzzCase> {
  const { strings: edges } = fuzzData();
  for (const edge of edges) {
    // Tools with many parameters get a fourth of the strings on their later ones.
    if (index >= FULLY_TRIED_LEAVES && options.random() > 0.25) continue;
    const host = `${randomLabel(options.random, 9)}.${fuzzData().zone}`;
    const payload = payloadOf(edge, host, options);
    yield { kind: edge.kind, args: replaceAt(full, leaf.path, payload), payload, host };
  }
}

/** The text of an edge string. Shell and code payloads name a host that only their evaluation makes. */
export function payloadOf(edge: EdgeString, host: string, options: InputOptions): string {
  const text = fillPlaces(edge.text, options.places)
    .replaceAll('{oob}', host)
    .replaceAll('{shell}', `v$((6*7)).${host}`)
    .replaceAll('{code}', `'v'+(6*7)+'.${host}'`)
    .replaceAll('{python}', `'v%d.${host}'%(6*7)`)
    .replaceAll('{marker}', options.marker);
  return edge.repeat === undefined ? text : text.repeat(edge.repeat);
}

/** What the host of a payload becomes when a shell or an interpreter has evaluated it. */
export function evaluatedHost(host: string): string {
  return `v42.${host}`;
}

function* wrongTypes(full: Json, { path, value }: Leaf): Generator<FuzzCase> {
  const others: Json[] = [null, 7, true, 'text', [], {}, [[[]]]];
  for (const other of others) {
    if (typeof other === typeof value && other !== null && typeof value !== 'object') continue;
    yield { kind: 'wrong-type', args: replaceAt(full, path, other) };
  }
  if (Array.isArray(value)) {
    yield {
      kind: 'list',
      args: replaceAt(
        full,
        path,
        Array.from({ length: 1000 }, () => value[0] ?? 'a'),
      ),
    };
  }
}

/** Places of single values and empty lists inside a value, in order. */
function leavesOf(value: Json): Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (at: Json, path: Path): void => {
    if (leaves.length >= MAX_LEAVES || path.length > MAX_DEPTH) return;
    if (typeof at !== 'object' || at === null) {
      if (path.length > 0) leaves.push({ path, value: at });
      return;
    }
    if (Array.isArray(at)) leaves.push({ path, value: at });
    for (const [key, inner] of Object.entries(at)) {
      visit(inner, [...path, Array.isArray(at) ? Number(key) : key]);
    }
  };
  visit(value, []);
  return leaves;
}

/** A copy with the value at the path replaced. */
function replaceAt(value: Json, path: Path, replacement: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === key ? replaceAt(item, rest, replacement) : item));
  }
  const entries = Object.entries(asSchema(value)).map(([name, item]): [string, Json] => [
    name,
    name === key ? replaceAt(item, rest, replacement) : item,
  ]);
  return Object.fromEntries(entries);
}
