// Calls that are made again and again over what a list gave: nobody said which.
import type { Json, ToolDefinition } from '../../../types.ts';
import type { SourceFile } from '../file.ts';
import type { Node } from '../parse.ts';
import { optionsOf, taintsOf, textOf, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { property } from '../surface/registrations.ts';

const LISTS =
  /^(?:list\w*|readdir\w*|opendir|glob\w*|fast-glob|fg|scan\w*|keys|getAll\w*|find|findMany|findAll|paginate\w*|search\w*|describe\w*|iterate\w*)$/i;
const NARROWS =
  /^(?:filters?|where|label\w*|q|query|prefix|match|tags?|fieldSelector|labelSelector|namespace|ids?|name)$/i;
const HOLDERS =
  /(?:^|\.)(?:org\w*|owner|user\w*|account\w*|workspace\w*|team\w*|tenant\w*|bucket\w*|database|db|server\w*|guild\w*|region|site|limit|page\w*|per_?page)$/i;
// Of an address: something that says which.
const ASKS_WHICH = /\?(?!(?:page|limit|per_?page|max\w*|size|offset|cursor)=[^&]*$)./i;
const OPENERS = /prefix|pattern|match|glob/i;
const REQUESTS = /^(?:fetch|node-fetch|cross-fetch|undici|got|axios|ky|ofetch)\b/;
const SIFTS =
  /\.filter\((?!Boolean)|\.(?:find|startsWith|endsWith|includes|match|test)\(|\bif\s*\([^;{}]{1,120}\)\s*(?:\{\s*)?continue\b|\bif\s*\([^;{}]{0,80}(?:Date|mtime|age|created|updated|older|expire)/;
const MAX_BODY = 6_000;
const BULK = /^(?:batch|bulk)\w*|\w*(?:Many|Objects|Batch|Bulk|All)(?:Command)?$/;
const LOOPS = /^(?:For|ForOf|ForIn|While|DoWhile)Statement$/;
const ITERATES = /^(?:map|forEach|flatMap|each|eachSeries|mapSeries|reduce|mapLimit|eachLimit)$/;
const MAX_UP = 40;

/** Tools that ask for a list of all there is, without saying which. */
export function sweepingTools(
  uses: readonly Use[],
  definitions: ReadonlyMap<string, ToolDefinition>,
): Set<string> {
  const lists = uses.filter((use) => LISTS.test(use.method) || LISTS.test(use.name) || isGet(use));
  const narrow = new Set(
    lists.filter((use) => isNarrowed(use, definitions.get(use.tool))).map(({ tool }) => tool),
  );
  return new Set(lists.map(({ tool }) => tool).filter((tool) => !narrow.has(tool)));
}

function isGet({ name, args }: Use): boolean {
  const said = args.map((arg) => textOf(property(arg, 'method'))).find(Boolean) ?? 'GET';
  return REQUESTS.test(name) && /^get$/i.test(said);
}

const isNarrowed = ({ args }: Use, tool: ToolDefinition | undefined) => {
  // The caller says of which: unless that is an owner of very much, or may be left open.
  const isNamed = (value: Value) =>
    taintsOf(value).some(({ origin }) => !HOLDERS.test(origin) && !mayBeOpen(tool, origin));
  return args.some((arg) => {
    const named = optionsOf(arg).flatMap((o) => (o.kind === 'object' ? [...o.props] : []));
    if (named.length === 0) return isNamed(arg) || ASKS_WHICH.test(endOf(arg));
    return named.some(([key, value]) =>
      taintsOf(value).length > 0 ? !HOLDERS.test(key) && isNamed(value) : NARROWS.test(key),
    );
  });
};

/** What is written of a text at its end. */
const endOf = (value: Value): string =>
  textOf(value.kind === 'text' ? value.parts.at(-1) : value) ?? '';

/** `prefix: z.string().default('')`: without it, everything is meant. */
function mayBeOpen(tool: ToolDefinition | undefined, origin: string): boolean {
  const field = fieldOf(tool, origin);
  if (!field) return false;
  const { schema, isRequired } = field;
  if (schema['default'] !== undefined) return /^[*/.]?$/.test(String(schema['default']));
  return !isRequired && OPENERS.test(origin);
}

/** What the schema says of an argument. */
export function fieldOf(
  tool: ToolDefinition | undefined,
  origin: string,
): { schema: { [key: string]: Json }; isRequired: boolean } | undefined {
  const all = tool?.inputSchema;
  if (typeof all !== 'object' || all === null || Array.isArray(all)) return undefined;
  const { properties, required } = all;
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties))
    return undefined;
  const schema = Object.hasOwn(properties, origin) ? properties[origin] : null;
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return undefined;
  return { schema, isRequired: Array.isArray(required) && required.includes(origin) };
}

/** A call for several at once, or one that is repeated, of what a list of the tool's own named. */
export function isSweep(use: Use, sweeping: ReadonlySet<string>): boolean {
  if (!sweeping.has(use.tool) || isSifted(use)) return false;
  const isMany =
    BULK.test(use.method) || isRepeated(use.file, use.node) || use.args.some(isWholeList);
  return isMany && [...use.args, ...(use.client ?? [])].some((value) => namesFound(value));
}

const isWholeList = (value: Value) =>
  value.kind === 'external' && /\.(?:keys|scan|list\w*|getAll\w*)\(\)$/.test(value.name);

/** Code in between takes only some of what was found. */
function isSifted({ file, node }: Use): boolean {
  let body = '';
  for (let at = file.parentOf(node); at; at = file.parentOf(at)) {
    if (!/Function/.test(at.type)) continue;
    if (at.end - at.start > MAX_BODY) break;
    body = file.text.slice(at.start, at.end);
  }
  return SIFTS.test(body);
}

/** Whether the call stands in a loop, or in a function that is given to one. */
function isRepeated(file: SourceFile, node: Node): boolean {
  let left = MAX_UP;
  for (let at = file.parentOf(node); at && left-- > 0; at = file.parentOf(at)) {
    if (LOOPS.test(at.type)) return true;
    if (/Function/.test(at.type)) {
      const user = file.parentOf(at);
      if (user?.type !== 'CallExpression' || user.callee === at) return false;
      const { callee } = user;
      if (
        callee.type === 'MemberExpression' &&
        callee.property.type === 'Identifier' &&
        ITERATES.test(callee.property.name)
      )
        return true;
    }
  }
  return false;
}

/** Something in the call comes neither from the caller nor from the code: it came out of the list. */
function namesFound(value: Value | undefined, depth = 0): boolean {
  if (!value || depth > 5) return false;
  return optionsOf(value).some((option) => {
    if (option.kind === 'unknown') return !option.taints;
    if (option.kind === 'external') return /\(\)|\[\]/.test(option.name);
    if (option.kind === 'text') return option.parts.some((part) => namesFound(part, depth + 1));
    if (option.kind === 'array') return option.items.some((part) => namesFound(part, depth + 1));
    if (option.kind !== 'object') return false;
    return [...option.props.values()].some(
      (part) => part.kind !== 'lazy' && namesFound(part, depth + 1),
    );
  });
}
