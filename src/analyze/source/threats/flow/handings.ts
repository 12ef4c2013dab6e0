// Which functions of a file a call hands something to, and what, argument by argument.
import type { Node } from '../../parse.ts';
import { calleesOf, functionsIn } from './callees.ts';
import type { Call, Fn, Model } from './model.ts';
import { keyOf, nameOf, unwrap } from './names.ts';

export interface Handing {
  fn: Fn;
  args: readonly Node[];
}

/** Functions that are called later, with what follows: after the delay, or at once. */
const LATER = /^(?:timers\.)?(setTimeout|setInterval|setImmediate)$|^process\.nextTick$/;

export function handingsOf(model: Model, call: Call): Handing[] {
  const callees = calleesOf(model, call);
  if (callees.length > 0) {
    const args = argumentsOf(model, call);
    return callees.map((fn) => ({ fn, args }));
  }
  if (call.type === 'NewExpression' || call.arguments.length < 2) return [];
  const later = LATER.exec(nameOf(model, call.callee) ?? '');
  if (!later) return [];
  const from = later[1] === 'setTimeout' || later[1] === 'setInterval' ? 2 : 1;
  const args = call.arguments.slice(from);
  return args.length === 0 ? [] : functionsIn(model, call.arguments[0]).map((fn) => ({ fn, args }));
}

/** `fn.call(self, a, b)` and `fn.apply(self, [a, b])` hand over what comes after `self`. */
function argumentsOf(model: Model, call: Call): readonly Node[] {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return call.arguments;
  const method = keyOf(model, callee);
  // A method of a class may have that name as well.
  if (functionsIn(model, unwrap(callee.object)).length === 0) return call.arguments;
  if (method === 'call') return call.arguments.slice(1);
  if (method !== 'apply') return call.arguments;
  const list = call.arguments[1];
  return list?.type === 'ArrayExpression' ? list.elements.filter((one) => one !== null) : [];
}
