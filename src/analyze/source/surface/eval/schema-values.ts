// JSON Schemas as values: how they are made, and what they say beside their type.
import type { Json } from '../../../../types.ts';
import { jsonOf } from './json.ts';
import { optionsOf, textOf, type SchemaValue, type Value } from './values.ts';

export type JsonObject = { [key: string]: Json };

export function schema(json: JsonObject, more: Partial<SchemaValue> = {}): SchemaValue {
  return { kind: 'schema', json, isOptional: false, ...more };
}

export function withJson(value: SchemaValue, json: JsonObject): SchemaValue {
  return { ...value, json: { ...value.json, ...json } };
}

/** TypeBox's options: `Type.String({ description, minLength })`. */
export function optionsJson(value: Value | undefined): JsonObject {
  if (value?.kind !== 'object') return {};
  const description = textOf(value.props.get('description'));
  const fallback = value.props.get('default');
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback?.kind === 'literal' ? { default: jsonOf(fallback) } : {}),
  };
}

export function objectSchema(value: Value): SchemaValue {
  const shape = new Map<string, Value>();
  const properties: JsonObject = Object.create(null) as JsonObject;
  const required: string[] = [];
  const from = optionsOf(value).find((option) => option.kind === 'object');
  for (const [key, raw] of from?.props ?? []) {
    const member = raw.kind === 'lazy' ? raw.force() : raw;
    shape.set(key, member);
    properties[key] = jsonOf(member);
    if (!(member.kind === 'schema' && member.isOptional)) required.push(key);
  }
  const json: JsonObject = { type: 'object', properties: { ...properties } };
  if (required.length > 0) json['required'] = required;
  return schema(json, { shape });
}

export function enumJson(value: Value): Json[] {
  if (value.kind === 'array') return value.items.map((item) => jsonOf(item));
  if (value.kind === 'object') return [...value.props.values()].map((item) => jsonOf(item));
  return [];
}

export const described = ({ json: { description } }: SchemaValue): JsonObject =>
  description === undefined ? {} : { description };
