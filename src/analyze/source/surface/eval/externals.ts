// What calls of the platform and of known packages give back; everything else runs its callbacks.
import { entryOf } from './archives.ts';
import { rebased } from './addresses.ts';
import { continued, pairs } from './builtins.ts';
import { parsedValue } from './data-files.ts';
import { decoded, spelled } from './encodings.ts';
import { overElements } from './outside-lists.ts';
import type { CallEvent, Machine } from './machine.ts';
import { transacted } from './transactions.ts';
import {
  UNDEFINED,
  UNKNOWN,
  array,
  concat,
  afterDecoding,
  external,
  literal,
  marked,
  optionsOf,
  taintsOf,
  textOf,
  union,
  withChecks,
  type ExternalValue,
  type ObjectValue,
  type Value,
} from './values.ts';

// Give back what they were given, in another form.
const PASSES =
  /^(?:JSON\.(?:parse|stringify)|String|structuredClone|Promise\.(?:all|allSettled|resolve|race|any)|Object\.(?:freeze|seal|create)|util\.(?:promisify|inspect)|promisify|querystring\.\w+|Array\.(?:from|of)|Array|p-limit|path\.(?:posix\.|win32\.)?dirname|untildify|expand-tilde|url\.(?:fileURLToPath|pathToFileURL))$/;
// Put what they were given together: `util.format('%s', a)`, `String.raw({ raw }, ...values)`.
const FORMATS = /^(?:util\.format|String\.raw|sprintf-js\.v?sprintf|sprintf-js)$/;
// What is dangerous may come out of them though nothing dangerous went in.
const DECODES =
  /^(?:decodeURI(?:Component)?|unescape|querystring\.unescape|atob|Buffer\.from|safe-decode-uri-component|decode-uri-component)$/;
const SHELL_QUOTES =
  /^(?:shell-quote|shell-escape|shescape|shlex|any-shell-escape|@npmcli\/promise-spawn|puka)\b/;
const TAME = /^(?:Number|parseInt|parseFloat|Boolean|Math|isNaN|Number\.\w+|Math\.\w+)$/;
const LIKELY_CHECK = /(?:valid|sanit|escap|quote|isSafe|allow|inside|isSub|within)/i;
const MAX_ARGS = 16;

export function externalCall(it: Machine, event: CallEvent, callee: ExternalValue): Value {
  const { args, name: method, self } = event;
  const { name } = callee;
  const first = args[0] ?? UNDEFINED;
  const read = readCall(it, event, name);
  if (read) return read;
  if (FORMATS.test(name)) return concat(args.flatMap(pieces));
  if (PASSES.test(name)) {
    if (name === 'Array.from' && args[1]?.kind === 'function') {
      return array([it.callFunction(args[1], [first])], true);
    }
    const isText = first.kind === 'unknown' || first.kind === 'text';
    if (name === 'String') return asText(first);
    return name === 'JSON.stringify' && isText
      ? marked(first, 'json', 'text')
      : passed(first, args);
  }
  if (TAME.test(name)) return UNKNOWN;
  if (name === 'Buffer.from' && isPlain(args[1])) return marked(first, 'bytes');
  if (DECODES.test(name)) return afterDecoding(first);
  if (/^encodeURI(?:Component)?$/.test(name)) return marked(first, 'encoded');
  if (name.startsWith('path.')) return pathCall(name, args);
  if (name === 'url.resolve' && args[1]) return rebased(args[1], first);
  if (name.startsWith('Object.')) return objectCall(it, name, args);
  if (/^fs\.(?:promises\.)?realpath(?:Sync)?(?:\.native)?$/.test(name)) {
    return marked(first, 'normalized');
  }
  if (SHELL_QUOTES.test(name)) return marked(concat(args), 'shell-quoted');
  if (method === 'then' && self) {
    it.runCallbacks(args, UNKNOWN);
    return continued(it, [], self);
  }
  const each = overElements(it, event, callee) ?? transacted(it, event, callee);
  if (each) return each;
  it.runCallbacks(args, entryOf(callee, args));
  const checks = LIKELY_CHECK.test(name)
    ? args.flatMap((arg) => taintsOf(arg)).map(({ origin }) => namedCheck(origin))
    : [];
  const result: ExternalValue = {
    kind: 'external',
    name: `${name}()`,
    args: args.slice(0, MAX_ARGS),
  };
  return withChecks(result, checks);
}

