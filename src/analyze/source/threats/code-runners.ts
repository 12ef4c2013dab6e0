// Which argument of a call is run as code, if any.
import type { Node } from '../parse.ts';
import type { Call } from './model.ts';
import { isFunction } from './model.ts';
import { constantOf, keyOf, nameOf, propertyOf, shapeOf, unwrap } from './names.ts';
import type { Scene } from './scene.ts';
import { isEval } from './vocabulary.ts';

export function callsCode(scene: Scene, call: Call, name: string): Node | null {
  const made = call.type === 'NewExpression' && !name.startsWith('new ') ? `new ${name}` : name;
  const first = call.arguments[0];
  if (
    /^(?:new )?Function$|AsyncFunction$|^(?:new )?Object\.getPrototypeOf\(\)\.constructor$/.test(
      made,
    )
  )
    return call.arguments.at(-1) ?? null;
  if (name === 'Reflect.construct' && isEval(nameOf(scene.model, first) ?? ''))
    return call.arguments[1] ?? null;
  if (isEval(made) || isEval(name) || isConstructorCall(scene, call)) return first ?? null;
  if (
    /^(?:setTimeout|setInterval|setImmediate)$/.test(name) &&
    first &&
    !isFunction(unwrap(first))
  ) {
    const callee = unwrap(first);
    if (callee.type === 'Identifier' || callee.type === 'MemberExpression') return null;
    const isBound =
      callee.type === 'CallExpression' &&
      callee.callee.type === 'MemberExpression' &&
      keyOf(scene.model, callee.callee) === 'bind';
    return isBound ? null : first;
  }
  if (/^new (?:worker_threads\.)?Worker$/.test(made)) {
    const isEvaluated = propertyOf(scene.model, call.arguments[1] ?? null, 'eval');
    return isEvaluated ? (first ?? null) : null;
  }
  return null;
}

/** `[]['filter']['constructor'](code)`, `(() => {}).constructor(code)`, `Reflect.construct(Function, [code])`. */
function isConstructorCall(scene: Scene, call: Call): boolean {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return false;
  if (keyOf(scene.model, callee) !== 'constructor' || call.type === 'NewExpression') return false;
  const object = unwrap(callee.object);
  const text = shapeOf(scene.model, call.arguments[0]);
  if (isFunction(object)) return true;
  return (
    object.type === 'MemberExpression' &&
    (text !== null || constantOf(scene.model, object.property) !== null || object.computed)
  );
}
