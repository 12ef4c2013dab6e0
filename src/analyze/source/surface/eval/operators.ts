// Unary and binary operators, and what a comparison tells about an argument.
import type { Node } from '../../parse.ts';
import type { Machine } from './machine.ts';
import {
  UNDEFINED,
  UNKNOWN,
  concat,
  literal,
  taintsOf,
  textOf,
  truthOf,
  withChecks,
  type Check,
  type Value,
  type Env,
} from './values.ts';

type Operator = Node & { type: 'BinaryExpression' | 'UnaryExpression' };

export function arithmetic(it: Machine, node: Operator, env: Env): Value {
  if (node.type === 'UnaryExpression') return unary(it, node, env);
  if (node.left.type === 'PrivateIdentifier') return UNKNOWN;
  const left = it.evaluate(node.left, env);
  const right = it.evaluate(node.right, env);
  switch (node.operator) {
    case '+':
      return plus(left, right);
    case '===':
    case '==':
      return typeTold(it, node, env, true) ?? equal(left, right, true);
    case '!==':
    case '!=':
      return typeTold(it, node, env, false) ?? equal(left, right, false);
    case 'in':
      return withChecks(UNKNOWN, allowed(left, right.kind === 'object' && !right.isOpen));
    default:
      return computed(node.operator, left, right);
  }
}

/** `typeof x === 'string'`: then x is no object. */
function typeTold(
  it: Machine,
  { left, right }: Node & { type: 'BinaryExpression' },
  env: Env,
  isSame: boolean,
): Value | undefined {
  if (left.type !== 'UnaryExpression' || left.operator !== 'typeof') return undefined;
  const type = right.type === 'Literal' ? right.value : undefined;
  const kind =
    type === 'string'
      ? 'text'
      : /^(?:number|boolean|bigint)$/.test(String(type))
        ? 'allowed'
        : undefined;
  const taints = kind ? taintsOf(it.evaluate(left.argument, env)) : [];
  if (!kind || taints.length === 0) return undefined;
  const checks = taints.map(({ origin }) => ({ origin, kind, whenTruthy: isSame }) as const);
  return withChecks({ kind: 'unknown' }, checks);
}

/** Numbers of characters are moved and turned by these; comparisons decide too much. */
const NUMERIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ^ b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
};

function computed(operator: string, left: Value, right: Value): Value {
  const work = NUMERIC[operator];
  if (work === undefined || left.kind !== 'literal' || right.kind !== 'literal') return UNKNOWN;
  if (typeof left.value !== 'number' || typeof right.value !== 'number') return UNKNOWN;
  return literal(work(left.value, right.value));
}

function unary(it: Machine, node: Node & { type: 'UnaryExpression' }, env: Env): Value {
  const value = it.evaluate(node.argument, env);
  switch (node.operator) {
    case '!': {
      const truth = truthOf(value);
      if (truth !== undefined) return literal(!truth);
      const turned = (value.checks ?? []).map((c) => ({ ...c, whenTruthy: !c.whenTruthy }));
      return withChecks({ kind: 'unknown' }, turned);
    }
    case 'typeof':
      if (value.kind === 'function' || value.kind === 'class') return literal('function');
      return value.kind === 'literal' ? literal(typeof value.value) : UNKNOWN;
    case 'void':
      return UNDEFINED;
    case '-':
      return value.kind === 'literal' && typeof value.value === 'number'
        ? literal(-value.value)
        : UNKNOWN;
    default:
      return UNKNOWN;
  }
}

function plus(left: Value, right: Value): Value {
  if (left.kind === 'literal' && right.kind === 'literal') {
    if (typeof left.value === 'number' && typeof right.value === 'number') {
      return literal(left.value + right.value);
    }
  }
  const isText = [left, right].some(
    // `process.cwd() + path.sep`
    (v) => v.kind === 'text' || textOf(v) !== undefined || isSeparator(v),
  );
  const isTainted = taintsOf(left).length > 0 || taintsOf(right).length > 0;
  return isText || isTainted ? concat([left, right]) : UNKNOWN;
}

const isSeparator = (value: Value) => value.kind === 'external' && value.name === 'path.sep';

function equal(left: Value, right: Value, isSame: boolean): Value {
  if (left.kind === 'literal' && right.kind === 'literal') {
    // `==` with null and undefined is how missing values are asked for.
    const same = left.value === right.value || (left.value == null && right.value == null);
    return literal(same === isSame);
  }
  const isObject = (v: Value) => v.kind === 'object' || v.kind === 'array' || v.kind === 'function';
  const isNothing = (v: Value) => v.kind === 'literal' && v.value == null;
  if ((isObject(left) && isNothing(right)) || (isObject(right) && isNothing(left))) {
    return literal(!isSame);
  }
  const isFirst = left.kind === 'literal' || isOwn(left);
  const [known, asked] = isFirst ? [left, right] : [right, left];
  if (known.kind === 'literal' && typeof known.value === 'string' && known.value.startsWith('..')) {
    const kind = 'no-dots' as const;
    return withChecks(
      { kind: 'unknown' },
      taintsOf(asked).map(({ origin }) => ({ origin, kind, whenTruthy: !isSame })),
    );
  }
  const isTelling =
    known.kind === 'literal' ? known.value != null && known.value !== '' : isOwn(known);
  const checks = allowed(asked, isTelling).map((check) => ({ ...check, whenTruthy: isSame }));
  return withChecks({ kind: 'unknown' }, checks);
}

/** Something that the server worked out itself: a folder's path, a name that it holds, a setting or its default. */
const isOwn = (value: Value): boolean =>
  value.kind === 'union'
    ? value.options.every((one) => isOwn(one) || (textOf(one) ?? '') !== '')
    : (value.kind === 'external' || value.kind === 'text') && taintsOf(value).length === 0;

/**
 * `a || b`: where it is false both are; where it is true, an argument has passed only what it would
 * have passed either way, and of that the weaker.
 */
export function eitherChecks(left: Value, right: Value): Check[] {
  const [one, other] = [left.checks ?? [], right.checks ?? []];
  const passed = (checks: readonly Check[]) => checks.filter(({ whenTruthy }) => whenTruthy);
  const isIn = (checks: readonly Check[], { origin }: Check) =>
    checks.some((check) => check.whenTruthy && check.origin === origin);
  const shared = [
    ...passed(one).filter((check) => isIn(other, check)),
    ...passed(other).filter((check) => isIn(one, check)),
  ];
  const isLesser = ({ kind }: Check) => kind !== 'allowed';
  const weaker = shared.filter(
    (check) =>
      isLesser(check) || !shared.some((two) => two.origin === check.origin && isLesser(two)),
  );
  const failed = [...one, ...other].filter(({ whenTruthy }) => !whenTruthy);
  return [...weaker, ...failed];
}

/** The value is one of a known few. */
export function allowed(value: Value, isClosed: boolean): Check[] {
  if (!isClosed) return [];
  return taintsOf(value).map(({ origin }) => ({ origin, kind: 'allowed', whenTruthy: true }));
}
