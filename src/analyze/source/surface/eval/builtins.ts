// Methods of arrays, maps and functions.
import { applied } from './indirect.ts';
import type { CallEvent, Machine } from './machine.ts';
import { allowed } from './operators.ts';
import { stringCall } from './strings.ts';
import {
  UNDEFINED,
  UNKNOWN,
  array,
  concat,
  literal,
  taintsOf,
  textOf,
  union,
  withChecks,
  type ArrayValue,
  type ObjectValue,
  type Value,
} from './values.ts';

const MAX_ITEMS = 2000;
const MAX_FOLDED = 100;

/** The result of a method that the language defines, or undefined if it is none we know. */
export function builtinCall(it: Machine, event: CallEvent, self: Value): Value | undefined {
  const { name, args } = event;
  if (self.kind === 'union') {
    if (self.options.every((option) => option.kind === 'literal' || option.kind === 'text')) {
      return stringCall(it, event, self);
    }
    const arrays = self.options.filter((option) => option.kind === 'array');
    const [first] = arrays;
    if (!first) return stringCall(it, event, self);
    // `isReadOnly ? some : all`: whatever may be in there counts.
    const isOpen = arrays.some((one) => one.isOpen);
    const items = [...new Set(arrays.flatMap((one) => one.items))];
    return arrayCall(it, event, arrays.length === 1 ? first : array(items, isOpen));
  }
  if (self.kind === 'array') return arrayCall(it, event, self);
  if (self.kind === 'object' && self.base === 'Map') return mapCall(it, event, self);
  if (self.kind === 'function') return functionCall(it, name, args, self);
  if (self.kind === 'object' && ['then', 'catch', 'finally'].includes(name)) {
    return name === 'then' ? continued(it, args, self) : self;
  }
  if (self.kind === 'object' && name === 'hasOwnProperty') {
    return withChecks({ kind: 'unknown' }, allowed(args[0] ?? UNKNOWN, !self.isOpen));
  }
  return stringCall(it, event, self);
}

export function continued(it: Machine, args: readonly Value[], value: Value): Value {
  const [next] = args;
  return next?.kind === 'function' ? it.callFunction(next, [value]) : UNKNOWN;
}

function functionCall(
  it: Machine,
  name: string,
  args: readonly Value[],
  self: Value & { kind: 'function' },
): Value | undefined {
  const [receiver] = args;
  if (name === 'bind') {
    const bound = [...(self.bound ?? []), ...args.slice(1)];
    return {
      ...self,
      bound,
      ...(receiver && receiver.kind !== 'literal' ? { self: receiver } : {}),
    };
  }
  if (name === 'call') return it.callFunction(self, args.slice(1), receiver);
  if (name === 'apply') {
    const list = args[1];
    return it.callFunction(self, list?.kind === 'array' ? list.items : [], receiver);
  }
  return undefined;
}

function mapCall(it: Machine, event: CallEvent, self: ObjectValue): Value | undefined {
  const { name, args } = event;
  const key = textOf(args[0]);
  const values = () => [...self.props.values()];
  switch (name) {
    case 'set':
      if (key === undefined || self.props.size > MAX_ITEMS) {
        self.isOpen = true;
        // Kept under a name that no caller can send, so that `values()` finds it.
        if (args[1]) self.props.set(`@@${self.props.size}`, args[1]);
      } else self.props.set(key, args[1] ?? UNDEFINED);
      return self;
    case 'get': {
      const found = key === undefined ? undefined : self.props.get(key);
      if (found) return found;
      return key !== undefined && !self.isOpen ? UNDEFINED : union([...values(), UNDEFINED]);
    }
    case 'has':
      if (key !== undefined && !self.isOpen) return literal(self.props.has(key));
      return withChecks({ kind: 'unknown' }, allowed(args[0] ?? UNKNOWN, true));
    case 'values':
      return array(values(), self.isOpen);
    case 'keys':
      return array(
        [...self.props.keys()].map((k) => literal(k)),
        self.isOpen,
      );
    case 'entries':
      return array(pairs(self), self.isOpen);
    case 'forEach':
      return arrayCall(it, event, array(values(), self.isOpen));
    default:
      return undefined;
  }
}

export function pairs(self: ObjectValue): Value[] {
  return [...self.props].map(([key, value]) =>
    array([literal(key), value.kind === 'lazy' ? value.force() : value]),
  );
}

