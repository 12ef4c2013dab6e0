// Where a network call goes.
import type { Node } from '../parse.ts';
import { hostOf, placeOf } from './declared.ts';
import type { Place } from './declared.ts';
import { CLIENT, CONNECTION, is } from './kinds.ts';
import { CRED } from './labels.ts';
import { lookup, plainKey } from './model.ts';
import { HOLE, keyOf, nameOf, propertyOf, shapeOf, unwrap } from './names.ts';
import { callersOf } from './reach.ts';
import { carriedByAll } from './scene.ts';
import type { Scene } from './scene.ts';

const BARE_HOST = /^[\w-]+(?:\.[\w-]+)+$/;

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
    if (shape !== null && BARE_HOST.test(shape)) return shape.toLowerCase();
    for (const key of ['url', 'uri', 'hostname', 'host', 'baseURL', 'path']) {
      const value = shapeOf(scene.model, propertyOf(scene.model, arg, key));
      const found =
        hostOf(value) ??
        (key.startsWith('host') && value && !value.includes(HOLE) ? value.split(':')[0] : null);
      if (found) return found.toLowerCase();
    }
  }
  return hostFromCallers(scene, args);
}

/** `post(host, body)`: the host that callers hand over together with credentials. */
function hostFromCallers(scene: Scene, args: readonly Node[]): string | null {
  const parts = args
    .slice(0, 3)
    .flatMap((arg) => [
      arg,
      ...['url', 'hostname', 'host'].map((key) => propertyOf(scene.model, arg, key)),
    ]);
  for (const part of parts) {
    const owner = part?.type === 'Identifier' ? lookup(scene.model, part)?.owner : null;
    if (!owner || part?.type !== 'Identifier') continue;
    const index = owner.params.findIndex(
      (param) => param.type === 'Identifier' && param.name === part.name,
    );
    for (const site of index === -1 ? [] : (callersOf(scene).get(owner.node) ?? [])) {
      if (site.type !== 'CallExpression' || (carriedByAll(scene, site.arguments) & CRED) === 0)
        continue;
      const shape = shapeOf(scene.model, site.arguments[index]);
      const host = hostOf(shape) ?? (shape !== null && BARE_HOST.test(shape) ? shape : null);
      if (host !== null) return host.toLowerCase();
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
    const isClient =
      is(callee, CONNECTION | CLIENT) || /^axios\.create$|^got\.extend$/.test(callee);
    if (isClient || is(name, CONNECTION)) return hostOfArguments(scene, value.arguments);
    return value.callee.type === 'MemberExpression'
      ? hostOfConnection(scene, value.callee.object, depth + 1)
      : hostOfArguments(scene, value.arguments);
  }
  if (value.type === 'MemberExpression' && value.object.type === 'ThisExpression') {
    const made = fieldValue(scene, keyOf(scene.model, value) ?? '');
    return made ? hostOfConnection(scene, made, depth + 1) : null;
  }
  if (value.type === 'MemberExpression') return hostOfConnection(scene, value.object, depth + 1);
  if (value.type !== 'Identifier') return null;
  const binding = lookup(scene.model, value);
  const made = binding?.defs.find((def) => def.value !== null)?.value;
  const host = made ? hostOfConnection(scene, made, depth + 1) : null;
  return host ?? (binding ? hostOfConnect(scene, binding.name) : null);
}

/** `socket = new WebSocket(url)` in the body of a class, or `this.socket = …` in a method. */
function fieldValue(scene: Scene, key: string): Node | null {
  const { properties, assigns } = scene.model;
  const property = properties.find((one) => plainKey(one.key) === key);
  const assign = assigns.find(
    ({ left }) =>
      left.type === 'MemberExpression' &&
      left.object.type === 'ThisExpression' &&
      keyOf(scene.model, left) === key,
  );
  return property?.value ?? assign?.right ?? null;
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
