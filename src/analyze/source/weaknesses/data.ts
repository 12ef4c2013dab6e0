// Arguments that reach code, queries, templates, patterns and merges.
import { optionsOf, type Mark } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { isWholeArgument, arrivals, states, type Fault, type ToolContext } from './faults.ts';
import { property } from '../surface/registrations.ts';
import type { Sink } from './sinks.ts';

const RUNS_CODE = /\b(?:scripts?|code|javascript|js|repl|sandbox\w*|snippets?|eval)\b/;
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
  'page-code': {
    ruleId: 'code-injection',
    severity: 'moderate',
    message:
      'A tool argument is put into code that runs in a page, with what its user is signed in to',
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
  // A text in quotes is data to a program, not to a parser of data.
  const isCode = sink.kind === 'code' || sink.kind === 'page-code';
  const quoted: Mark[] = isCode ? ['json'] : [];
  for (const index of sink.args) {
    const value = index < 0 ? use.args.at(index) : use.args[index];
    const open = arrivals(use, value, tool, ['stripped', 'regex-escaped', ...quoted]).find(
      ({ checks, isCallable, isTyped }) =>
        !isTyped &&
        !checks.has('allowed') &&
        (!checks.has('pattern') || (isCallable && sink.kind === 'code')),
    );
    if (!value || !open || value.kind === 'function') continue;
    // Code that is handed to a page as a whole is what such a tool is for.
    if (sink.kind === 'page-code' && (isWholeArgument(value) || states(tool, RUNS_CODE))) continue;
    const isMeant = sink.kind === 'code' && isWholeArgument(value) && states(tool, RUNS_CODE);
    const isDoubtful = open.checks.has('named');
    // A calculator that evaluates is a hole; a tool that says it runs code is reviewed as a tool.
    const severity = isMeant ? 'moderate' : isDoubtful ? 'low' : wording.severity;
    return { ...wording, severity, confidence: isDoubtful ? 'low' : 'high', taint: open.taint };
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