function arrayCall(it: Machine, event: CallEvent, self: ArrayValue): Value | undefined {
  const { name, args } = event;
  const [first] = args;
  switch (name) {
    case 'push':
    case 'unshift':
    case 'add':
      if (self.items.length + args.length < MAX_ITEMS) self.items.push(...args);
      return name === 'add' ? self : UNKNOWN;
    case 'concat':
      return args.reduce<ArrayValue>(
        (sum, arg) =>
          arg.kind === 'array'
            ? array([...sum.items, ...arg.items], sum.isOpen || arg.isOpen)
            : array([...sum.items, arg], sum.isOpen || arg.kind !== 'object'),
        self,
      );
    case 'join': {
      const glue = first ?? literal(',');
      return concat(self.items.flatMap((item, index) => (index === 0 ? [item] : [glue, item])));
    }
    case 'reverse':
    case 'toReversed':
      return array([...self.items].reverse(), self.isOpen);
    case 'slice':
    case 'sort':
    case 'values':
    case 'toSorted':
      return array([...self.items], self.isOpen);
    case 'flat':
      return array(
        self.items.flatMap((item) => (item.kind === 'array' ? item.items : [item])),
        self.isOpen,
      );
    case 'entries':
      return array(
        self.items.map((item, index) => array([literal(index), item])),
        self.isOpen,
      );
    case 'at':
    case 'pop':
    case 'shift':
      return union(self.items);
    case 'includes':
    case 'has':
    case 'indexOf':
      return withChecks({ kind: 'unknown' }, allowed(first ?? UNKNOWN, isAllowList(self)));
    default:
      return iterate(it, event, self);
  }
}

/** A list of the server's own, not one that came with the arguments. */
function isAllowList(self: ArrayValue): boolean {
  return taintsOf(self).length === 0;
}

/**
 * Folded item by item; a list that is open goes round twice, so that what the first round made is
 * met by the second.
 */
function reduced(it: Machine, args: readonly Value[], self: ArrayValue): Value | undefined {
  const [callback, start] = args;
  if (callback?.kind !== 'function' || self.items.length > MAX_FOLDED) return undefined;
  const items = self.isOpen ? [...self.items, ...self.items] : self.items;
  const [first = self.isOpen ? UNKNOWN : UNDEFINED, ...rest] = items;
  return (start === undefined ? rest : items).reduce(
    (sum, item, index) =>
      it.callFunction(callback, [sum, item, self.isOpen ? UNKNOWN : literal(index), self]),
    start ?? first,
  );
}

function iterate(it: Machine, event: CallEvent, self: ArrayValue): Value | undefined {
  const { name, args } = event;
  const [callback] = args;
  const run = (item: Value, index: number): Value =>
    callback?.kind === 'function'
      ? it.callFunction(
          callback,
          name === 'reduce' ? [UNKNOWN, item] : [item, literal(index), self],
        )
      : callback?.kind === 'external' && callback.name === 'Boolean'
        ? UNKNOWN
        : callback?.kind === 'external' && name !== 'reduce'
          ? applied(it, event, callback, item)
          : taintsOf(item).length > 0 && callback
            ? item
            : UNKNOWN;
  const items = self.isOpen && self.items.length === 0 ? [UNKNOWN] : self.items;
  switch (name) {
    case 'map':
      return array(items.map(run), self.isOpen);
    case 'forEach':
      items.forEach(run);
      return UNDEFINED;
    case 'flatMap':
      return array(
        items.flatMap((item, index) => {
          const result = run(item, index);
          return result.kind === 'array' ? result.items : [result];
        }),
        self.isOpen,
      );
    case 'filter': {
      const kept = items.map((item, index) => ({ item, keep: run(item, index) }));
      const isSure = kept.every(({ keep }) => keep.kind === 'literal');
      const stay = kept.filter(({ keep }) => keep.kind !== 'literal' || keep.value);
      return array(
        stay.map(({ item }) => item),
        self.isOpen && !isSure,
      );
    }
    case 'find':
    case 'findIndex':
    case 'some':
    case 'every': {
      const results = items.map((item, index) => ({ item, result: run(item, index) }));
      const checks = results.flatMap(({ result }) => result.checks ?? []).slice(0, 16);
      if (name !== 'find') return withChecks({ kind: 'unknown' }, checks);
      const sure = results.find(({ result }) => result.kind === 'literal' && result.value === true);
      const options = results.filter(({ result }) => result.kind !== 'literal' || result.value);
      const value = sure?.item ?? union([...options.map(({ item }) => item), UNDEFINED]);
      return withChecks(value, checks);
    }
    case 'reduce':
      return reduced(it, args, self) ?? (items.forEach(run), UNKNOWN);
    default:
      return undefined;
  }
}
