// Methods of strings and regular expressions, as far as they tell whether an argument stays dangerous.
import { knownCall } from './known-strings.ts';
import type { CallEvent, Machine } from './machine.ts';
import { carry, replaced } from './replacements.ts';
import {
  UNKNOWN,
  afterDecoding,
  array,
  concat,
  literal,
  marked,
  taintsOf,
  textOf,
  withChecks,
  type Check,
  type CheckKind,
  type Value,
} from './values.ts';

const SAME = new Set(
  'trim trimStart trimEnd toString valueOf slice substring substr normalize padStart padEnd repeat at charAt match matchAll exec'.split(
    ' ',
  ),
);
const MAX_PIECES = 2000;
const MAKES_TEXT =
  /^(?:trim\w*|toString|padStart|padEnd|repeat|charAt|replace(?:All)?|to\w*Case|normalize|substring|substr)$/;
const CASE = new Set(['toLowerCase', 'toUpperCase', 'toLocaleLowerCase', 'toLocaleUpperCase']);

export function stringCall(it: Machine, event: CallEvent, self: Value): Value | undefined {
  const made = changed(it, event, self);
  const isOpen = self.kind === 'unknown' || self.kind === 'union';
  return made && isOpen && MAKES_TEXT.test(event.name) ? marked(made, 'text') : made;
}

function changed(it: Machine, event: CallEvent, self: Value): Value | undefined {
  const { name, args } = event;
  const [first = UNKNOWN] = args;
  if (self.kind === 'regex') return regexCall(name, self.source, self.flags, first);
  const known = textOf(self);
  if (CASE.has(name) && known === undefined) return carry(self);
  const computed = known === undefined ? undefined : knownCall(name, known, args);
  if (computed !== undefined) return computed;
  // Wide dots become dots: what was looked at before is another text.
  if (name === 'normalize' && /^NFK/.test(textOf(first) ?? '')) return afterDecoding(self);
  switch (name) {
    case 'startsWith':
      if (textOf(first) === '-' || textOf(first) === '--') {
        return withChecks({ kind: 'unknown' }, checksOf(self, 'no-option', false));
      }
      if (textOf(first)?.startsWith('..')) {
        return withChecks({ kind: 'unknown' }, checksOf(self, 'no-dots', false));
      }
      if (/^(?:select|with|explain|show|pragma|describe|match)\b/i.test(textOf(first) ?? '')) {
        return withChecks({ kind: 'unknown' }, checksOf(self, 'statement'));
      }
      return withChecks({ kind: 'unknown' }, prefixChecks(self, first));
    case 'endsWith':
      return withChecks({ kind: 'unknown' }, checksOf(self, endingKind(self, first)));
    case 'includes':
    case 'indexOf':
    case 'search':
    case 'has':
      return included(self, first);
    case 'replace':
    case 'replaceAll':
      if (args[1]?.kind === 'function') it.runCallbacks([args[1]], UNKNOWN);
      return replaced(self, first, args[1] ?? UNKNOWN, name === 'replaceAll');
    case 'split':
      if (known !== undefined && textOf(first) !== undefined) {
        return array(
          known
            .split(textOf(first) ?? ',')
            .slice(0, MAX_PIECES)
            .map(literal),
        );
      }
      return wordsOf(self, first) ?? array([carry(self)], true);
    case 'concat':
      return concat([self, ...args]);
    case 'map':
    case 'filter':
    case 'flatMap':
    case 'forEach':
    case 'find':
    case 'some':
    case 'every':
      return overUnknown(it, name, args, self);
    case 'join':
    case 'concatAll':
      return carry(self);
    case 'then':
      if (first.kind === 'external') return it.call({ ...event, callee: first, args: [self] });
      return first.kind === 'function' ? it.callFunction(first, [self]) : UNKNOWN;
    case 'catch':
    case 'finally':
      it.runCallbacks(args);
      return self;
    default:
      if (name === 'toString' && isEncoding(self, first)) return marked(carry(self), 'stripped');
      return SAME.has(name) ? carry(self) : undefined;
  }
}