/** Its characters become bytes as they are; no encoding is undone. */
const isPlain = (encoding: Value | undefined): boolean =>
  encoding === undefined ||
  /^(?:utf-?(?:8|16le)|ucs-?2|latin1|binary|ascii)$/i.test(textOf(encoding) ?? '');

/** A list of texts, also as the `raw` of a template. */
function pieces(value: Value): readonly Value[] {
  const list = value.kind === 'object' ? (value.props.get('raw') ?? value) : value;
  return list.kind === 'array' ? list.items : [list];
}

const namedCheck = (origin: string) => ({ origin, kind: 'named', whenTruthy: true }) as const;

/** Files of the package itself; JSON and encodings are undone where the text is known. */
function readCall(it: Machine, event: CallEvent, name: string): Value | undefined {
  const [first = UNDEFINED, second] = event.args;
  const text = textOf(first);
  if (name === 'JSON.parse' && first.kind === 'union') {
    return union(first.options.map((one) => parsedValue(textOf(one) ?? '') ?? one));
  }
  if (name === 'JSON.parse') return text === undefined ? undefined : parsedValue(text);
  if (name === 'atob') return text === undefined ? undefined : decoded(text, 'base64');
  if (name === 'Buffer.from' && text !== undefined) return decoded(text, textOf(second) ?? '');
  if (/^(?:Buffer\.from|Uint8Array\.(?:from|of))$/.test(name) && first.kind === 'array') {
    return spelled(first.items);
  }
  if (/^String\.from(?:CharCode|CodePoint)$/.test(name)) return spelled(event.args);
  if (/^fs\.(?:promises\.)?readdir(?:Sync)?$/.test(name)) return it.listFolder(event.file, first);
  if (!/^fs\.(?:promises\.)?read(?:File|Json)(?:Sync)?$/.test(name)) return undefined;
  const found = it.readFile(event.file, first);
  if (!found) return undefined;
  const callback = event.args.at(-1);
  if (callback?.kind === 'function') return it.callFunction(callback, [literal(null), found]);
  return /[jJ]son/.test(name)
    ? union(optionsOf(found).map((one) => parsedValue(textOf(one) ?? '') ?? one))
    : found;
}

/** Whatever it was, an object is none of it any more: `String(args.shop)`. */
export function asText(value: Value): Value {
  if (value.kind === 'union') return union(value.options.map(asText));
  return value.kind === 'unknown' || value.kind === 'array' || value.kind === 'object'
    ? marked(value, 'text')
    : value;
}

function passed(first: Value, args: readonly Value[]): Value {
  if (first.kind === 'text' && args.length === 1) return first;
  return first;
}

function pathCall(name: string, args: readonly Value[]): Value {
  const text = concat(args.flatMap((arg, index) => (index === 0 ? [arg] : [literal('/'), arg])));
  const method = name.split('.').at(-1);
  switch (method) {
    case 'resolve':
      return marked(text, 'normalized', ...(args.length > 1 ? (['joined'] as const) : []));
    case 'join':
      return marked(text, 'normalized', 'joined');
    case 'normalize':
      return marked(text, 'normalized');
    case 'basename':
      return marked(args[0] ?? UNKNOWN, 'basename');
    case 'relative': {
      // `path.relative(root, p).startsWith('..')` is how one asks whether p lies inside.
      const checked = args.flatMap((arg) => taintsOf(arg));
      return checked.length === 0 ? UNKNOWN : { kind: 'unknown', taints: checked.map(relativeOf) };
    }
    case 'isAbsolute':
    case 'extname':
    case 'parse':
      return method === 'parse' ? (args[0] ?? UNKNOWN) : UNKNOWN;
    default:
      return external(`${name}()`);
  }
}

function relativeOf<T extends { marks: ReadonlySet<string> }>(taint: T): T {
  return { ...taint, marks: new Set([...taint.marks, 'normalized']) };
}

