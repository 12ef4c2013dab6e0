// Helpers that compilers and bundlers put between modules and functions.
import type { CallEvent, Machine } from './machine.ts';
import { UNKNOWN, array, external, textOf, type Value } from './values.ts';

const PASS_FIRST =
  /^(?:__importDefault|__importStar|_interopRequire(?:Default|Wildcard)|__toESM|__toCommonJS|__name|_?interopDefault(?:Compat|Legacy)?)$/;
const NAMES_VALUE = new Set(['__name']);

export function moduleWrapper(it: Machine, event: CallEvent): Value | undefined {
  const { name, args, self, callee } = event;
  if (callee.kind === 'external' && /^(?:require|module\.createRequire\(\))$/.test(callee.name)) {
    const spec = textOf(args[0]);
    return spec === undefined
      ? it.importAt(event.file, args[0] ?? UNKNOWN)
      : it.importFrom(event.file, spec);
  }
  if (PASS_FIRST.test(name) && (self === undefined || !NAMES_VALUE.has(name))) {
    return imported(name, args[0] ?? UNKNOWN, event);
  }
  if (name === '__awaiter' || name === '_asyncToGenerator') {
    const body = args.at(-1);
    if (body?.kind !== 'function') return UNKNOWN;
    const receiver = name === '__awaiter' ? args[0] : undefined;
    const given = args[1]?.kind === 'array' ? args[1].items : [];
    return name === '__awaiter' ? it.callFunction(body, given, receiver) : body;
  }
  if (name === '__assign' || name === '_extends' || name === '_object_spread') {
    return it.call({
      ...event,
      name: 'assign',
      callee: external('Object.assign'),
      self: undefined,
    });
  }
  if (name === '__spreadArray' || name === '_to_consumable_array') return spread(args);
  if (name === '__rest') return args[0] ?? UNKNOWN;
  return undefined;
}

/** A CommonJS module seen through its `default`. */
function imported(name: string, value: Value, event: CallEvent): Value {
  if (value.kind !== 'object' || name === '__toCommonJS') return value;
  if (name === '__name' || value.props.has('default') || value.props.has('__esModule'))
    return value;
  const props = new Map(value.props);
  props.set('default', value);
  return { kind: 'object', props, isOpen: value.isOpen, file: event.file, node: event.node };
}

/** `__spreadArray(["a"], list, true)`: both lists, one after the other. */
function spread(args: readonly Value[]): Value {
  const lists = args.filter((arg) => arg.kind !== 'literal');
  const items = lists.flatMap((list) => (list.kind === 'array' ? list.items : [list]));
  return array(
    items,
    lists.some((list) => list.kind !== 'array' || list.isOpen),
  );
}
