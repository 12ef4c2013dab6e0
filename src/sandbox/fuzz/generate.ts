// Makes values that satisfy a JSON Schema: smallest, full, and with other choices taken.
import type { Json } from '../../types.ts';
import { fillPlaces, fuzzData, hintedValues, type Places } from './data.ts';
import { stringForPattern } from './pattern.ts';
import {
  alternatives,
  asSchema,
  flatten,
  isSchema,
  numberAt,
  own,
  propertiesOf,
  requiredOf,
  typeOf,
  type Schema,
} from './resolve.ts';

export interface GenerateOptions {
  places: Places;
  /** Leave out what is not required. */
  isMinimal: boolean;
  /** Which of several possible values is taken: 0, 1, 2 ... */
  variant: number;
}
interface Walk extends GenerateOptions {
  root: Schema;
  nodesLeft: number;
  /** Whatever a schema is made of, reading it ends. */
  endsAt: number;
}
const MAX_NODES = 3_000;
const MAX_MS = 250;
const MAX_DEPTH = 12;
const MAX_STRING = 10_000;
const MAX_ITEMS = 100;

/** A value that satisfies the schema as far as it can be known without running its patterns. */
export function generate(schema: Json, options: GenerateOptions): Json {
  const root = asSchema(schema);
  return valueFor(root, '', 0, {
    ...options,
    root,
    nodesLeft: MAX_NODES,
    endsAt: performance.now() + MAX_MS,
  });
}

function valueFor(schema: Schema, name: string, depth: number, walk: Walk): Json {
  walk.nodesLeft -= 1;
  const isSpent = walk.nodesLeft < 0 || performance.now() > walk.endsAt;
  if (depth > MAX_DEPTH || isSpent) return null;
  const flat = flatten(schema, walk.root);
  const given = givenValue(flat, walk);
  if (given !== undefined) return given;
  const options = alternatives(flat, walk.root);
  if (options[0] !== flat) {
    const filled = options.filter((option) => typeOf(option) !== 'null');
    const chosen = filled[walk.variant % filled.length] ?? options[0] ?? {};
    return valueFor(chosen, name, depth + 1, walk);
  }
  const type = typeOf(flat);
  if (type === 'object') return objectFor(flat, depth, walk);
  if (type === 'array') return arrayFor(flat, name, depth, walk);
  if (type === 'boolean') return walk.variant % 2 === 1;
  if (type === 'null') return null;
  if (type === 'number' || type === 'integer') return numberFor(flat, type === 'integer', walk);
  return stringFor(flat, name, walk);
}

/** const, enum, examples and default decide where they stand (numbers excepted: a default may mean "ten seconds"). */
function givenValue(schema: Schema, walk: Walk): Json | undefined {
  if (own(schema, 'const') !== undefined) return own(schema, 'const');
  const choices = own(schema, 'enum');
  if (Array.isArray(choices) && choices.length > 0) return choices[walk.variant % choices.length];
  const examples = own(schema, 'examples');
  if (Array.isArray(examples) && examples.length > 0)
    return examples[walk.variant % examples.length];
  const fallback = own(schema, 'default');
  const isPlain = fallback !== undefined && fallback !== null && typeof fallback !== 'number';
  return isPlain && walk.variant === 0 ? fallback : undefined;
}

function objectFor(schema: Schema, depth: number, walk: Walk): Json {
  const required = new Set(requiredOf(schema));
  // entries, so that a property named __proto__ stays a property
  const entries: [string, Json][] = [];
  const properties = propertiesOf(schema);
  for (const [key, value] of properties) {
    const isWanted = required.has(key) || (!walk.isMinimal && depth < 6);
    if (isWanted) entries.push([key, valueFor(value, key, depth + 1, walk)]);
  }
  const known = new Set(properties.map(([key]) => key));
  const extra = own(schema, 'additionalProperties');
  for (const key of required) {
    if (!known.has(key)) entries.push([key, valueFor(asSchema(extra), key, depth + 1, walk)]);
  }
  if (entries.length === 0 && isSchema(extra) && !walk.isMinimal) {
    entries.push(['key', valueFor(extra, 'key', depth + 1, walk)]);
  }
  return Object.fromEntries(entries);
}

function arrayFor(schema: Schema, name: string, depth: number, walk: Walk): Json {
  const prefix = own(schema, 'prefixItems');
  if (Array.isArray(prefix)) {
    return prefix.slice(0, 20).map((item) => valueFor(asSchema(item), name, depth + 1, walk));
  }
  const least = Math.min(numberAt(schema, 'minItems') ?? 0, MAX_ITEMS);
  const most = numberAt(schema, 'maxItems') ?? MAX_ITEMS;
  const count = Math.max(least, walk.isMinimal || most < 1 ? 0 : 1);
  const items: Json[] = [];
  for (let i = 0; i < count; i += 1) {
    const choice = { ...walk, variant: walk.variant + i };
    items.push(valueFor(asSchema(own(schema, 'items')), singular(name), depth + 1, choice));
    walk.nodesLeft = choice.nodesLeft;
  }
  return items;
}

const singular = (name: string): string => name.replace(/s$/, '');

function numberFor(schema: Schema, isInteger: boolean, walk: Walk): Json {
  const step = numberAt(schema, 'multipleOf') ?? (isInteger ? 1 : 0.5);
  const above = numberAt(schema, 'exclusiveMinimum');
  const below = numberAt(schema, 'exclusiveMaximum');
  const least = Math.max(
    numberAt(schema, 'minimum') ?? -Infinity,
    above === undefined ? -Infinity : above + step,
  );
  const most = Math.min(
    numberAt(schema, 'maximum') ?? Infinity,
    below === undefined ? Infinity : below - step,
  );
  const wanted = Math.min(Math.max(1 + walk.variant, least), most);
  const size = Math.abs(numberAt(schema, 'multipleOf') ?? (isInteger ? 1 : 0));
  const rounded = size > 0 ? Math.ceil(wanted / size) * size : wanted;
  const fits = rounded > most && size > 0 ? Math.floor(most / size) * size : rounded;
  return Number.isFinite(fits) ? fits : 1;
}

function stringFor(schema: Schema, name: string, walk: Walk): Json {
  const data = fuzzData();
  const format = own(schema, 'format');
  const least = Math.min(numberAt(schema, 'minLength') ?? 0, MAX_STRING);
  const most = numberAt(schema, 'maxLength') ?? MAX_STRING;
  const pattern = own(schema, 'pattern');
  if (typeof format === 'string' && Object.hasOwn(data.formats, format)) {
    return fillPlaces(data.formats[format] ?? '', walk.places);
  }
  if (typeof pattern === 'string') {
    const built = stringForPattern(pattern);
    if (built !== null) return fitLength(built, least, most);
  }
  const hinted = hintedValues(name, walk.places);
  const values = hinted.length > 0 ? hinted : data.fallbacks;
  return fitLength(values[walk.variant % values.length] ?? 'hello', least, most);
}

function fitLength(text: string, least: number, most: number): string {
  const cut = text.length > most ? text.slice(0, Math.max(0, most)) : text;
  return cut.length < least ? cut + 'a'.repeat(least - cut.length) : cut;
}
