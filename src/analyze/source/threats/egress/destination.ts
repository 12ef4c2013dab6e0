// Where a network call goes.
import type { Node } from '../../parse.ts';
import { hostOf, placeOf } from '../declared.ts';
import type { Place } from '../declared.ts';
import { candidatesOf } from '../flow/candidates.ts';
import { calleesOf } from '../flow/callees.ts';
import { heldHost } from './held-hosts.ts';
import { CLIENT, CONNECTION, is } from '../flow/kinds.ts';
import { CRED } from '../flow/labels.ts';
import { lookup, plainKey } from '../flow/model.ts';
import type { Binding } from '../flow/model.ts';
import { HOLE, keyOf, nameOf, propertyOf, shapeOf, unwrap, valueOf } from '../flow/names.ts';
import { callersOf } from '../flow/callers.ts';
import { carriedByAll } from '../scene.ts';
import type { Scene } from '../scene.ts';

const HOST_KEYS = [
  'url',
  'uri',
  'hostname',
  'host',
  'baseURL',
  'baseUrl',
  'prefixUrl',
  'base_url',
  'basePath',
  'endpoint',
  'origin',
  'apiUrl',
  'path',
];
const FILE_NAME = /\.(?:db|json|jsonl|sqlite3?|txt|log|csv|md|[cm]?[jt]sx?|ya?ml|toml|html?|pdf)$/i;
// No top-level domain has an underscore; keys of messages do.
const BARE_HOST = /^[\w-]+(?:\.[\w-]+)*\.[a-z\d-]+$/i;

const MAKES_CLIENT =
  /^(?:axios|ky|got|ofetch|wretch|needle|superagent)\.(?:create|extend|defaults|agent|instance)$/;

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
    if (shape !== null && BARE_HOST.test(shape) && !FILE_NAME.test(shape))
      return shape.toLowerCase();
    for (const key of HOST_KEYS) {
      const value = shapeOf(scene.model, propertyOf(scene.model, arg, key));
      const found =
        hostOf(value) ??
        (key.startsWith('host') && value && !value.includes(HOLE) ? value.split(':')[0] : null);
      if (found) return found.toLowerCase();
    }
    const listed = candidatesOf(scene, propertyOf(scene.model, arg, 'hostname')).find((one) =>
      BARE_HOST.test(one),
    );
    if (listed !== undefined) return listed.toLowerCase();
  }
  return (
    hostFromCallers(scene, args) ?? hostFromReturns(scene, args[0], 0) ?? heldHost(scene, args[0])
  );
}

/** `fetch(join(base, path))` with a function of the file's own that puts the address together. */
function hostFromReturns(scene: Scene, node: Node | undefined, depth: number): string | null {
  if (!node || depth > 3) return null;
  const value = unwrap(node);
  if (value.type === 'Identifier') {
    const defs = lookup(scene.model, value)?.defs.filter((def) => def.value !== null) ?? [];
    const def = defs.length === 1 && defs[0]?.kind === 'init' ? defs[0] : null;
    return def?.value && def.path.length === 0
      ? (hostOf(shapeOf(scene.model, def.value)) ?? hostFromReturns(scene, def.value, depth + 1))
      : null;
  }
  if (value.type === 'MemberExpression') return hostFromReturns(scene, value.object, depth + 1);
  if (value.type !== 'CallExpression') return null;
  for (const { returns } of calleesOf(scene.model, value).slice(0, 2)) {
    for (const one of returns.slice(0, 3)) {
      const host = hostOf(shapeOf(scene.model, one)) ?? hostFromReturns(scene, one, depth + 1);
      if (host !== null) return host;
    }
  }
  return null;
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
    for (const site of index === -1 ? [] : (callersOf(scene.model).get(owner.node) ?? [])) {
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
    const isClient = is(callee, CONNECTION | CLIENT) || MAKES_CLIENT.test(callee);
    if (isClient || is(name, CONNECTION)) return hostOfArguments(scene, value.arguments);
    return value.callee.type === 'MemberExpression'
      ? hostOfConnection(scene, value.callee.object, depth + 1)
      : hostOfArguments(scene, value.arguments);
  }
  if (value.type === 'MemberExpression' && value.object.type === 'ThisExpression') {
    const made = fieldValue(scene, keyOf(scene.model, value) ?? '');
    return made ? hostOfConnection(scene, made, depth + 1) : null;
  }
  if (value.type === 'MemberExpression') {
    const made = valueOf(scene.model, value);
    const host = made ? hostOfConnection(scene, made, depth + 1) : null;
    return host ?? hostOfConnection(scene, value.object, depth + 1);
  }
  if (value.type !== 'Identifier') return null;
  const binding = lookup(scene.model, value);
  const made = binding?.defs.find((def) => def.value !== null)?.value;
  const host = made ? hostOfConnection(scene, made, depth + 1) : null;
  return (
    host ??
    (binding ? (hostOfConnect(scene, binding.name) ?? hostOfGiven(scene, binding, depth)) : null)
  );
}

/** `connect(url, (socket) => socket.send(x))`; `send(client)` with a client that its callers made. */
function hostOfGiven(scene: Scene, { owner, given }: Binding, depth: number): string | null {
  const around = owner ? scene.file.parentOf(owner.node) : null;
  const isHanded = around?.type === 'CallExpression' && around.callee !== owner?.node;
  const host = isHanded ? hostOfArguments(scene, around.arguments) : null;
  if (host !== null) return host;
  for (const one of given) {
    const found = hostOfConnection(scene, one, depth + 2);
    if (found !== null) return found;
  }
  return null;
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
