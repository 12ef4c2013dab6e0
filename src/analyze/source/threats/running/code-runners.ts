// Which argument of a call is run as code, if any.
import type { Node } from '../../parse.ts';
import type { Invocation } from '../flow/invoke.ts';
import { is, MAY_RUN_CODE } from '../flow/kinds.ts';
import type { Call } from '../flow/model.ts';
import { isFunction } from '../flow/model.ts';
import { constantOf, keyOf, nameOf, propertyOf, shapeOf, unwrap } from '../flow/names.ts';
import type { Scene } from '../scene.ts';
import { isEval, isFunctionMaker, isTimer, isWorker } from '../flow/vocabulary.ts';

export function callsCode(scene: Scene, invocation: Invocation): Node | null {
  const { call, name, args } = invocation;
  // Nearly all calls end here, with what is known of the name.
  const code = is(name, MAY_RUN_CODE) ? codeOf(scene, invocation) : null;
  return code ?? (isConstructorCall(scene, call) ? (args.at(-1) ?? null) : null);
}

function codeOf(scene: Scene, { call, name, args }: Invocation): Node | null {
  const made = call.type === 'NewExpression' && !name.startsWith('new ') ? `new ${name}` : name;
  const first = args[0];
  if (isOfInstance(call, name)) return null;
  if (isFunctionMaker(made)) return args.at(-1) ?? null;
  if (name === 'Reflect.construct' && isEval(nameOf(scene.model, first) ?? ''))
    return args[1] ?? null;
  if (isEval(made) || isEval(name)) return first ?? null;
  if (isTimer(name)) return timedText(scene, first);
  if (!isWorker(made)) return null;
  const isEvaluated = propertyOf(scene.model, args[1] ?? null, 'eval');
  return isEvaluated || isMadeOfText(scene, first) ? (first ?? null) : null;
}

/** `new Function(code)(value)`: what was made of code is called, and given data. */
function isOfInstance(call: Call, name: string): boolean {
  const isCall = call.type === 'CallExpression' && unwrap(call.callee).type !== 'MemberExpression';
  return isCall && name.startsWith('new ');
}

/** What a timer is given in place of a function. */
function timedText(scene: Scene, first: Node | undefined): Node | null {
  if (!first || isFunction(unwrap(first))) return null;
  const callee = unwrap(first);
  if (callee.type === 'Identifier' || callee.type === 'MemberExpression') return null;
  const isBound =
    callee.type === 'CallExpression' &&
    callee.callee.type === 'MemberExpression' &&
    keyOf(scene.model, callee.callee) === 'bind';
  return isBound || isOfHeap(scene, callee) ? null : first;
}

/** `getObject(index)`: the function that a program compiled by wasm-bindgen was handed before. */
const isOfHeap = ({ file }: Scene, value: Node): boolean =>
  value.type === 'CallExpression' &&
  value.callee.type === 'Identifier' &&
  /^(?:get|take)Object$/.test(value.callee.name) &&
  /\b__wbindgen_\w/.test(file.text);

/** `new Worker(URL.createObjectURL(blob))`, `new Worker(new URL('data:text/javascript,…'))`. */
function isMadeOfText(scene: Scene, node: Node | undefined): boolean {
  if (!node) return false;
  if (/^data:(?:text|application)\/javascript/.test(shapeOf(scene.model, node) ?? '')) return true;
  return nameOf(scene.model, node) === 'URL.createObjectURL()';
}

/** `[]['filter']['constructor'](code)`, `(() => {}).constructor(code)`. */
function isConstructorCall(scene: Scene, call: Call): boolean {
  if (call.type === 'NewExpression') return false;
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression' || keyOf(scene.model, callee) !== 'constructor')
    return false;
  const object = unwrap(callee.object);
  const text = shapeOf(scene.model, call.arguments[0]);
  if (isFunction(object)) return true;
  return (
    object.type === 'MemberExpression' &&
    (text !== null || constantOf(scene.model, object.property) !== null || object.computed)
  );
}
