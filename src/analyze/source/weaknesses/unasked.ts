// Deeds that cannot be undone, in tools that ask nobody and show nothing before.
import { ruleData } from '../../../rule-data.ts';
import type { ToolDefinition } from '../../../types.ts';
import { keyOf } from '../scope.ts';
import { UNKNOWN, optionsOf, taintsOf, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { property } from '../surface/registrations.ts';
import { NO_TAINT, type Act } from './acts.ts';
import type { Fault } from './faults.ts';
import { fieldOf } from './sweeps.ts';

interface Words {
  safeguards: string;
  safeguardTexts: string;
}
function isWords(data: unknown): data is Words {
  return typeof (data as Partial<Words> | null)?.safeguardTexts === 'string';
}

const ASKS = /^(?:elicit|elicitInput|createElicitation|question|confirm)$/;

/** Tools that ask a person while they run. */
export function askingTools(uses: readonly Use[]): Set<string> {
  return new Set(uses.filter(({ method }) => ASKS.test(method)).map(({ tool }) => tool));
}

export function unaskedFault(act: Act | undefined, asking: ReadonlySet<string>): Fault | undefined {
  // What files a tool keeps for itself it may say that it clears.
  const isSwept =
    act?.isSwept === true &&
    (act.does === 'deletes-data' || (act.does === 'deletes' && !act.isLossTold));
  const isOpen = act?.does === 'deletes-data' && hasOpenFilter(act);
  if (!act || (act.does !== 'drops' && act.does !== 'pays' && !isSwept && !isOpen))
    return undefined;
  const { tool, does, taint, isScratch } = act;
  if (asking.has(tool.name) || hasSafeguard(tool) || isScratch) return undefined;
  const isAnnotated = tool.annotations.destructiveHint === true;
  // One thing that the caller names is what a tool of that kind is for.
  const isNarrow = does === 'drops' && taint !== undefined && !act.isSwept;
  const isQuiet = isNarrow || ((does === 'pays' || (isOpen && !isSwept)) && isAnnotated);
  // Whole stores, each that there is, and not a word of it.
  const isBlind = does === 'drops' && act.isSwept && !act.isLossTold && !isAnnotated;
  return {
    ruleId: 'destructive-tool',
    severity: isQuiet ? 'low' : isBlind ? 'high' : 'moderate',
    confidence: 'medium',
    message:
      does === 'pays'
        ? 'A tool moves money on one call, without a confirmation or a dry run'
        : isOpen
          ? 'A tool deletes whatever a filter of its caller matches; without one, all there is'
          : isSwept
            ? 'A tool deletes all that it finds on one call, without a confirmation or a dry run'
            : 'A tool deletes a whole store on one call, without a confirmation or a dry run',
    taint: taint ?? NO_TAINT,
  };
}

const BULK = /^(?:deleteMany|deleteMany\w+|destroy|remove|deleteByQuery|del|delete)$/;

/** `deleteMany(filter)` with any filter of the caller's, which may be left out or empty. */
function hasOpenFilter({ use, tool }: Act): boolean {
  if (!BULK.test(use.method)) return false;
  const [first] = use.args;
  const whole = first && [first, property(first, 'where'), property(first, 'query')];
  return (whole ?? []).some((value) =>
    optionsOf(value ?? UNKNOWN).some((option) => {
      const isWhole = option.kind === 'object' && option.props.size === 0;
      const led = isWhole ? (option.rest ?? UNKNOWN) : option;
      return (
        (led.kind === 'unknown' && taintsOf(led).some(({ origin }) => isOpenField(tool, origin))) ||
        (isBuilt(use) && isAllOptional(option, tool))
      );
    }),
  );
}

/** `filter.company = company` behind an `if`, `...(company && { company })`; Prisma leaves out what is undefined. */
function isBuilt({ node, name, file }: Use): boolean {
  if (ASKS_FOR_ONE.test(file.text)) return false;
  const first = 'arguments' in node ? node.arguments[0] : undefined;
  if (first?.type !== 'ObjectExpression') return first !== undefined;
  return (
    /prisma/i.test(name) ||
    first.properties.some(
      (one) =>
        one.type === 'SpreadElement' ||
        (one.value.type === 'Identifier' && WHOLE.test(keyOf(one.key, one.computed) ?? '')),
    )
  );
}
const WHOLE = /^(?:where|query|filter)$/;
/** "at least one of them": `if (!company && !since) throw`, `Object.keys(filter).length === 0`. */
const ASKS_FOR_ONE = /Object\.keys\(\s?\w{1,30}\s?\)\.length|![\w.]{1,40}\s?&&\s?![\w.]{1,40}/;

/** Each part of the filter is an argument that may be left out. */
function isAllOptional(filter: Value, tool: ToolDefinition): boolean {
  if (filter.kind !== 'object' || filter.props.size === 0 || filter.rest || filter.isOpen)
    return false;
  return [...filter.props.values()].every((value) => {
    const taints = originsIn(value, 0);
    return (
      taints.length > 0 &&
      taints.every((origin) => {
        const field = fieldOf(tool, origin);
        return field !== undefined && !field.isRequired && field.schema['default'] === undefined;
      })
    );
  });
}

/** Any object, and none is enough. */
function isOpenField(tool: ToolDefinition, origin: string): boolean {
  const field = fieldOf(tool, origin);
  if (!field || (field.schema['type'] !== 'object' && 'type' in field.schema)) return false;
  const named = field.schema['properties'];
  const isAny = typeof named !== 'object' || named === null || Object.keys(named).length === 0;
  const isEmptyable = field.schema['default'] !== undefined || !field.isRequired;
  return isAny && isEmptyable;
}

/** Arguments in a value, also in what is made of them: `{ $lt: new Date(since) }`. */
function originsIn(value: Value, depth: number): string[] {
  if (depth > 4) return [];
  if (value.kind === 'external')
    return (value.args ?? []).flatMap((arg) => originsIn(arg, depth + 1));
  if (value.kind === 'object')
    return [...value.props.values()].flatMap((part) => originsIn(part, depth + 1));
  return taintsOf(value).map(({ origin }) => origin);
}

function hasSafeguard({ inputSchema, description }: ToolDefinition): boolean {
  const { safeguards, safeguardTexts } = ruleData('tools', isWords);
  if (new RegExp(safeguardTexts, 'i').test(description.slice(0, 4000))) return true;
  const isObject =
    typeof inputSchema === 'object' && inputSchema !== null && !Array.isArray(inputSchema);
  const properties = isObject ? inputSchema['properties'] : null;
  if (typeof properties !== 'object' || properties === null) return false;
  const named = new RegExp(safeguards, 'i');
  return Object.keys(properties).some((name) => named.test(name));
}
