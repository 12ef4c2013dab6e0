// How a call stands in its surroundings: awaited, swallowed, in a handler.
import type { Node } from '../parse.ts';
import { isFunction, lookup } from './flow/model.ts';
import { keyOf, unwrap } from './flow/names.ts';
import type { Scene } from './scene.ts';

/** Whether nobody waits for the outcome or every error is dropped: a call that must not be noticed. */
export function isSwallowed(scene: Scene, call: Node): boolean {
  let node = call;
  for (let turn = 0; turn < 8; turn++) {
    const parent = scene.file.parentOf(node);
    if (!parent) return false;
    if (parent.type === 'MemberExpression' && parent.object === node) {
      const outer = scene.file.parentOf(parent);
      if (outer?.type !== 'CallExpression' || outer.callee !== parent) return false;
      if (keyOf(scene.model, parent) === 'catch' && isEmptyFunction(outer.arguments[0]))
        return true;
      node = outer;
      continue;
    }
    if (parent.type === 'ExpressionStatement') {
      return (
        !isInsideRequest(scene, call) || inEmptyTry(scene, parent) || ignoresAnswer(scene, call)
      );
    }
    if (parent.type === 'UnaryExpression' && parent.operator === 'void') return true;
    if (parent.type === 'AwaitExpression' || parent.type === 'ChainExpression')
      return inEmptyTry(scene, parent);
    return false;
  }
  return false;
}

/** Whether something is done with what the call yields: `return fetch(…)`, `const r = await (await fetch(…)).json()`. */
export function usesAnswer(scene: Scene, call: Node): boolean {
  let node = call;
  for (let turn = 0; turn < 12; turn++) {
    const parent = scene.file.parentOf(node);
    if (!parent || parent.type === 'ExpressionStatement') return false;
    if (parent.type === 'UnaryExpression' && parent.operator === 'void') return false;
    const isCalled = parent.type === 'CallExpression' && parent.callee === node;
    const isPassed =
      isCalled ||
      parent.type === 'AwaitExpression' ||
      parent.type === 'ChainExpression' ||
      (parent.type === 'MemberExpression' && parent.object === node);
    if (!isPassed) return true;
    if (isCalled && parent.arguments.some((arg) => isFunction(arg) && !isEmptyFunction(arg)))
      return true;
    node = parent;
  }
  return true;
}

/** `req.write(x)` is a statement by nature. */
function isInsideRequest(scene: Scene, call: Node): boolean {
  if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return false;
  return /^(?:write|end|send)$/.test(
    keyOf(scene.model, unwrap(call.callee) as typeof call.callee) ?? '',
  );
}

/** A request that has no callback and whose response nobody listens to. */
function ignoresAnswer(scene: Scene, call: Node): boolean {
  if (call.type !== 'CallExpression' || call.callee.type !== 'MemberExpression') return false;
  const request = unwrap(call.callee.object);
  if (request.type !== 'Identifier') return false;
  const made = lookup(scene.model, request)?.defs.find((def) => def.value !== null)?.value;
  if (made?.type !== 'CallExpression' || made.arguments.some((arg) => isFunction(arg)))
    return false;
  return !new RegExp(`\\b${request.name.replace(/\W/g, '.')}\\.on(?:ce)?\\(\\s*['"]response`).test(
    scene.file.text,
  );
}

function inEmptyTry(scene: Scene, node: Node): boolean {
  for (let at: Node | null = node; at !== null && !isFunction(at); at = scene.file.parentOf(at)) {
    const parent = scene.file.parentOf(at);
    if (parent?.type === 'TryStatement' && parent.block === at) {
      return parent.handler?.body.body.length === 0;
    }
  }
  return false;
}

function isEmptyFunction(node: Node | undefined): boolean {
  if (!isFunction(node)) return false;
  if (node.body.type === 'BlockStatement') return node.body.body.length === 0;
  return (
    node.body.type === 'Identifier' ||
    node.body.type === 'Literal' ||
    node.body.type === 'UnaryExpression' ||
    (node.body.type === 'ObjectExpression' && node.body.properties.length === 0)
  );
}
