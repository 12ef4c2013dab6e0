// Calls that are made by way of another: `Reflect.apply(f, self, list)`, `Function.call(null, text)`.
import type { CallEvent, Machine } from './machine.ts';
import { external, taintsOf, type ExternalValue, type Value } from './values.ts';

// Of other libraries `call` and `apply` are methods of their own.
const OF_PLATFORM =
  /^((?:globalThis\.)?(?:eval|Function|fetch|require|(?:child_process|fs|vm|https?|axios|got)(?:\.\w+)+|Function\.prototype\.constructor))\.(call|apply|bind)$/;

/** The call that is meant; nothing if this one is. */
export function meantCall(event: CallEvent, callee: ExternalValue): CallEvent | undefined {
  const { args } = event;
  const [first, second, third] = args;
  if (callee.name === 'Reflect.apply') return again(event, first, listed(third), false, second);
  if (callee.name === 'Reflect.construct') return again(event, first, listed(second), true);
  const through = OF_PLATFORM.exec(callee.name);
  if (!through || through[2] === 'bind') return undefined;
  const given = through[2] === 'call' ? args.slice(1) : listed(second);
  return again(event, external(through[1] ?? ''), given, false);
}

/** `eval.bind(null)`: the function itself, as long as nothing is given in advance. */
export function boundSelf({ args }: CallEvent, callee: ExternalValue): Value | undefined {
  const through = OF_PLATFORM.exec(callee.name);
  return through?.[2] === 'bind' && args.length < 2 ? external(through[1] ?? '') : undefined;
}

function again(
  event: CallEvent,
  callee: Value | undefined,
  args: readonly Value[] | undefined,
  isNew: boolean,
  self?: Value,
): CallEvent | undefined {
  const isCallable = callee?.kind === 'external' || callee?.kind === 'function';
  if ((!isCallable && callee?.kind !== 'class') || !args) return undefined;
  const name = callee.kind === 'external' ? (callee.name.split('.').at(-1) ?? '') : event.name;
  return { ...event, name, callee, args, isNew, self };
}

const listed = (list: Value | undefined): readonly Value[] | undefined =>
  list?.kind === 'array' ? list.items : undefined;

/** `list.map(decodeURIComponent)`: what a function of others makes of an element. */
export function applied(it: Machine, event: CallEvent, callee: ExternalValue, item: Value): Value {
  const name = callee.name.split('.').at(-1) ?? '';
  const made = it.call({ ...event, name, callee, args: [item], isNew: false, self: undefined });
  return made.kind === 'external' && taintsOf(item).length > 0 ? item : made;
}
