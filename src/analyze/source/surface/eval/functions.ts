// Calls of functions whose body we have, and of those that are handed to code we do not see.
import type { Node } from '../../parse.ts';
import { LocalEnv } from './env.ts';
import { letPass } from './guards.ts';
import type { Frame, Machine } from './machine.ts';
import {
  UNDEFINED,
  UNKNOWN,
  array,
  taintsOf,
  textOf,
  union,
  withChecks,
  withStep,
  type Check,
  type FunctionValue,
  type Value,
  type Env,
} from './values.ts';

const MAX_CALL_DEPTH = 24;
const MAX_SELF_CALLS = 2;

interface Callable {
  type: string;
  params: Node[];
  body: Node;
  generator?: boolean;
  id?: { name: string } | null;
}

export function callFunction(
  it: Machine,
  fn: FunctionValue,
  given: readonly Value[],
  self?: Value,
): Value {
  const node = fn.node as unknown as Callable;
  const isDeep = it.stack.length >= MAX_CALL_DEPTH || it.steps <= 0;
  if (isDeep || it.stack.filter((other) => other === fn.node).length >= MAX_SELF_CALLS) {
    return UNKNOWN;
  }
  const args = fn.bound ? [...fn.bound, ...given] : given;
  const env = new LocalEnv(fn.env, fn.file, true);
  const receiver = self ?? fn.self;
  if (receiver && node.type !== 'ArrowFunctionExpression') env.self = receiver;
  if (node.type === 'FunctionExpression' && node.id) env.declare(node.id.name, fn);
  if (node.type !== 'ArrowFunctionExpression') env.declare('arguments', array([...args]));
  const frame: Frame = { returns: [], yields: [] };
  const before = { frame: it.frame, guards: it.guards.length };
  it.frame = frame;
  it.stack.push(fn.node);
  it.entered.add(fn.node);
  bindParameters(it, fn, node.params, args, env);
  const result = runBody(it, node, env, frame);
  it.stack.pop();
  it.frame = before.frame;
  return settle(it, result, before.guards);
}

function bindParameters(
  it: Machine,
  fn: FunctionValue,
  params: readonly Node[],
  args: readonly Value[],
  env: Env,
): void {
  const step = args.some((arg) => taintsOf(arg).length > 0) ? it.place(fn.file, fn.node) : '';
  for (const [index, param] of params.entries()) {
    if (param.type === 'RestElement') {
      it.bind(param.argument, array([...args.slice(index)]), env, 'let');
      return;
    }
    const arg = args[index] ?? UNDEFINED;
    it.bind(param, step === '' ? arg : withStep(arg, `${step} call`), env, 'let');
  }
}

function runBody(it: Machine, node: Callable, env: Env, frame: Frame): Value {
  if (node.body.type !== 'BlockStatement') return it.evaluate(node.body, env);
  const completion = it.execute(node.body.body, env);
  if (node.generator && frame.returns.length === 0) return array(frame.yields, true);
  if (completion === 'normal' && frame.returns.length > 0)
    return union([...frame.returns, UNDEFINED]);
  return union(frame.returns);
}

/** What the callee checked and left by `return` becomes something that its result tells. */
function settle(it: Machine, returned: Value, since: number): Value {
  const own = it.guards.splice(since);
  const result = letPass(own, returned);
  const told: Check[] = [];
  for (const guard of own) {
    if (guard.by === 'throw') it.guards.push(guard);
    else if (guard.by === 'return') {
      told.push({ origin: guard.origin, kind: guard.kind, whenTruthy: guard.returned !== true });
    }
  }
  if (told.length === 0) return result;
  // Any mixture of true and false: what it is depends on the check.
  const isFlag = result.kind === 'literal' || result.kind === 'union';
  const open: Value =
    isFlag && taintsOf(result).length === 0 && isPlain(result) ? { kind: 'unknown' } : result;
  return withChecks(open, [...(result.checks ?? []), ...told]);
}

function isPlain(value: Value): boolean {
  const options = value.kind === 'union' ? value.options : [value];
  return options.every((option) => option.kind === 'literal' && textOf(option) === undefined);
}

/** Functions among arguments of a call that we cannot follow are run once, with unknown arguments. */
export function runCallbacks(it: Machine, args: readonly Value[], element?: Value): void {
  for (const arg of args) {
    if (arg.kind === 'function') {
      if (it.entered.has(arg.node) && element === undefined) continue;
      it.uncertain += 1;
      // `(header, stream, next)`, `(name, entry)`, `(error, entries)`: whichever it is.
      it.callFunction(arg, element ? [element, element] : []);
      it.uncertain -= 1;
    } else if (arg.kind === 'object' && it.stack.length < 8) {
      for (const member of arg.props.values()) {
        if (member.kind === 'function' && !it.entered.has(member.node)) {
          it.uncertain += 1;
          it.callFunction(member, []);
          it.uncertain -= 1;
        }
      }
    }
  }
}
