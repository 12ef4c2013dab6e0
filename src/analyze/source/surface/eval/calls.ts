// Calls: hooks first, then bodies we have, then what is known of the platform, then callbacks.
import { builtinCall } from './builtins.ts';
import { externalCall } from './externals.ts';
import type { CallEvent, Machine } from './machine.ts';
import { schemaCall } from './schemas.ts';
import { moduleWrapper } from './wrappers.ts';
import { UNKNOWN, optionsOf, taintsOf, union, type Value } from './values.ts';

export function call(it: Machine, event: CallEvent): Value {
  const answer = it.hooks.onCall(event) ?? moduleWrapper(it, event) ?? schemaCall(it, event);
  if (answer) return answer;
  const { callee, self, args } = event;
  if (callee.kind === 'function') return viaFunction(it, event, callee);
  if (callee.kind === 'union') {
    it.uncertain += 1;
    const results = optionsOf(callee).map((option) =>
      option.kind === 'unknown' ? UNKNOWN : call(it, { ...event, callee: option }),
    );
    it.uncertain -= 1;
    return union(results);
  }
  if (callee.kind === 'external') return externalCall(it, event, callee);
  if (self) {
    const result = builtinCall(it, event, self);
    if (result) return result;
  }
  it.runCallbacks(args);
  // An unknown method of an argument gives something made of it: `args.path.at(-1)`.
  const taints = self && self.kind === 'unknown' ? taintsOf(self) : [];
  return taints.length === 0 ? UNKNOWN : { kind: 'unknown', taints };
}

function viaFunction(it: Machine, event: CallEvent, callee: Value & { kind: 'function' }): Value {
  const self = callee.self ? undefined : event.self;
  return it.callFunction(callee, event.args, self);
}
