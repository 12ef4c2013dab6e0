// Filters of document databases: an argument that may be an object brings operators of its own.
import { optionsOf, taintsOf, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
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
