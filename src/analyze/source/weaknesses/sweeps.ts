// Calls that are made again and again over what a list gave: nobody said which.
import type { SourceFile } from '../file.ts';
import type { Node } from '../parse.ts';
import { optionsOf, taintsOf, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';

const LISTS =
  /^(?:list\w*|readdir\w*|opendir|glob\w*|fast-glob|fg|scan\w*|keys|getAll\w*|find|findMany|findAll|paginate|search\w*|describe\w*|iterate\w*)$/i;
const NARROWS =
  /^(?:filters?|where|label\w*|q|query|prefix|match|tags?|fieldSelector|labelSelector|namespace|ids?|name)$/i;
const HOLDERS =
  /(?:^|\.)(?:org\w*|owner|user\w*|account\w*|workspace\w*|team\w*|tenant\w*|bucket\w*|database|db|server\w*|guild\w*|region|site|limit|page\w*|per_?page)$/i;
const BULK = /^(?:batch|bulk)\w*|\w*(?:Many|Objects|Batch|Bulk|All)(?:Command)?$/;
const LOOPS = /^(?:For|ForOf|ForIn|While|DoWhile)Statement$/;
const ITERATES = /^(?:map|forEach|flatMap|each|eachSeries|mapSeries|reduce|mapLimit|eachLimit)$/;
const MAX_UP = 40;

/** Tools that ask for a list of all there is, without saying which. */
export function sweepingTools(uses: readonly Use[]): Set<string> {
  const lists = uses.filter(({ name, method }) => LISTS.test(method) || LISTS.test(name));
  const narrow = new Set(lists.filter(isNarrowed).map(({ tool }) => tool));
  return new Set(lists.map(({ tool }) => tool).filter((tool) => !narrow.has(tool)));
}

const isNarrowed = ({ args }: Use) =>
  args.some((arg) => {
    // The caller says of which: unless that is an owner of very much.
    if (taintsOf(arg).some(({ origin }) => !HOLDERS.test(origin))) return true;
    const names = optionsOf(arg).flatMap((o) => (o.kind === 'object' ? [...o.props.keys()] : []));
    return names.some((key) => NARROWS.test(key));
  });

/** A call for several at once, or one that is repeated, of what a list of the tool's own named. */
export function isSweep(use: Use, sweeping: ReadonlySet<string>): boolean {
  if (!sweeping.has(use.tool)) return false;
  const isMany = BULK.test(use.method) || isRepeated(use.file, use.node);
  return isMany && [...use.args, ...(use.client ?? [])].some((value) => namesFound(value));
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
