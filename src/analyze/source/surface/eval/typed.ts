// What is left of an argument's danger once a schema has let it pass.
import type { Machine } from './machine.ts';
import { withoutClasses } from './strings.ts';
import { UNKNOWN, array, marked, union, type SchemaValue, type Value } from './values.ts';

const SAFE_FORMATS = new Set(['uuid', 'date-time', 'date', 'cuid', 'ip', 'email']);
const TIGHT = /^\^[\s\S]*\$$/;
const WIDE = /(?<!\\)\.[*+]|\[\\s\\S\]|\[\^[^\]]{1,3}\][*+]/;

/** An argument as a handler gets it after `schema.parse`, or from an SDK that validates. */
export function applySchema(it: Machine, schema: SchemaValue, value: Value, depth = 0): Value {
  if (depth > 6) return value;
  const { json, shape } = schema;
  const options = [...(shape ?? [])].filter(([key]) => key.startsWith('@@option'));
  if (options.length > 0) {
    return union(options.map(([, option]) => applied(it, option, value, depth)));
  }
  if (json['type'] === 'object' && shape) {
    const props = new Map<string, Value>();
    for (const [key, member] of shape) {
      props.set(key, applied(it, member, it.get(value, key), depth));
    }
    return json['additionalProperties'] === true
      ? { kind: 'object', props, isOpen: true, rest: value }
      : { kind: 'object', props, isOpen: false };
  }
  const item = shape?.get('@@item');
  if (json['type'] === 'array' && item) {
    const element = value.kind === 'array' ? union(value.items) : value;
    return array([applied(it, item, element, depth)], true);
  }
  if (isTame(json)) return UNKNOWN;
  return json['type'] === 'string' ? marked(value, 'text') : value;
}

function applied(it: Machine, member: Value, value: Value, depth: number): Value {
  return member.kind === 'schema' ? applySchema(it, member, value, depth + 1) : value;
}

function isTame(json: SchemaValue['json']): boolean {
  const { type, pattern, format } = json;
  if (type === 'number' || type === 'integer' || type === 'boolean' || type === 'null') return true;
  if ('enum' in json || 'const' in json) return true;
  if (typeof pattern === 'string' && TIGHT.test(pattern) && !WIDE.test(withoutClasses(pattern)))
    return true;
  return typeof format === 'string' && SAFE_FORMATS.has(format);
}
