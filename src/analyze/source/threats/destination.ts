// Where a network call goes.
import type { Node } from '../parse.ts';
import { hostOf, placeOf } from './declared.ts';
import type { Place } from './declared.ts';
import { CLIENT, CONNECTION, is } from './kinds.ts';
import { lookup } from './model.ts';
import { HOLE, nameOf, propertyOf, shapeOf, unwrap } from './names.ts';
import type { Scene } from './scene.ts';

export interface Destination {
  host: string | null;
  place: Place;
}
/** The destination of a client call, or of the connection that a method is called on. */
export function destinationOf(scene: Scene, args: readonly Node[], receiver?: Node): Destination {
  const host = receiver ? hostOfConnection(scene, receiver, 0) : hostOfArguments(scene, args);
  return { host, place: placeOf(host, scene.declared) };
}

function hostOfArguments(scene: Scene, args: readonly Node[]): string | null {
  for (const arg of args.slice(0, 3)) {
    const shape = shapeOf(scene.model, arg);
    const host = hostOf(shape);
    if (host !== null) return host;
    if (shape !== null && /^[\w-]+(?:\.[\w-]+)+$/.test(shape)) return shape.toLowerCase();
    for (const key of ['url', 'uri', 'hostname', 'host', 'baseURL', 'path']) {
      const value = shapeOf(scene.model, propertyOf(scene.model, arg, key));
      const found =
        hostOf(value) ??
        (key.startsWith('host') && value && !value.includes(HOLE) ? value.split(':')[0] : null);
      if (found) return found.toLowerCase();
    }
  }
  return null;
}

/** From a request, socket or client back to the call that made it. */
function hostOfConnection(scene: Scene, node: Node, depth: number): string | null {
  if (depth > 6) return null;
  const value = unwrap(node);
  if (value.type === 'CallExpression' || value.type === 'NewExpression') {
    const name = nameOf(scene.model, value) ?? '';
    const callee = nameOf(scene.model, value.callee) ?? '';
    if (is(callee, CONNECTION | CLIENT) || is(name, CONNECTION))
      return hostOfArguments(scene, value.arguments);
    return value.callee.type === 'MemberExpression'
      ? hostOfConnection(scene, value.callee.object, depth + 1)
      : hostOfArguments(scene, value.arguments);
  }
  if (value.type === 'MemberExpression') return hostOfConnection(scene, value.object, depth + 1);
  if (value.type !== 'Identifier') return null;
  const binding = lookup(scene.model, value);
  const made = binding?.defs.find((def) => def.value !== null)?.value;
  const host = made ? hostOfConnection(scene, made, depth + 1) : null;
  return host ?? (binding ? hostOfConnect(scene, binding.name) : null);
}

/** `socket.connect(port, host)`, `xhr.open('POST', url)`. */
function hostOfConnect(scene: Scene, name: string): string | null {
  for (const call of scene.model.calls) {
    const { callee } = call;
    if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') continue;
    if (callee.object.name !== name || callee.property.type !== 'Identifier') continue;
    if (callee.property.name === 'connect' || callee.property.name === 'open')
      return hostOfArguments(scene, call.arguments);
  }
  return null;
}