/** Letters, digits and a few signs are all that bytes give in these: `Buffer.from(x).toString('base64')`. */
function isEncoding(self: Value, encoding: Value): boolean {
  const taints = taintsOf(self);
  const isBytes = taints.length > 0 && taints.every(({ marks }) => marks.has('bytes'));
  return isBytes && /^(?:base64(?:url)?|hex)$/.test(textOf(encoding) ?? '');
}

const BLANKS = /^(?:\\s|\[ ?(?:\\s|\\t)\]| )[+*]?$/;

/** `line.split(/\s+/)`: what an argument brings may be several words, whatever stood around it. */
function wordsOf(self: Value, by: Value): Value | undefined {
  const isAtBlanks = by.kind === 'regex' ? BLANKS.test(by.source) : textOf(by) === ' ';
  if (self.kind !== 'text' || !isAtBlanks) return undefined;
  const words: Value[] = [];
  let parts: Value[] = [];
  const end = () => {
    if (parts.length > 0) words.push(parts.every(isLiteral) ? concat(parts) : splitWord(parts));
    parts = [];
  };
  for (const part of self.parts) {
    const pieces = textOf(part)?.split(/\s+/) ?? [];
    if (pieces.length === 0) parts.push(part);
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) end();
      if (piece !== '') parts.push(literal(piece));
    }
  }
  end();
  return array(words.slice(0, MAX_PIECES), true);
}

const isLiteral = ({ kind }: Value) => kind === 'literal';
const splitWord = (parts: readonly Value[]): Value => {
  const [only, ...more] = parts;
  return marked(only && more.length === 0 ? only : concat(parts), 'split');
};

/** `args.paths.map(...)`: an argument that is a list. */
function overUnknown(it: Machine, name: string, args: readonly Value[], self: Value): Value {
  const [callback] = args;
  const element = carry(self);
  // `ids.map(String)`, `ids.map(Number)`
  if (
    callback?.kind === 'external' &&
    /^(?:String|Number|parseInt|parseFloat)$/.test(callback.name)
  )
    return array([callback.name === 'String' ? marked(element, 'text') : UNKNOWN], true);
  if (callback?.kind !== 'function') return element;
  it.uncertain += 1;
  const result = it.callFunction(callback, [element]);
  it.uncertain -= 1;
  if (name === 'map' || name === 'flatMap') return array([result], true);
  if (name === 'filter') return withChecks(array([element], true), result.checks ?? []);
  if (name === 'find') return withChecks(element, result.checks ?? []);
  return withChecks({ kind: 'unknown' }, result.checks ?? []);
}

function checksOf(value: Value, kind: CheckKind | undefined, whenTruthy = true): Check[] {
  if (kind === undefined) return [];
  return taintsOf(value).map(({ origin }) => ({ origin, kind, whenTruthy }));
}

/** `host.endsWith('site.example')` also lets `evilsite.example` pass; with a dot before it, it does not. */
function endingKind(self: Value, ending: Value): CheckKind | undefined {
  const isHost = taintsOf(self).some(({ origin }) => /\.host(?:name)?$/.test(origin));
  return isHost && /^[\w-]/.test(textOf(ending) ?? '') ? undefined : 'named';
}

const isRootOnly = (text: string | undefined) => text === '/' || text === '\\';

/** Of a path and of an address: `${base}/` before it keeps either below. */
function prefixChecks(self: Value, prefix: Value): Check[] {
  const kind = prefixKind(self, prefix);
  const isBase = prefix.kind === 'text' && /\/$/.test(textOf(prefix.parts.at(-1)) ?? '');
  return [...checksOf(self, kind), ...(isBase && kind !== 'host' ? checksOf(self, 'host') : [])];
}

