// Where the functions of a file are called, handed on or put in the place of something else.
import type { Node } from '../../parse.ts';
import { calleesOf, functionsIn } from './callees.ts';
import { isFunction, lookup } from './model.ts';
import type { Model } from './model.ts';
import { keyOf, nameOf } from './names.ts';

const COMES_ABOUT =
  /^on(?:initialized|connect(?:ed)?|open|ready|start(?:ed)?|close|load|listening)$/;
const callersOfModel = new WeakMap<Model, Map<Node, Node[]>>();

/** Where a function is called or handed on, by function. */
export function callersOf(model: Model): Map<Node, Node[]> {
  const known = callersOfModel.get(model);
  if (known) return known;
  const callers = new Map<Node, Node[]>();
  const add = (fn: Node, site: Node) =>
    callers.set(fn, [...(callers.get(fn) ?? []).slice(0, 30), site]);
  for (const call of model.calls) {
    for (const fn of calleesOf(model, call)) add(fn.node, call);
    for (const arg of call.arguments) for (const fn of functionsIn(model, arg)) add(fn.node, call);
    // A constructor runs its class.
    if (call.type !== 'NewExpression' || call.callee.type !== 'Identifier') continue;
    const made = lookup(model, call.callee)?.defs.find((def) => def.kind === 'class')?.value;
    for (const member of made?.type === 'ClassDeclaration' ? made.body.body : []) {
      if (member.type === 'MethodDefinition' && member.kind === 'constructor')
        add(member.value, call);
    }
  }
  for (const assign of model.assigns) {
    if (assign.left.type !== 'MemberExpression') continue;
    // `server.oninitialized = prepare`: whoever connects brings it about, nobody asks for it.
    if (COMES_ABOUT.test(keyOf(model, assign.left) ?? ''))
      for (const fn of functionsIn(model, assign.right)) add(fn.node, assign);
    if (!isFunction(assign.right)) continue;
    const name = nameOf(model, assign.left);
    // What is put in the place of something built in will be called.
    if (name !== null && /^(?:fetch|process|https?|XMLHttpRequest)\b/.test(name))
      add(assign.right, assign);
  }
  callersOfModel.set(model, callers);
  return callers;
}
