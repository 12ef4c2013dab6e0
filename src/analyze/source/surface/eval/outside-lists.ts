// Lists that come from outside: what a callback does with an element whose value is not known.
import { entryOf } from './archives.ts';
import type { CallEvent, Machine } from './machine.ts';
import { allowed } from './operators.ts';
import {
  UNKNOWN,
  array,
  external,
  taintsOf,
  withChecks,
  type ExternalValue,
  type Value,
} from './values.ts';

const ITERATES = /\.(?:forEach|map|flatMap|filter|some|every|find|findLast)$/;

const LOOKS_UP = /\.(?:includes|has|indexOf|hasOwnProperty)$/;

/** `process.argv.slice(2).some((dir) => ...)`; undefined if it is another kind of call. */
export function overElements(
  it: Machine,
  event: CallEvent,
  callee: ExternalValue,
): Value | undefined {
  const [callback = UNKNOWN] = event.args;
  // `(await readdir(folder)).includes(name)`
  if (LOOKS_UP.test(callee.name) && taintsOf(callback).length > 0) {
    return withChecks({ kind: 'unknown' }, allowed(callback, true));
  }
  if (callback.kind !== 'function' || !ITERATES.test(callee.name)) return undefined;
  const list = callee.name.slice(0, callee.name.lastIndexOf('.'));
  const element = entryOf(external(list)) ?? external(`${list}[]`);
  it.uncertain += 1;
  const result = it.callFunction(callback, [element]);
  it.uncertain -= 1;
  switch (event.name) {
    case 'map':
    case 'flatMap':
      return array([result], true);
    case 'filter':
      return taintsOf(element).length > 0 ? array([element], true) : external(`${list}.filter()`);
    case 'find':
    case 'findLast':
      return withChecks(element, result.checks ?? []);
    default:
      return withChecks({ kind: 'unknown' }, result.checks ?? []);
  }
}