/** `p.startsWith(root + sep)` holds a path in; without the separator `/data-old` passes for `/data`. */
function prefixKind(self: Value, prefix: Value): CheckKind | undefined {
  // Only that it is absolute is asked for.
  if (isRootOnly(textOf(prefix))) return undefined;
  if (prefix.kind === 'union') {
    // `dir.endsWith(sep) ? dir : dir + sep`
    const kinds = prefix.options.map((option) => prefixKind(self, option));
    const told = kinds.filter((kind) => kind !== 'weak-prefix');
    return told.includes('host-start') ? 'host-start' : (told[0] ?? 'weak-prefix');
  }
  const last = prefix.kind === 'text' ? prefix.parts.at(-1) : prefix;
  const end = textOf(last);
  const isSeparator =
    (end !== undefined && /[/\\]$/.test(end)) ||
    (last?.kind === 'external' && /^path\.(?:posix\.|win32\.)?sep$/.test(last.name));
  if (end !== undefined && /^https?:\/\/[^/]+/.test(end))
    return /^https?:\/\/[^/]+\//.test(end) ? 'host' : 'host-start';
  const isNormal = taintsOf(self).every((taint) => taint.marks.has('normalized'));
  return isSeparator && isNormal ? 'prefix' : 'weak-prefix';
}

function included(self: Value, part: Value): Value {
  const text = textOf(part);
  if (text !== undefined && text.includes('..')) {
    return withChecks({ kind: 'unknown' }, checksOf(self, 'no-dots', false));
  }
  // `text.includes(argument)` says nothing; `ALLOWED.includes(argument)` may.
  const isList = self.kind === 'unknown' && !self.taints;
  return withChecks({ kind: 'unknown' }, isList ? checksOf(part, 'allowed') : []);
}

const ANCHORED = /^\^[\s\S]*\$$/;
const ANYTHING = /(?<!\\)\.[*+]|\[\\s\\S\]|\[\^[^\]]{1,3}\][*+]/;

/** `[\w.*]+` holds a dot and a star, which stand for themselves. */
export const withoutClasses = (source: string) =>
  source.replaceAll(/\[(?!\^)(?:\\[^sSwWdD]|\\[swd](?![^\]]*\\[SWD])|[^\]\\])*\]/g, 'x');

function regexCall(name: string, source: string, flags: string, value: Value): Value | undefined {
  if (name !== 'test' && name !== 'exec') return undefined;
  if (source.includes('\\.\\.')) {
    return withChecks({ kind: 'unknown' }, checksOf(value, 'no-dots', false));
  }
  const isTight =
    ANCHORED.test(source) && !ANYTHING.test(withoutClasses(source)) && !flags.includes('m');
  const kind = isTight ? 'pattern' : (addressKind(source) ?? statementKind(source));
  const checks = checksOf(value, kind);
  // `/\b(insert|update|delete|drop)\b/i.test(sql)` means no.
  if (
    !kind &&
    /(?:insert|update|delete|drop|alter).{1,4}(?:insert|update|delete|drop|alter|truncate)/i.test(
      source,
    )
  ) {
    return withChecks({ kind: 'unknown' }, checksOf(value, 'named', false));
  }
  // A list of forbidden characters: `/[;&|`$]/.test(x)` means no.
  if (!kind && /[;|&`$]/.test(source) && source.startsWith('[')) {
    return withChecks({ kind: 'unknown' }, checksOf(value, 'named', false));
  }
  const loose = kind === 'pattern' && allowsCalls(source) ? checksOf(value, 'callable') : [];
  return withChecks({ kind: 'unknown' }, [...checks, ...loose]);
}

/** Names, dots or brackets, and parentheses: `a.constructor(...)` can be written with them. */
const allowsCalls = (source: string) =>
  /\\w|[a-z]-[a-z]/i.test(source) && source.includes('(') && /\.|\[.*\\?\[/.test(source);

const SCHEME = /^\^\(?(?:\?:)?https?\??(?:\|\w+)?\)?:?(?:\\?\/){0,2}/;

/** `/^https:\/\/api\.example\//` holds an address to a host, `/^https?:/` only to the web. */
function addressKind(source: string): CheckKind | undefined {
  if (!SCHEME.test(source)) return undefined;
  const rest = source.replace(SCHEME, '').replaceAll(/\[[^\]]*\]/g, '');
  return /[a-z\d-]{3}/i.test(rest) && rest.includes('\\.') ? 'host' : 'scheme';
}

/** `/^\s*select\b/i`: how a statement begins, which says nothing about what else it does. */
function statementKind(source: string): CheckKind | undefined {
  return /^\^.{0,12}(?:select|with|explain|show|match|return)\b/i.test(source)
    ? 'statement'
    : undefined;
}
