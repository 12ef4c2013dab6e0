// Reading and writing of properties.
import { ofAddress, partOfAddress } from './addresses.ts';
import { memberOfClass } from './classes.ts';
import type { Machine } from './machine.ts';
import { below } from './origins.ts';
import { UNDEFINED, UNKNOWN, external, literal, union, withChecks, type Value } from './values.ts';

const TELLS =
  /^(?:ok|valid|isValid|success|allowed|isAllowed|safe|isSafe|error|errors|reason|message|err|result)$/;
// The constructor of what constructs makes functions of text.
const MAKERS = /^(?:Function|Array|Object|String|Number)(?:\.\w+){0,2}$/;
export function get(it: Machine, target: Value, key: string): Value {
  const found = read(it, target, key);
  const value = found.kind === 'lazy' ? found.force() : found;
  // `{ ok: false }` of a validator tells by its `ok` what the validator checked.
  return target.checks && TELLS.test(key) ? withChecks(value, target.checks) : value;
}

/** What an object of a class is in a text: `${where}` of one that says so itself. */
export function inText(it: Machine, value: Value): Value {
  if (value.kind !== 'object' || !value.class) return value;
  const speaks = get(it, value, 'toString');
  return speaks.kind === 'function' ? it.callFunction(speaks, [], value) : value;
}

function read(it: Machine, target: Value, key: string): Value {
  switch (target.kind) {
    case 'object':
      return readObject(it, target, key);
    case 'class':
      return memberOfClass(it, target, key, target, true) ?? UNKNOWN;
    case 'external':
      if (key === 'constructor' && MAKERS.test(target.name)) return external('Function');
      return key === 'default' ? target : external(`${target.name}.${key}`);
    case 'array':
      if (key === 'constructor') return external('Array');
      if (key === 'length') return target.isOpen ? UNKNOWN : literal(target.items.length);
      return /^\d{1,4}$/.test(key)
        ? (target.items[Number(key)] ?? openEnd(target.isOpen))
        : UNKNOWN;
    case 'function':
      // `(async () => {}).constructor` makes functions of text.
      return target.props?.get(key) ?? (key === 'constructor' ? external('Function') : UNKNOWN);
    case 'schema':
      return readSchema(target, key);
    case 'unknown':
      return target.taints
        ? { kind: 'unknown', taints: target.taints.map((t) => below(t, key)) }
        : UNKNOWN;
    case 'union':
      return union(target.options.map((option) => get(it, option, key)));
    case 'literal':
      if (typeof target.value !== 'string') return UNKNOWN;
      return key === 'length'
        ? literal(target.value.length)
        : (partOfAddress(target.value, key) ?? UNKNOWN);
    case 'text':
      return ofAddress(target, key) ?? UNKNOWN;
    default:
      return UNKNOWN;
  }
}

const openEnd = (isOpen: boolean): Value => (isOpen ? UNKNOWN : UNDEFINED);

function readObject(it: Machine, target: Value & { kind: 'object' }, key: string): Value {
  const own = target.props.get(key);
  if (own) {
    if (own.kind !== 'lazy') return own;
    // Put aside while it is worked out: a getter may read itself.
    target.props.set(key, UNKNOWN);
    const forced = own.force();
    target.props.set(key, forced);
    return forced;
  }
  const inherited = target.class && memberOfClass(it, target.class, key, target, false);
  if (inherited) return inherited;
  if (key === 'constructor' && target.class) return target.class;
  if (target.rest) return get(it, target.rest, key);
  if (target.base !== undefined && target.base !== 'Map')
    return external(`${target.base}().${key}`);
  return target.isOpen || target.class ? UNKNOWN : UNDEFINED;
}

function readSchema(target: Value & { kind: 'schema' }, key: string): Value {
  if (key !== 'shape' || !target.shape) return UNKNOWN;
  return { kind: 'object', props: target.shape, isOpen: false };
}

export function set(_it: Machine, target: Value, key: string, value: Value): void {
  if (target.kind === 'object') target.props.set(key, value);
  else if (target.kind === 'class') target.statics.set(key, value);
  else if (target.kind === 'function') (target.props ??= new Map()).set(key, value);
  else if (target.kind === 'array' && /^\d{1,3}$/.test(key)) target.items[Number(key)] = value;
  else if (target.kind === 'union') {
    for (const option of target.options) if (option.kind === 'object') option.props.set(key, value);
  }
}
