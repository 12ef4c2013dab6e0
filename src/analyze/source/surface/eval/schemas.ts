// zod, TypeBox and valibot calls -> JSON Schema, as far as it can be read without running them.
import type { CallEvent, Machine } from './machine.ts';
import { UNKNOWN, optionsOf, textOf, type SchemaValue, type Value } from './values.ts';
import { jsonOf, isSchemaLike, schemaFrom } from './json.ts';
import { applySchema } from './typed.ts';
import {
  described,
  enumJson,
  objectSchema,
  optionsJson,
  schema,
  withJson,
  type JsonObject,
} from './schema-values.ts';

const LIBRARIES =
  /^(?:zod(?:\/[\w./-]+)?|@?zod[\w/-]*|@sinclair\/typebox|typebox|valibot|yup|joi|arktype|effect|fastmcp|@modelcontextprotocol\/[\w/.-]+|mcp-framework|superstruct)(?:\.|$)/;
const TYPES: Readonly<Record<string, JsonObject>> = {
  string: { type: 'string' },
  number: { type: 'number' },
  int: { type: 'integer' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  bigint: { type: 'integer' },
  date: { type: 'string', format: 'date-time' },
  null: { type: 'null' },
  any: {},
  unknown: {},
  email: { type: 'string', format: 'email' },
  url: { type: 'string', format: 'uri' },
  uuid: { type: 'string', format: 'uuid' },
};
const CHECKED = /JSON_?Schema$|^(?:to|as)JSONSchema$/i;

/** The value of a call that makes or refines a schema; undefined for any other call. */
export function schemaCall(it: Machine, event: CallEvent): Value | undefined {
  const { name, callee, self, args } = event;
  const [first] = args;
  if (self?.kind === 'schema') return chained(it, name, args, self);
  if (CHECKED.test(name) || (callee.kind === 'external' && CHECKED.test(callee.name))) {
    const source = optionsOf(first ?? UNKNOWN).find(isSchemaLike);
    if (source) return schemaFrom(source);
  }
  if (name === 'describe' && textOf(first) !== undefined && !isOurs(callee)) {
    return schema({ description: textOf(first) ?? '' });
  }
  const isLibrary = callee.kind === 'external' && LIBRARIES.test(callee.name);
  const isBundled = self?.kind === 'object' && looksLikeZod(self.props);
  if (!isLibrary && !isBundled) return undefined;
  if (/(?:^|\.)coerce\./.test(callee.kind === 'external' ? callee.name : '')) {
    return schema({ ...(TYPES[name] ?? {}) });
  }
  return built(it, lowerFirst(name), args);
}

const isOurs = (callee: Value) => callee.kind === 'function' && callee.self?.kind === 'object';

/** A namespace of a bundled zod. */
function looksLikeZod(props: ReadonlyMap<string, Value>): boolean {
  return ['string', 'object', 'array', 'union', 'boolean'].every((key) => props.has(key));
}

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

// Members that no schema names come through.
const OPEN: JsonObject = { additionalProperties: true };

function built(it: Machine, name: string, args: readonly Value[]): Value | undefined {
  const [first = UNKNOWN, second] = args;
  const plain = TYPES[name];
  if (plain) return schema({ ...plain, ...optionsJson(first) });
  switch (name) {
    case 'object':
    case 'strictObject':
      return withJson(objectSchema(first), optionsJson(second));
    case 'looseObject':
      return withJson(objectSchema(first), { ...optionsJson(second), ...OPEN });
    case 'array':
    case 'set':
      return schema(
        { type: 'array', items: jsonOf(first), ...optionsJson(second) },
        { shape: new Map([['@@item', first]]) },
      );
    case 'enum':
    case 'picklist':
    case 'nativeEnum':
      return schema({ type: 'string', enum: enumJson(first) });
    case 'literal':
      return schema({ const: jsonOf(first) });
    case 'union':
    case 'discriminatedUnion':
    case 'xor': {
      const list = name === 'discriminatedUnion' ? second : first;
      const items = list?.kind === 'array' ? list.items : [];
      const shape = new Map(items.map((item, index) => [`@@option${index}`, item]));
      return schema({ anyOf: items.map((item) => jsonOf(item)) }, { shape });
    }
    case 'intersection':
    case 'intersect': {
      const both = first.kind === 'array' ? first.items : args;
      return schema({ allOf: both.map((item) => jsonOf(item)) });
    }
    case 'record':
    case 'map':
      return schema({ type: 'object', additionalProperties: jsonOf(args.at(-1) ?? UNKNOWN) });
    case 'tuple':
      return schema({ type: 'array' });
    case 'optional':
    case 'nullish':
      return first.kind === 'schema'
        ? { ...first, isOptional: true }
        : schema({}, { isOptional: true });
    case 'nullable':
    case 'lazy':
    case 'preprocess':
    case 'pipe':
      return wrapped(it, name, args);
    case 'description':
      return schema({ description: textOf(first) ?? '' });
    default:
      return undefined;
  }
}

function wrapped(it: Machine, name: string, args: readonly Value[]): Value {
  if (name === 'lazy') {
    const [make] = args;
    const made =
      make?.kind === 'function' && it.stack.length < 12 ? it.callFunction(make, []) : UNKNOWN;
    return made.kind === 'schema' ? made : schema({});
  }
  const schemas = args.filter((arg): arg is SchemaValue => arg.kind === 'schema');
  if (name === 'pipe') {
    return schemas.reduce(
      (sum, next) => ({ ...sum, json: { ...sum.json, ...next.json } }),
      schemas[0] ?? schema({}),
    );
  }
  return schemas[0] ?? schema({});
}

const FORMATS: Readonly<Record<string, string>> = {
  url: 'uri',
  email: 'email',
  uuid: 'uuid',
  cuid: 'cuid',
  datetime: 'date-time',
  ip: 'ip',
  date: 'date',
};
const LIMITS: Readonly<Record<string, [string, string]>> = {
  min: ['minimum', 'minLength'],
  max: ['maximum', 'maxLength'],
};

function chained(it: Machine, name: string, args: readonly Value[], self: SchemaValue): Value {
  const [first = UNKNOWN] = args;
  const json = (more: JsonObject) => withJson(self, more);
  const format = FORMATS[name];
  if (format !== undefined) return json({ format });
  const limit = LIMITS[name];
  if (limit) {
    const key = limit[self.json['type'] === 'string' ? 1 : 0];
    return first.kind === 'literal' ? json({ [key]: jsonOf(first) }) : self;
  }
  switch (name) {
    case 'passthrough':
    case 'loose':
    case 'catchall':
      return json(OPEN);
    case 'describe':
      return json({ description: textOf(first) ?? '' });
    case 'meta':
    case 'openapi':
      return json(optionsJson(first));
    case 'optional':
    case 'nullish':
    case 'exactOptional':
      return { ...self, isOptional: true };
    case 'default':
    case 'prefault':
      return {
        ...json(first.kind === 'unknown' ? {} : { default: jsonOf(first) }),
        isOptional: true,
      };
    case 'int':
      return json({ type: 'integer' });
    case 'regex':
      return first.kind === 'regex' ? json({ pattern: first.source.slice(0, 500) }) : self;
    case 'array':
      return schema({ type: 'array', items: self.json }, { shape: new Map([['@@item', self]]) });
    case 'or':
      return schema(
        { anyOf: [self.json, jsonOf(first)] },
        {
          shape: new Map([
            ['@@option0', self],
            ['@@option1', first],
          ]),
        },
      );
    case 'refine':
    case 'superRefine':
    case 'transform':
      if (first.kind === 'external' && TO_NUMBER.test(first.name))
        return withJson(schema({ type: 'number' }), described(self));
      return {
        ...self,
        json: { ...self.json, ...(name === 'transform' ? {} : { 'x-refined': true }) },
      };
    case 'pipe':
      // What comes out at its end is all that a handler gets.
      return first.kind === 'schema'
        ? { ...withJson(first, described(self)), isOptional: self.isOptional || first.isOptional }
        : self;
    case 'parse':
    case 'parseAsync':
      return applySchema(it, self, first);
    case 'safeParse':
    case 'safeParseAsync':
      return parsedResult(applySchema(it, self, first));
    default:
      return reshaped(name, args, self);
  }
}

const TO_NUMBER = /^(?:Number|parseInt|parseFloat|Number\.parse(?:Int|Float))$/;

function parsedResult(data: Value): Value {
  const props = new Map<string, Value>([
    ['success', UNKNOWN],
    ['data', data],
    ['error', UNKNOWN],
  ]);
  return { kind: 'object', props, isOpen: true };
}

function reshaped(name: string, args: readonly Value[], self: SchemaValue): Value {
  if (!self.shape) return self;
  const [first = UNKNOWN] = args;
  const keys = first.kind === 'object' ? new Set(first.props.keys()) : undefined;
  const rebuilt = (props: Map<string, Value>) => {
    const made = objectSchema({ kind: 'object', props, isOpen: false });
    const { description } = self.json;
    return description === undefined ? made : withJson(made, { description });
  };
  switch (name) {
    case 'extend':
    case 'safeExtend':
    case 'merge':
    case 'and': {
      const more =
        first.kind === 'schema' ? first.shape : first.kind === 'object' ? first.props : undefined;
      return rebuilt(new Map([...self.shape, ...(more ?? [])]));
    }
    case 'pick':
      return rebuilt(new Map([...self.shape].filter(([key]) => keys?.has(key) ?? true)));
    case 'omit':
      return rebuilt(new Map([...self.shape].filter(([key]) => !keys?.has(key))));
    case 'partial':
    case 'required': {
      const isOptional = name === 'partial';
      return rebuilt(
        new Map(
          [...self.shape].map(([key, member]) => [
            key,
            member.kind === 'schema' && (keys?.has(key) ?? true)
              ? { ...member, isOptional }
              : member,
          ]),
        ),
      );
    }
    default:
      return self;
  }
}
