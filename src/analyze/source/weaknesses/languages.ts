// Texts of query languages other than SQL that arguments become part of.
import { taintsOf, textOf, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { arrivals, partsOf, type Arrival, type Fault, type ToolContext } from './faults.ts';

const MAX_CHARS = 20_000;

interface Language {
  methods: RegExp;
  /** What its texts look like. */
  text: RegExp;
  message: string;
  severity: 'high' | 'moderate';
  /** Only where the server itself puts in something beside the argument. */
  isLimited?: true;
}
const LANGUAGES: readonly Language[] = [
  {
    methods: /^(?:search\w*|find\w*|authenticate)$/,
    text: /\((?:[&|!]\s*\(|\s*[\w-]{1,40}[~<>]?=)/,
    message:
      'A tool argument is put into the filter of a directory search; `*)(` in it changes what is found',
    severity: 'high',
  },
  {
    methods: /^(?:run|executeQuery|query|cypher|execute|read|write)$/,
    text: /\b(?:match|merge|create|unwind|detach delete)\s*\(/i,
    message:
      'A tool argument is put into the text of a graph query instead of being passed as a parameter',
    severity: 'high',
  },
  {
    methods: /^(?:select1?|evaluate\w*|useNamespaces|find|get|xpath)$/,
    text: /(?:^|[^:])\/\/?[\w*@]+.{0,200}\[|\[@?\w+\s*=/,
    message: 'A tool argument is put into the text of an XPath expression',
    severity: 'high',
  },
  {
    methods: /^(?:request|rawRequest|query|mutate|graphql|fetch|post|gql)$/,
    text: /^\s*(?:(?:query|mutation)\b[^{]{0,200}\{|\{\s*\w+\s*[({])/,
    message:
      'A tool argument is put into the text of a GraphQL query instead of being passed as a variable',
    severity: 'moderate',
  },
  {
    methods: /^(?:bind\w*|modify\w*|add|del|compare|search\w*)$/,
    text: /^(?:uid|cn|ou|mail|sAMAccountName)= \? .{0,60},\s?(?:ou|dc|cn|o)=/i,
    message: 'A tool argument is put into the name of an entry of a directory',
    severity: 'moderate',
  },
  {
    methods: /^(?:or|not|filter|and)$/,
    text: /(?:^|[,(])[\w.>-]{1,60}\.(?:eq|neq|i?like|in|is|gte?|lte?|cs|fts)\./,
    message: 'A tool argument is put into the text of a filter; a comma in it adds a condition',
    severity: 'moderate',
  },
  {
    methods: /^(?:list|search\w*|get|post|request|query|fetch)$/,
    text: /(?:\bin parents\b|\bproject\s?=|\w+:[^\s?]{1,60}\s+AND\b|\b\w+ eq '[^?]{0,60}' and\b|\btenant\w{0,3}\s?[:=]).{0,400} \? |\?.{0,400}(?:\bin parents\b|\bAND\s+\w+[:=])/i,
    message:
      'A tool argument is put into the text of a search, and can undo the conditions beside it',
    severity: 'moderate',
    isLimited: true,
  },
  {
    methods: /^(?:eval|EVAL|script)$/,
    text: /\bredis\.p?call\s*\(/,
    message: 'A tool argument is put into the text of a script that the database runs',
    severity: 'high',
  },
  {
    methods: /^(?:queryRows|collectRows|iterateRows|query|queryRaw)$/,
    text: /\bfrom\(\s*bucket\b/,
    message:
      'A tool argument is put into the text of a query instead of being passed as a parameter',
    severity: 'high',
  },
];

/** The same in other languages than SQL. */
export function languageFault(use: Use, tool: ToolContext): Fault | undefined {
  for (const language of LANGUAGES) {
    if (!language.methods.test(use.method)) continue;
    const texts = use.args
      .flatMap((arg) => textsIn(arg))
      .filter((text) => language.text.test(written(text)))
      .filter((text) => language.isLimited !== true || isLimited(text));
    for (const text of texts) {
      const open = arrivals(use, text, tool, ['stripped', 'encoded', 'half-quoted', 'json']).find(
        isOpen,
      );
      if (!open) continue;
      const { message, severity } = language;
      const { taint } = open;
      return { ruleId: 'sql-injection', severity, confidence: 'medium', message, taint };
    }
  }
  return undefined;
}

/** A part is neither written out nor the caller's: a setting, or who is signed in. */
const isLimited = (text: Value): boolean =>
  text.kind === 'text' &&
  text.parts.some(
    (part) => (part.kind === 'unknown' || part.kind === 'external') && taintsOf(part).length === 0,
  );

export const isOpen = ({ checks, isTyped }: Arrival) =>
  !isTyped && !checks.has('allowed') && !checks.has('pattern') && !checks.has('named');

function textsIn(value: Value): Value[] {
  return [...partsOf(value)].map(([, part]) => part).filter(({ kind }) => kind === 'text');
}

/** A text with a blank for what is not known; of a part that was added under a condition, all that it may be. */
export function written(value: Value): string {
  if (value.kind === 'text') return value.parts.map(written).join('').slice(0, MAX_CHARS);
  if (value.kind === 'union') return value.options.map(written).join(' ').slice(0, MAX_CHARS);
  return textOf(value) ?? ' ? ';
}
