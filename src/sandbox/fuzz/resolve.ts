// Reads a server's JSON Schema within bounds: local references, allOf merged, alternatives picked.
import type { Json } from '../../types.ts';

export type Schema = Record<string, Json>;

const MAX_REFERENCES = 20;
const MAX_PROPERTIES = 200;
// Copies hold these only: a schema with a hundred thousand members must not be copied at every step.
const KEYWORDS = [
  ...['$ref', 'type', 'properties', 'required', 'items', 'prefixItems', 'enum', 'const', 'default'],
  ...['examples', 'format', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum'],
  ...['exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minItems', 'maxItems'],
  ...['anyOf', 'oneOf', 'allOf', 'additionalProperties'],
];

export function asSchema(value: Json | undefined): Schema {
  return isSchema(value) ? value : {};
}
export function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member itself, never one of the prototype's. */
export function own(schema: Schema, key: string): Json | undefined {
  return Object.hasOwn(schema, key) ? schema[key] : undefined;
}

/** The schema with references followed and allOf merged in. Remote references give {}. */
export function flatten(schema: Schema, root: Schema, depth = 0): Schema {
  let current = schema;
  for (let i = 0; i < MAX_REFERENCES && typeof own(current, '$ref') === 'string'; i += 1) {
    const { $ref, ...rest } = keywordsOf(current);
    current = { ...keywordsOf(asSchema(pointed(root, String($ref)))), ...rest };
  }
  const parts = own(current, 'allOf');
  if (!Array.isArray(parts) || depth > 8) return current;
  let merged: Schema = keywordsOf(current);
  delete merged.allOf;
  for (const part of parts.slice(0, 20)) {
    merged = merge(merged, flatten(asSchema(part), root, depth + 1));
  }
  return merged;
}

/** Alternatives of anyOf/oneOf, each merged into the rest; the schema alone if there are none. */
export function alternatives(schema: Schema, root: Schema): Schema[] {
  for (const key of ['oneOf', 'anyOf']) {
    const options = own(schema, key);
    if (!Array.isArray(options) || options.length === 0) continue;
    const rest = keywordsOf(schema);
    delete rest[key];
    return options.slice(0, 20).map((option) => merge(rest, flatten(asSchema(option), root)));
  }
  return [schema];
}

function merge(a: Schema, b: Schema): Schema {
  const merged: Schema = { ...keywordsOf(a), ...keywordsOf(b) };
  const [first, second] = [own(a, 'properties'), own(b, 'properties')];
  if (isSchema(first) && isSchema(second)) merged.properties = { ...first, ...second };
  const required = [own(a, 'required'), own(b, 'required')].filter(Array.isArray).flat();
  if (required.length > 0) merged.required = [...new Set(required)];
  for (const [key, pick] of [
    ['minimum', Math.max],
    ['maximum', Math.min],
    ['minLength', Math.max],
    ['maxLength', Math.min],
  ] as const) {
    const [x, y] = [own(a, key), own(b, key)];
    if (typeof x === 'number' && typeof y === 'number') merged[key] = pick(x, y);
  }
  return merged;
}

function keywordsOf(schema: Schema): Schema {
  const copy: Schema = {};
  for (const key of KEYWORDS) {
    const value = own(schema, key);
    if (value !== undefined) copy[key] = value;
  }
  return copy;
}

function pointed(root: Schema, reference: string): Json | undefined {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return undefined;
  let at: Json | undefined = root;
  for (const step of reference.slice(2).split('/').slice(0, 20)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(at)) at = at[Number(key)];
    else at = isSchema(at) ? own(at, key) : undefined;
  }
  return at;
}

/** The type a schema asks for, inferred from its other words where it names none. */
export function typeOf(schema: Schema): string {
  const type = own(schema, 'type');
  const named = Array.isArray(type) ? (type.find((one) => one !== 'null') ?? 'null') : type;
  if (typeof named === 'string') return named;
  if (own(schema, 'properties') !== undefined || own(schema, 'required') !== undefined)
    return 'object';
  if (own(schema, 'items') !== undefined || own(schema, 'prefixItems') !== undefined)
    return 'array';
  if (own(schema, 'minimum') !== undefined || own(schema, 'maximum') !== undefined) return 'number';
  return 'string';
}

/** Property names and schemas of an object schema, at most 200. */
export function propertiesOf(schema: Schema): [string, Schema][] {
  const properties = asSchema(own(schema, 'properties'));
  const found: [string, Schema][] = [];
  for (const name in properties) {
    if (found.length >= MAX_PROPERTIES) break;
    found.push([name, asSchema(own(properties, name))]);
  }
  return found;
}
export function requiredOf(schema: Schema): string[] {
  const required = own(schema, 'required');
  const names = Array.isArray(required) ? required.slice(0, MAX_PROPERTIES) : [];
  return names.filter((name) => typeof name === 'string');
}
export function numberAt(schema: Schema, key: string): number | undefined {
  const value = own(schema, key);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
