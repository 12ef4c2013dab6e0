// Filters of document databases: an argument that may be an object brings operators of its own.
import { optionsOf, taintsOf, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { property } from '../surface/registrations.ts';
import { arrivals, type Fault, type ToolContext } from './faults.ts';

const CLIENTS =
  /^(?:new )?(?:mongodb|mongoose|monk|mongojs|nedb|nedb-promises|@seald-io\/nedb|@typegoose\/typegoose|papr|mongodb-client-encryption)\b/;
const METHODS =
  /^(?:find|findOne|findOneAndUpdate|findOneAndDelete|findOneAndReplace|findOneAndRemove|updateOne|updateMany|deleteOne|deleteMany|replaceOne|countDocuments|exists|remove|update|count|where|match)$/;
const CHANGES = /^(?:update|delete|remove|replace|findOneAnd)/;
// What lets somebody in, so that a filter that always holds lets in everybody.
const ADMITS =
  /pass|pwd|pin$|pin_?code|token|secret|code|otp|key|session|hash|invite|credential|^auth/i;
const isAdmitting = ([key]: [string, Value]) => ADMITS.test(key);
const HOLDS_FILTERS = new Set(['$or', '$and', '$nor']);
const VALIDATORS = [
  'ajv',
  '@hapi/joi',
  'joi',
  'yup',
  'valibot',
  '@sinclair/typebox',
  'superstruct',
  'express-mongo-sanitize',
  'mongo-sanitize',
];

export function operatorFault(use: Use, tool: ToolContext): Fault | undefined {
  if (!METHODS.test(use.method) || !isDocumentStore(use, tool)) return undefined;
  const [filter] = use.args;
  if (!filter || VALIDATORS.some((name) => Object.hasOwn(tool.ranges, name))) return undefined;
  const fields = fieldsOf(filter, 0);
  // What admits somebody first: one of several fields that are open is told.
  for (const [key, value] of [...fields.filter(isAdmitting), ...fields]) {
    // Put into a template it is a text.
    if (!optionsOf(value).some(({ kind }) => kind === 'unknown')) continue;
    const open = arrivals(use, value, tool, ['stripped', 'encoded', 'json']).find(
      ({ checks, isText, isTyped }) =>
        !isText &&
        !isTyped &&
        !checks.has('allowed') &&
        !checks.has('pattern') &&
        !checks.has('named'),
    );
    if (!open || (key === '' && isAnyFilter(tool, open.taint.origin))) continue;
    const isGrave = isAdmitting([key, value]) || CHANGES.test(use.method);
    return {
      ruleId: 'sql-injection',
      severity: isGrave ? 'high' : tool.isShared || use.channel ? 'moderate' : 'low',
      confidence: 'medium',
      message:
        'A tool argument that may be an object becomes part of a database filter; `{"$ne": null}` in it matches everything',
      taint: open.taint,
    };
  }
  return undefined;
}

const QUERIES =
  /^(?:find\w*|update\w*|delete\w*|replaceOne|count\w*|exists|remove|where|andWhere|match|aggregate|upsert|groupBy|destroy|select|scan|query|search)$/;
const STORES =
  /^(?:new )?(?:mongodb|mongoose|monk|nedb|@seald-io\/nedb|@typegoose|@prisma|knex|sequelize|typeorm|objection|@mikro-orm|@supabase|@elastic|@opensearch|firebase)/;

/** `{ tenant, ...match }`: what is laid over it may name the tenant too. */
export function overlaidFault(use: Use, tool: ToolContext): Fault | undefined {
  if (!QUERIES.test(use.method)) return undefined;
  const isStore = STORES.test(use.name);
  if (!isStore && !use.name.startsWith('.') && !use.name.includes(')')) return undefined;
  if (VALIDATORS.some((name) => Object.hasOwn(tool.ranges, name))) return undefined;
  const filters = use.args.flatMap((arg) => [arg, property(arg, 'where'), property(arg, 'filter')]);
  for (const filter of filters) {
    const rest = filter && overlaid(filter, isStore ? NO_LIMIT : LIMITS);
    const open =
      rest &&
      arrivals(use, rest, tool, ['stripped']).find(
        ({ checks, isTyped }) => !isTyped && checks.size === 0,
      );
    if (!open) continue;
    return {
      ruleId: 'sql-injection',
      severity: 'high',
      confidence: 'medium',
      message:
        'An object of the caller is laid over the field that limits a query, and can take its place',
      taint: open.taint,
    };
  }
  return undefined;
}

// Keys by which a query is limited, and in a store what is none.
const LIMITS =
  /tenant|owner|user|account|\borg|customer|shop|workspace|project|team|company|client|group|site|school|member|role/i;
const NO_LIMIT = /^(?!.*(?:key|token|auth|secret|url|version|limit|size|page|sort|index)).+$/i;

/** What is spread after a field that the server sets by itself. */
function overlaid(filter: Value, limits: RegExp): Value | undefined {
  for (const option of optionsOf(filter)) {
    if (option.kind !== 'object' || !option.rest || option.node?.type !== 'ObjectExpression')
      continue;
    const { rest, node, props } = option;
    const last = node.properties.findLastIndex(({ type }) => type === 'SpreadElement');
    const isLimited = node.properties.slice(0, Math.max(0, last)).some((one) => {
      if (one.type !== 'Property' || one.computed || one.key.type !== 'Identifier') return false;
      if (!limits.test(one.key.name)) return false;
      const value = props.get(one.key.name);
      return value !== undefined && isSetByServer(value);
    });
    if (isLimited && taintsOf(rest).length > 0) return rest;
  }
  return undefined;
}

/** From its settings or of whoever is signed in; a constant is a default, which may well be replaced. */
const isSetByServer = (value: Value): boolean =>
  taintsOf(value).length === 0 &&
  optionsOf(value).some(({ kind }) => kind === 'unknown' || kind === 'external');

/** The schema asks for a filter of any kind: its operators are meant. */
function isAnyFilter({ properties }: ToolContext, origin: string): boolean {
  const schema = properties.get(origin);
  const named = schema?.['properties'];
  return (
    schema?.['type'] === 'object' &&
    (typeof named !== 'object' || named === null || Object.keys(named).length === 0)
  );
}

const isDocumentStore = (use: Use, { ranges }: ToolContext) =>
  CLIENTS.test(use.name) ||
  (use.name.startsWith('.') && ['mongodb', 'mongoose'].some((name) => Object.hasOwn(ranges, name)));

/** Fields of a filter with what they are compared with; those under operators are no objects. */
function fieldsOf(filter: Value, depth: number): [string, Value][] {
  if (depth > 3) return [];
  return optionsOf(filter).flatMap((option) => {
    if (option.kind === 'array') return option.items.flatMap((item) => fieldsOf(item, depth + 1));
    if (option.kind !== 'object') return [];
    const own = [...option.props].flatMap(([key, value]): [string, Value][] => {
      if (HOLDS_FILTERS.has(key)) return fieldsOf(value, depth + 1);
      return key.startsWith('$') || value.kind === 'lazy' ? [] : [[key, value]];
    });
    const { rest } = option;
    return rest && taintsOf(rest).length > 0 ? [...own, ['', rest] as [string, Value]] : own;
  });
}
