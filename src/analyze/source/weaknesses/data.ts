// Arguments that reach code, queries, templates, patterns and merges.
import { optionsOf, textOf, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { arrivals, states, type Fault, type ToolContext } from './faults.ts';
import { property } from '../surface/registrations.ts';
import { isWholeArgument } from './commands.ts';
import type { Sink } from './sinks.ts';

const RUNS_CODE = /\b(?:scripts?|code|javascript|js|repl|sandbox\w*|snippets?|eval)\b/;
const SQL =
  /\b(?:select\b[\s\S]{0,2000}\bfrom|insert\s+(?:or\s+\w+\s+)?into|update\b[\s\S]{0,200}\bset|delete\s+from|drop\s+(?:table|database|index|view|schema)|create\s+(?:table|index|view|database)|alter\s+table|truncate\s+table|replace\s+into|with\s+\w+\s+as|explain\s|describe\s|show\s+(?:tables|columns|create|index)|pragma\s|call\s+\w+|grant\s|where\s)/i;
const QUERY_METHOD =
  /^(?:query|execute|exec|raw|run|all|get|each|prepare|unsafe|any|one|many|none|oneOrNone|manyOrNone|\$?queryRawUnsafe|\$?executeRawUnsafe|\$queryRawUnsafe|\$executeRawUnsafe|command|sql|request|runAndReadAll|queryObject)$/;

// Parts of a query, which need not look like one: `db('t').whereRaw('a = 1')`.
const FRAGMENT_METHOD = /^(?:where|orWhere|andWhere|having|orHaving|orderBy|groupBy|join|from)Raw$/;

const MAX_CHARS = 20_000;

interface Wording {
  ruleId: string;
  severity: 'high' | 'moderate' | 'low';
  message: string;
}
const WORDING: Readonly<Record<string, Wording>> = {
  code: {
    ruleId: 'code-injection',
    severity: 'high',
    message: 'A tool argument is run as code in the server',
  },
  module: {
    ruleId: 'code-injection',
    severity: 'high',
    message: 'A tool argument decides which module is loaded',
  },
  regex: {
    ruleId: 'pattern-from-argument',
    severity: 'low',
    message: 'A tool argument becomes a regular expression; one that backtracks stops the server',
  },
  deserialize: {
    ruleId: 'unsafe-deserialization',
    severity: 'high',
    message: 'A tool argument is deserialised in a way that can run code',
  },
  template: {
    ruleId: 'template-injection',
    severity: 'high',
    message: 'A tool argument is compiled as a template, which can run code',
  },
};

export function codeFault(use: Use, sink: Sink, tool: ToolContext): Fault | undefined {
  const wording = WORDING[sink.kind];
  if (!wording) return undefined;
  for (const index of sink.args) {
    const value = index < 0 ? use.args.at(index) : use.args[index];
    const open = arrivals(use, value, tool, ['stripped', 'regex-escaped']).find(
      ({ checks, isTyped }) => !isTyped && !checks.has('allowed') && !checks.has('pattern'),
    );
    if (!value || !open) continue;
    const isMeant = sink.kind === 'code' && isWholeArgument(value) && states(tool, RUNS_CODE);
    const isDoubtful = open.checks.has('named');
    // A calculator that evaluates is a hole; a tool that says it runs code is reviewed as a tool.
    const severity = isMeant ? 'moderate' : isDoubtful ? 'low' : wording.severity;
    return { ...wording, severity, confidence: isDoubtful ? 'low' : 'high', taint: open.taint };
  }
  return undefined;
}

export function queryFault(use: Use, tool: ToolContext): Fault | undefined {
  const isFragment = FRAGMENT_METHOD.test(use.method);
  if (!isFragment && !QUERY_METHOD.test(use.method)) return undefined;
  const [first] = use.args;
  if (!first) return undefined;
  for (const option of statements(first)) {
    if (option.kind !== 'text') continue;
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

/** `find({ $where: text })`: the database runs the text. */
export function filterFault(use: Use, tool: ToolContext): Fault | undefined {
  const programs = use.args.flatMap((arg) => property(arg, '$where') ?? []);
  const open = programs
    .flatMap((value) => arrivals(use, value, tool, ['stripped', 'encoded']))
    .find(({ checks, isTyped }) => !isTyped && !checks.has('allowed') && !checks.has('pattern'));
  if (!open) return undefined;
  return {
    ruleId: 'code-injection',
    severity: 'high',
    confidence: 'high',
    message: 'A tool argument is run as code in the database',
    taint: open.taint,
  };
}

/** A text with a blank for what is not known; of a part that was added under a condition, all that it may be. */
function written(value: Value): string {
  if (value.kind === 'text') return value.parts.map(written).join('').slice(0, MAX_CHARS);
  if (value.kind === 'union') return value.options.map(written).join(' ').slice(0, MAX_CHARS);
  return textOf(value) ?? ' ? ';
}

/** `query(text)` and `query({ text })`. */
function statements(value: Value): readonly Value[] {
  return optionsOf(value).flatMap((option) => {
    if (option.kind !== 'object') return [option];
    const inner = option.props.get('text') ?? option.props.get('sql') ?? option.props.get('query');
    return inner ? optionsOf(inner) : [];
  });
}

export function pollutionFault(use: Use, tool: ToolContext): Fault | undefined {
  for (const value of use.args.slice(1)) {
    // Only a whole object of the caller's can bring `__proto__`.
    const isObject = optionsOf(value).some((option) => option.kind === 'unknown');
    const open = arrivals(use, value, tool).find(
      ({ checks, isTyped }) => !isTyped && checks.size === 0,
    );
    if (!isObject || !open) continue;
    return {
      ruleId: 'prototype-pollution',
      severity: 'moderate',
      confidence: 'medium',
      message:
        'An object from tool arguments is merged deeply; `__proto__` in it changes every object',
      taint: open.taint,
    };
  }
  return undefined;
}
