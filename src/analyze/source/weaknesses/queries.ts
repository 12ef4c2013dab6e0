// Arguments that become text of a query, or a whole query that nothing limits.
import { UNKNOWN, optionsOf, textOf, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { isOpen, written } from './languages.ts';
import {
  isWholeArgument,
  arrivals,
  describes,
  partsOf,
  states,
  type Fault,
  type ToolContext,
} from './faults.ts';

const SQL =
  /\b(?:select\b[\s\S]{0,2000}\bfrom|insert\s+(?:or\s+\w+\s+)?into|update\b[\s\S]{0,200}\bset|delete\s+from|drop\s+(?:table|database|index|view|schema)|create\s+(?:table|index|view|database)|alter\s+table|truncate\s+table|replace\s+into|with\s+\w+\s+as|explain\s|describe\s|show\s+(?:tables|columns|create|index)|pragma\s|call\s+\w+|grant\s|where\s)/i;
const QUERY_METHOD =
  /^(?:query|execute|exec|raw|run|all|get|each|prepare|unsafe|any|one|many|none|oneOrNone|manyOrNone|\$?queryRawUnsafe|\$?executeRawUnsafe|\$queryRawUnsafe|\$executeRawUnsafe|command|sql|request|runAndReadAll|queryObject|(?:ExecuteStatement|BatchExecuteStatement|StartQueryExecution|Query|StartQuery)Command)$/;

// Parts of a query, which need not look like one: `db('t').whereRaw('a = 1')`.
const FRAGMENT_METHOD =
  /^(?:(?:where|orWhere|andWhere|having|orHaving|orderBy|groupBy|join|from|select|column|increment)Raw|literal)$/;
// Builders whose plain methods take a text as well: `qb.where("a = '" + name + "'")`.
const BUILDER_METHOD =
  /^(?:where|andWhere|orWhere|having|andHaving|orHaving|orderBy|addOrderBy|groupBy|addSelect|innerJoin|leftJoin|set)$/;
const CONDITION =
  /[\w`"\].)]\s*(?:=|<>|!=|<|>|\blike\b|\bilike\b|\bin\s*\(|\bis\b|\bbetween\b)\s*(?:\(?\s*['"%]*)$/i;
const BUILDERS =
  /^(?:new )?(?:typeorm|objection|kysely|drizzle-orm|squel|sequelize|@mikro-orm|knex|squid|slonik|@prisma)\b/;

export function queryFault(use: Use, tool: ToolContext): Fault | undefined {
  if (isPattern(use)) return undefined;
  const isFragment = FRAGMENT_METHOD.test(use.method) || isBuilderText(use) || isRawPart(use);
  if (!isFragment && !QUERY_METHOD.test(use.method)) return undefined;
  const [first] = use.args;
  if (!first) return undefined;
  const whole = isFragment ? wholeFragment(use, first, tool) : undefined;
  if (whole) return whole;
  for (const option of statements(first)) {
    if (option.kind !== 'text' || isHeldPlan(first, option, tool)) continue;
    if (!isFragment && !SQL.test(written(option))) continue;
    const open = arrivals(use, option, tool, ['stripped', 'encoded']).find(
      ({ checks, isTyped }) => !isTyped && !checks.has('allowed') && !checks.has('pattern'),
    );
    if (!open) continue;
    const isDoubtful = open.checks.has('named') || open.taint.marks.has('half-quoted');
    return {
      ruleId: 'sql-injection',
      severity: isDoubtful ? 'low' : 'high',
      confidence: isDoubtful ? 'low' : 'high',
      message:
        'A tool argument is put into the text of a query instead of being passed as a parameter',
      taint: open.taint,
    };
  }
  return undefined;
}

// What the argument is said to be, where a part of a query is what is asked for.
const IS_FRAGMENT = /\bsql\b|clause|condition|expression|\bwhere\b|\bfilter\b/i;

/** `orderByRaw(sort)`, `sequelize.literal(sort)`: all of the fragment is the caller's. */
function wholeFragment(use: Use, first: Value, tool: ToolContext): Fault | undefined {
  if (!ALL_RAW.test(use.method) || !isWholeArgument(first)) return undefined;
  const open = arrivals(use, first, tool, ['stripped', 'encoded']).find(
    (arrival) => isOpen(arrival) && !arrival.taint.marks.has('half-quoted'),
  );
  if (!open) return undefined;
  const isMeant = describes(tool, open.taint.origin, IS_FRAGMENT);
  return {
    ruleId: 'sql-injection',
    severity: isMeant ? 'moderate' : 'high',
    confidence: 'medium',
    message: 'A tool argument is a part of the text of a query, which nothing limits',
    taint: open.taint,
  };
}

const ALL_RAW = /Raw$|^(?:literal|raw|unsafe|lit)$/;

/** `EXPLAIN ${statement}`: the plan of a whole statement, where the session or the protocol lets no more than that happen. */
function isHeldPlan(first: Value, { parts: [start] }: Value & { kind: 'text' }, tool: ToolContext) {
  if (
    !/^\s*explain\b(?!.*\banaly[sz]e\b)(?:\s*\([^)]*\)|\s+\w+){0,4}\s*$/i.test(textOf(start) ?? '')
  )
    return false;
  const isExtended = optionsOf(first).some((o) => o.kind === 'object' && o.props.has('queryMode'));
  return isExtended || tool.isReadOnlySession;
}

/** `/\bfrom\s+(\w+)/.exec(text)` looks at a statement and runs none. */
const isPattern = ({ self }: Use) =>
  self !== undefined && optionsOf(self).every(({ kind }) => kind === 'regex');

/** `.where("t.status = '" + status + "'")` of a builder, where a text is written and not a column named. */
function isBuilderText({ method, args, name }: Use): boolean {
  if (!BUILDER_METHOD.test(method) || !(BUILDERS.test(name) || name.startsWith('.'))) return false;
  return optionsOf(args[0] ?? UNKNOWN).some(
    (option) => option.kind === 'text' && CONDITION.test(textOf(option.parts[0]) ?? ''),
  );
}

/** `sql.raw(text)`, `Prisma.raw(text)`, `sql.unsafe(text)`. */
const isRawPart = ({ method, name }: Use) =>
  /^(?:raw|unsafe|lit|ref)$/.test(method) &&
  /^(?:drizzle-orm|kysely|slonik|@prisma|sequelize|@mikro-orm|@vercel\/postgres)\b/.test(name);

const READS =
  /\bread.?only\b|\bonly (?:select|reads?)\b|\bselect (?:query|queries|statements?) only\b/;
// One statement at a time, whatever the text is.
const SINGLE = /(?:better-sqlite3|node:sqlite|sqlite|bun:sqlite)\b.*\.prepare$/;

/** A whole statement of the caller's: what it may do is said, or tested at its beginning, and not enforced. */
export function wholeQueryFault(use: Use, tool: ToolContext): Fault | undefined {
  const text = isPattern(use) ? undefined : wholeText(use);
  if (!text || SINGLE.test(use.name)) return undefined;
  const all = arrivals(use, text, tool);
  const saysReads = tool.isReadOnly || states(tool, READS);
  // Words that are refused at the beginning leave `SELECT 1; COMMIT; …`.
  const loose = all.find(({ checks }) => !checks.has('allowed') && !checks.has('pattern'));
  if (loose && tool.isHeldByTransaction && saysReads && mayHoldSeveral(use)) {
    const { taint } = loose;
    const judged = { severity: 'high', confidence: 'medium', message: BY_TRANSACTION } as const;
    return { ruleId: 'unbounded-query', taint, ...judged };
  }
  const open = all.find(isOpen);
  if (!open) return undefined;
  const { taint } = open;
  const found = { ruleId: 'unbounded-query', taint } as const;
  if (!tool.isReadOnlySession && open.checks.has('statement')) {
    return { ...found, severity: 'high', confidence: 'medium', message: BY_BEGINNING };
  }
  if (!tool.isReadOnlySession && saysReads) {
    return { ...found, severity: 'moderate', confidence: 'medium', message: NOT_HELD };
  }
  if (!tool.hasFullRights) return undefined;
  return { ...found, severity: 'moderate', confidence: 'medium', message: FULL_RIGHTS };
}

const BY_BEGINNING =
  'Statements are told by how they begin, and run with all rights; `;` or a CTE that changes rows passes';
const BY_TRANSACTION =
  'Only a transaction holds a tool to reading: `COMMIT; …` in the same text ends it, and the rest runs with all rights';
const NOT_HELD = 'A tool that says it only reads runs any statement; nothing holds it to reading';
const FULL_RIGHTS = 'A tool runs any statement with a key that no row rule limits';

/** PostgreSQL takes several statements in a text that comes without a name or values. */
function mayHoldSeveral({ name, args }: Use): boolean {
  if (!/^(?:new )?pg\b/.test(name) || args.length > 1) return false;
  return optionsOf(args[0] ?? UNKNOWN).every(
    (option) =>
      option.kind !== 'object' || !['name', 'values'].some((key) => option.props.has(key)),
  );
}

/** `query(text)`, `query({ text })` and `rpc('exec_sql', { query: text })`, but no prepared kinds of protocol. */
function wholeText(use: Use): Value | undefined {
  const [first, second] = use.args;
  if (!first) return undefined;
  const name = textOf(first);
  if (use.method === 'rpc' && name !== undefined && /sql|query|exec/i.test(name) && second) {
    return [...partsOf(second)].map(([, part]) => part).find(isWholeArgument);
  }
  if (!QUERY_METHOD.test(use.method) || use.method === 'prepare' || use.method === 'get')
    return undefined;
  const isTold = /sql|query|statement|cypher/i;
  const object = optionsOf(first).find((option) => option.kind === 'object');
  if (object?.kind === 'object' && object.props.has('queryMode')) return undefined;
  const whole = statements(first).find(isWholeArgument);
  return whole && arrivals(use, whole, NO_TOOL).some(({ taint }) => isTold.test(taint.origin))
    ? whole
    : undefined;
}

const NO_TOOL: ToolContext = {
  stated: '',
  properties: new Map(),
  isKnown: false,
  isPrompt: false,
  isReadOnly: false,
  isShared: false,
  isUnquoted: false,
  addressLook: 'nothing',
  browser: 'plain',
  isReadOnlySession: false,
  isHeldByTransaction: false,
  hasFullRights: false,
  ranges: {},
};

// `new ExecuteStatementCommand({ Statement })`, `new StartQueryExecutionCommand({ QueryString })`
const STATEMENT_KEYS = ['text', 'sql', 'query', 'Statement', 'QueryString', 'queryString'];

/** `query(text)` and `query({ text })`. */
function statements(value: Value): readonly Value[] {
  return optionsOf(value).flatMap((option) => {
    if (option.kind !== 'object') return [option];
    const inner = STATEMENT_KEYS.map((key) => option.props.get(key)).find(Boolean);
    return inner ? optionsOf(inner) : [];
  });
}
