// Redirects that are followed by hand, with the credentials that were meant for the first host.
import type { WeaknessHit } from '../../../types.ts';
import type { SourceFile } from '../file.ts';
import type { Node } from '../parse.ts';
import { isFunction } from '../scope.ts';
import { placeHit } from './place.ts';

const WORTH = /\blocation\b/i;
const LOCATION =
  /headers\s{0,3}(?:\??\.\s{0,3}location\b|\[\s{0,3}['"`]location['"`]\s{0,3}\])|\.get(?:Header)?\(\s{0,3}['"`]location['"`]/i;
/** Whether the other host is looked at, or the credentials are left out. */
const HELD =
  /\.(?:origin|host|hostname)\s{0,3}[!=]==?|[!=]==?\s{0,3}[\w.]{1,60}\.(?:origin|host|hostname)\b|\bsameOrigin|\bisSame\w{0,12}\(|\bdelete\s[^;\n]{0,60}(?:auth|cookie|token|key)|\bauthorization\s{0,3},\s{0,3}\.\.\.|\bomit\(|(?:includes|has|test|startsWith|endsWith)\(\s{0,3}[\w.]{0,40}\.(?:host|hostname|origin|href)\b|headers\s{0,3}:\s{0,3}\{\s{0,3}\}/i;
const SECRET =
  /\bauthorization\b|\bBearer \$|x-api-key|['"`](?:x-)?[\w-]{0,20}(?:api-?key|token|secret)['"`]\s{0,3}\]?\s{0,3}[:=]|['"`]?cookie['"`]?\s{0,3}:/i;
const HEADERS = /\bheaders\b|\boptions\b|\bopts\b|\binit\b|\brequestOptions\b|\bconfig\b/i;
const ADDED =
  /\bbeforeRedirect\b[\s\S]{0,400}?\bauthorization\b|--location-trusted\b|\bforwardAuthorization\s{0,3}:\s{0,3}(?:true|!0)/i;
const MAX_FUNCTION = 6_000;
const MAX_HITS = 3;
const MAX_LOOKED_AT = 40;

export function redirectFaults(files: readonly SourceFile[]): WeaknessHit[] {
  if (!files.some(({ text }) => SECRET.test(text))) return [];
  return files
    .filter(({ text }) => WORTH.test(text) || /beforeRedirect|forwardAuthorization/.test(text))
    .flatMap((file) => [...byHand(file), ...byOption(file)])
    .slice(0, MAX_HITS);
}

/** `get(next, headers)` within the function that got the redirect, or another turn of its loop. */
function byHand(file: SourceFile): WeaknessHit[] {
  return [...file.nodesOf('MemberExpression'), ...file.nodesOf('CallExpression')]
    .filter((node) => node.end - node.start < 200 && LOCATION.test(file.textOf(node)))
    .slice(0, MAX_LOOKED_AT)
    .flatMap((node) => {
      const fn = asker(file, node);
      if (!fn || HELD.test(file.text.slice(fn.start, fn.end))) return [];
      const again = asksAgain(file, fn, node);
      return again ? [hit(file, again)] : [];
    })
    .slice(0, 1);
}

/** The outermost function around it that is still one piece. */
function asker(file: SourceFile, node: Node): Node | null {
  let found: Node | null = null;
  for (let at = file.parentOf(node); at; at = file.parentOf(at)) {
    if (at.type === 'ClassBody' || at.end - at.start > MAX_FUNCTION) break;
    if (isFunction(at)) found = at;
  }
  return found;
}

const REQUEST =
  /^(?:(?:[\w$.]{1,60}\.)?(?:fetch|request|get|got|axios|undici\.\w{1,10}|requestUrl|send|download\w{0,12}|follow\w{0,12}))$/;

function asksAgain(file: SourceFile, fn: Node, location: Node): Node | null {
  const own = nameOf(file, fn);
  const calls = file
    .nodesOf('CallExpression')
    .filter(({ start, end }) => start >= fn.start && end <= fn.end);
  const isAfter = ({ start, arguments: args }: Extract<Node, { type: 'CallExpression' }>) =>
    start > location.start ||
    args.some((arg) => !isFunction(arg) && arg.start <= location.start && arg.end >= location.end);
  const passes = (args: readonly Node[]) =>
    args.some((arg) => HEADERS.test(file.textOf(arg).slice(0, 500)));
  const inner = calls.find((call) => {
    const { callee, arguments: args } = call;
    const name = file
      .textOf(callee)
      .slice(0, 80)
      .replace(/^this\./, '');
    return isAfter(call) && own !== '' && name === own && passes(args);
  });
  if (inner) return inner;
  // A loop asks with the same headers at each turn.
  const isLoop = [
    ...file.nodesOf('ForStatement'),
    ...file.nodesOf('WhileStatement'),
    ...file.nodesOf('DoWhileStatement'),
  ].some(
    ({ start, end }) =>
      start >= fn.start && end <= fn.end && start < location.start && end > location.end,
  );
  const later = calls.find((call) => {
    const isRequest = REQUEST.test(file.textOf(call.callee).slice(0, 80));
    return isRequest && (isLoop || isAfter(call)) && passes(call.arguments.slice(1));
  });
  return later ?? null;
}

function nameOf(file: SourceFile, fn: Node): string {
  if (fn.type === 'FunctionDeclaration') return fn.id?.name ?? '';
  const holder = file.parentOf(fn);
  if (holder?.type === 'VariableDeclarator' && holder.id.type === 'Identifier')
    return holder.id.name;
  const isKeyed = holder?.type === 'MethodDefinition' || holder?.type === 'Property';
  return isKeyed && !holder.computed ? file.textOf(holder.key) : '';
}

/** `beforeRedirect: (options) => { options.headers.authorization = token }` puts back what the library left out. */
function byOption(file: SourceFile): WeaknessHit[] {
  return file
    .nodesOf('Property')
    .filter((node) => {
      const text = file.text.slice(node.start, Math.min(node.end, node.start + 1_000));
      return (
        /^['"]?(?:beforeRedirect|forwardAuthorization)\b/.test(text) &&
        ADDED.test(text) &&
        !HELD.test(text)
      );
    })
    .slice(0, 1)
    .map((node) => hit(file, node));
}

const hit = (file: SourceFile, node: Node): WeaknessHit =>
  placeHit(file, node, {
    ruleId: 'credentials-follow-redirect',
    severity: 'moderate',
    confidence: 'medium',
    message: 'A redirect is followed with the same headers, whatever host it leads to',
  });
