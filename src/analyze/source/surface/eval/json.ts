// Values -> JSON: plain schemas, and the JSON Schema of built ones.
import type { Json } from '../../../../types.ts';
import { optionsOf, textOf, type SchemaValue, type Value } from './values.ts';

type JsonObject = { [key: string]: Json };

const MAX_DEPTH = 24;
const MAX_TEXT_CHARS = 20_000;
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** The JSON that a value is; what is not known becomes `{}`, parts of texts become `${}`. */
export function jsonOf(value: Value, depth = 0): Json {
  if (depth > MAX_DEPTH) return {};
  switch (value.kind) {
    case 'literal':
      return typeof value.value === 'string'
        ? value.value.slice(0, MAX_TEXT_CHARS)
        : typeof value.value === 'bigint' || value.value === undefined
          ? null
          : value.value;
    case 'text':
      return foldText(value);
    case 'array':
      return value.items.slice(0, 500).map((item) => jsonOf(item, depth + 1));
    case 'object':
      return isZodShape(value.props) && depth > 0
        ? schemaFrom(value).json
        : membersOf(value.props, depth);
    case 'schema':
      return value.json;
    case 'regex':
      return value.source;
    case 'lazy':
      return jsonOf(value.force(), depth + 1);
    case 'union': {
      const best = value.options.find(
        (option) => option.kind === 'schema' || option.kind === 'object',
      );
      return jsonOf(best ?? value.options[0] ?? { kind: 'unknown' }, depth + 1);
    }
    default:
      return {};
  }
}

function membersOf(props: ReadonlyMap<string, Value>, depth: number): JsonObject {
  const result: JsonObject = {};
  for (const [key, member] of props) {
    if (FORBIDDEN.has(key) || key.startsWith('@@')) continue;
    const isGone = member.kind === 'literal' && member.value === undefined;
    if (!isGone && member.kind !== 'function') result[key] = jsonOf(member, depth + 1);
  }
  return result;
}

/** A text with `${}` for what is not known. */
export function foldText(value: Value): string {
  const known = textOf(value);
  if (known !== undefined) return known.slice(0, MAX_TEXT_CHARS);
  if (value.kind === 'literal') return String(value.value);
  if (value.kind === 'text')
    return value.parts
      .map((part) => foldText(part))
      .join('')
      .slice(0, MAX_TEXT_CHARS);
  if (value.kind === 'union') {
    const texts = value.options
      .map((option) => foldText(option))
      .filter((t) => t !== '${}' && t !== '');
    return texts.sort((a, b) => b.length - a.length)[0] ?? '${}';
  }
  return '${}';
}

function isZodShape(props: ReadonlyMap<string, Value>): boolean {
  for (const value of props.values()) if (value.kind === 'schema') return true;
  return false;
}

export function isSchemaLike(value: Value): boolean {
  return value.kind === 'schema' || value.kind === 'object';
}

/** A schema, a raw shape of schemas (`{ path: z.string() }`) or plain JSON Schema -> a schema. */
export function schemaFrom(value: Value): SchemaValue {
  const best = optionsOf(value).find(isSchemaLike);
  if (best?.kind === 'schema') return best;
  if (best?.kind !== 'object') return { kind: 'schema', json: {}, isOptional: false };
  const isJsonSchema =
    textOf(best.props.get('type')) !== undefined ||
    best.props.has('properties') ||
    best.props.has('anyOf');
  if (isJsonSchema && !isZodShape(best.props)) {
    const json = jsonOf(best);
    return {
      kind: 'schema',
      json: typeof json === 'object' && json !== null && !Array.isArray(json) ? json : {},
      isOptional: false,
    };
  }
  return shapeSchema(best.props);
}

function shapeSchema(props: ReadonlyMap<string, Value>): SchemaValue {
  const properties: JsonObject = {};
  const required: string[] = [];
  const shape = new Map<string, Value>();
  for (const [key, raw] of props) {
    if (FORBIDDEN.has(key) || key.startsWith('@@')) continue;
    const member = described(raw.kind === 'lazy' ? raw.force() : raw);
    shape.set(key, member);
    properties[key] = jsonOf(member, 1);
    if (!(member.kind === 'schema' && member.isOptional)) required.push(key);
  }
  const json: JsonObject = { type: 'object', properties };
  if (required.length > 0) json['required'] = required;
  return { kind: 'schema', json, isOptional: false, shape };
}

/** mcp-framework writes `{ type: z.string(), description: '...' }`. */
function described(value: Value): Value {
  if (value.kind !== 'object') return value;
  const type = value.props.get('type');
  const description = textOf(value.props.get('description'));
  if (type?.kind !== 'schema') return value;
  return { ...type, json: { ...type.json, ...(description === undefined ? {} : { description }) } };
}