function objectCall(it: Machine, name: string, args: readonly Value[]): Value {
  const first = entryOf(args[0]) ?? args[0] ?? UNKNOWN;
  const target = objectIn(first);
  switch (name) {
    case 'Object.keys':
    case 'Object.getOwnPropertyNames':
      return target
        ? array(
            [...target.props.keys()].map((k) => literal(k)),
            target.isOpen,
          )
        : array(taintsOf(first).length > 0 ? [first] : [], true);
    case 'Object.values':
      return target
        ? array(
            [...target.props.keys()].map((key) => it.get(target, key)),
            target.isOpen,
          )
        : array(isListed(first) ? [first] : [], true);
    case 'Object.entries':
      return target
        ? array(
            [...pairs(target), ...(target.rest ? [array([target.rest, target.rest])] : [])],
            target.isOpen,
          )
        : array(isListed(first) ? [array([first, first])] : [], true);
    case 'Object.assign':
      return assigned(target, args);
    case 'Object.getPrototypeOf':
      return first.kind === 'function' ? first : UNKNOWN;
    case 'Object.fromEntries':
      return fromEntries(first);
    case 'Object.defineProperty':
      defineProperty(it, target, args);
      return first;
    case 'Object.hasOwn':
      return withChecks(
        { kind: 'unknown' },
        taintsOf(args[1] ?? UNKNOWN).map(({ origin }) => ({
          ...namedCheck(origin),
          kind: 'allowed',
        })),
      );
    default:
      return UNKNOWN;
  }
}

/** What comes of its members is made of it. */
const isListed = (value: Value) =>
  taintsOf(value).length > 0 || (value.kind === 'external' && value.name === 'process.env');

/** The object; of several that may stand there, one with the properties of all. */
function objectIn(value: Value): ObjectValue | undefined {
  const objects = optionsOf(value).filter((option) => option.kind === 'object');
  const [first] = objects;
  if (!first || objects.length === 1) return first;
  const props = new Map(objects.flatMap((one) => [...one.props]));
  return { kind: 'object', props, isOpen: objects.some((one) => one.isOpen) };
}

function assigned(target: ObjectValue | undefined, args: readonly Value[]): Value {
  const result: ObjectValue = target ?? { kind: 'object', props: new Map(), isOpen: true };
  for (const source of args.slice(1)) {
    if (source.kind === 'object') {
      for (const [key, value] of source.props) result.props.set(key, value);
      if (source.rest) result.rest = source.rest;
    } else if (source.kind === 'unknown') {
      result.isOpen = true;
      if (source.taints) result.rest = source;
    } else if (source.kind === 'external') {
      result.isOpen = true;
      result.rest ??= source;
    }
  }
  return result;
}

export function fromEntries(list: Value): Value {
  const props = new Map<string, Value>();
  let isOpen = list.kind !== 'array' || list.isOpen;
  if (list.kind === 'array') {
    for (const entry of list.items) {
      const key = entry.kind === 'array' ? textOf(entry.items[0]) : undefined;
      if (key !== undefined && entry.kind === 'array') props.set(key, entry.items[1] ?? UNDEFINED);
      else isOpen = true;
    }
  }
  return { kind: 'object', props, isOpen };
}

function defineProperty(
  it: Machine,
  target: ObjectValue | undefined,
  args: readonly Value[],
): void {
  const key = textOf(args[1]);
  const descriptor = args[2];
  if (!target || key === undefined || descriptor?.kind !== 'object') return;
  const getter = descriptor.props.get('get');
  const value = descriptor.props.get('value');
  if (getter?.kind === 'function') {
    target.props.set(key, { kind: 'lazy', force: () => it.callFunction(getter, []) });
  } else if (value) target.props.set(key, value);
}

export function externalNew(it: Machine, event: CallEvent, callee: ExternalValue): Value {
  const { args } = event;
  const first = args[0] ?? UNDEFINED;
  switch (callee.name) {
    case 'Map':
    case 'WeakMap': {
      const made = fromEntries(first.kind === 'literal' ? array([]) : first);
      return made.kind === 'object' ? { ...made, base: 'Map' } : made;
    }
    case 'Set':
      if (first.kind === 'array') return { ...first, items: [...first.items], isSet: true };
      return { ...array([], first.kind !== 'literal'), isSet: true };
    case 'URL':
      return args[1] ? rebased(first, args[1]) : first;
    case 'URLSearchParams':
      return marked(first, 'encoded');
    case 'RegExp':
      return textOf(first) === undefined
        ? UNKNOWN
        : { kind: 'regex', source: textOf(first) ?? '', flags: textOf(args[1]) ?? '' };
    case 'Proxy':
      return first;
    case 'Promise':
      it.runCallbacks(args);
      return UNKNOWN;
    default:
      it.runCallbacks(args);
      return { kind: 'external', name: `${callee.name}()`, args: args.slice(0, MAX_ARGS) };
  }
}
