// The addresses that a request may go to, also where host and path are properties of an object.
import type { Node } from '../../parse.ts';
import { candidatesOf } from '../flow/candidates.ts';
import { lookup, plainKey } from '../flow/model.ts';
import { nameOf, unwrap } from '../flow/names.ts';
import type { Scene } from '../scene.ts';

const MAX_DEPTH = 5;

/** Texts that start with a scheme or `//`; [] if nothing is known. */
export function addressesOf(scene: Scene, args: readonly Node[]): string[] {
  return args
    .slice(0, 2)
    .flatMap((arg) => [...candidatesOf(scene, arg), ...inOptions(scene, arg, 0)]);
}

/** `{ host }`, `Object.assign({ path }, origin)`, `{ ...origin }`, `{ url }`. */
function inOptions(scene: Scene, node: Node, depth: number): string[] {
  if (depth > MAX_DEPTH) return [];
  const value = unwrap(node);
  const of = (one: Node) => inOptions(scene, one, depth + 1);
  if (value.type === 'SpreadElement') return of(value.argument);
  if (value.type === 'Identifier') {
    const def = lookup(scene.model, value)?.defs.find((one) => one.kind === 'init');
    return def?.value && def.path.length === 0 ? of(def.value) : [];
  }
  if (value.type === 'CallExpression')
    return nameOf(scene.model, value.callee) === 'Object.assign' ? value.arguments.flatMap(of) : [];
  if (value.type !== 'ObjectExpression') return [];
  return value.properties.flatMap((one) => {
    if (one.type !== 'Property') return of(one);
    const key = plainKey(one.key);
    if (/^(?:host|hostname)$/.test(key))
      return candidatesOf(scene, one.value).map((host) => `//${host}`);
    return /^(?:url|uri|baseURL|prefixUrl|origin)$/.test(key) ? candidatesOf(scene, one.value) : [];
  });
}
