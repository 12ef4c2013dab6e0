// Checks that hold only inside a branch, kept on the values that leave it.
import type { Guard, Machine } from './machine.ts';
import {
  marked,
  taintsOf,
  withChecks,
  type Check,
  type Mark,
  type Taint,
  type Value,
} from './values.ts';

const MARKS: Readonly<Record<Check['kind'], Mark | undefined>> = {
  allowed: 'stripped',
  pattern: 'stripped',
  prefix: 'basename',
  'no-dots': 'basename',
  'weak-prefix': undefined,
  'no-option': undefined,
  host: undefined,
  'host-start': undefined,
  scheme: undefined,
  statement: undefined,
  named: undefined,
  text: 'text',
  callable: undefined,
};

/** `ALLOWED.has(x) ? x : other`: the x that comes out is one of the allowed. */
export function keptChecks(it: Machine, value: Value): Value {
  if (it.guards.length === 0) return value;
  const taints = taintsOf(value);
  if (taints.length === 0) return value;
  const marks = new Set<Mark>();
  for (const guard of it.guards) {
    const mark = guard.by === 'branch' ? MARKS[guard.kind] : undefined;
    if (mark && taints.every(({ origin }) => origin === guard.origin)) marks.add(mark);
  }
  return marks.size === 0 ? value : marked(value, ...marks);
}

/** What a function returns that throws at all else stays what it is, also past the branch that called it. */
export function letPass(own: readonly Guard[], value: Value): Value {
  const thrown = own.filter(({ by, kind }) => by === 'throw' && MARKS[kind] === 'stripped');
  const taints = thrown.length === 0 ? [] : taintsOf(value);
  const isHeld = ({ origin }: Taint) => thrown.some((guard) => guard.origin === origin);
  return taints.length > 0 && taints.every(isHeld) ? marked(value, 'stripped') : value;
}

/** `cursor ? held(cursor) : first`: what a helper let pass holds for what comes of it. */
export function thrownChecks(it: Machine, since: number, value: Value): Value {
  const thrown = it.guards.slice(since).filter(({ by }) => by === 'throw');
  return thrown.length === 0 || taintsOf(value).length === 0 ? value : withChecks(value, thrown);
}
