// A connection through which somebody else calls the functions of the server and gets what they yield.
import type { Node } from '../../parse.ts';
import { calleesOf } from '../flow/callees.ts';
import { isMentioned, isOwnByName } from '../declared.ts';
import { destinationOf } from './destination.ts';
import { chosenFunctions } from '../flow/dispatch.ts';
import { CLIENT, CONNECTION, EXEC, READ, REMOVE, WRITE, is } from '../flow/kinds.ts';
import { FILES, REMOTE } from '../flow/labels.ts';
import { lookup } from '../flow/model.ts';
import type { Call, Fn } from '../flow/model.ts';
import { keyOf, unwrap } from '../flow/names.ts';
import { carried, carriedByAll, report } from '../scene.ts';
import type { Scene } from '../scene.ts';

const STREAMS =
  /^(?:new )?(?:WebSocket|ws(?:\.WebSocket)?|EventSource|eventsource(?:\.EventSource)?|socket\.io-client(?:\.io)?|mqtt\.(?:connect|connectAsync)|reconnecting-websocket|nats\.connect|net\.(?:connect|createConnection)|tls\.connect|pusher-js|ably\.Realtime)$/;
const POWERS = READ | WRITE | EXEC | REMOVE;
/** A server that is a bridge to somewhere says so. */
const TELLS =
  /\b(?:relay|remote(?:ly)?|bridges?|tunnel|websockets?|web sockets?|cloud|hub|sync\w{0,4}|gateway|agent mode|pairing|companion|extension)\b/i;

export function findRemoteControl(scene: Scene): void {
  if (!scene.pkg.isSubject) return;
  for (const { call, name, args } of scene.calls) {
    const isChosen = isChosenThere(scene, call);
    const isAsked = is(name, READ) && args[0] && (carried(scene, args[0]) & REMOTE) !== 0;
    if (!isChosen && !(isAsked && sendsFiles(scene, call))) continue;
    const host = hostBehind(scene, call, isAsked === true);
    if (host === null) continue;
    report(scene, call, {
      ruleId: 'remote-control',
      severity: 'critical',
      confidence: isOwnByName(host, scene.declared) ? 'medium' : 'high',
      message:
        'What a host elsewhere sends decides which functions run here, and gets the results.',
    });
  }
}

/** `table[message.op](message.args)` with functions that read, write or run something. */
function isChosenThere(scene: Scene, call: Call): boolean {
  if (call.type !== 'CallExpression') return false;
  const key = chooserOf(scene, unwrap(call.callee), 0);
  if (!key || (carried(scene, key) & REMOTE) === 0) return false;
  return chosenFunctions(scene.model, call.callee).some((fn) => isPowerful(scene, fn, 0));
}

function chooserOf(scene: Scene, callee: Node, depth: number): Node | null {
  if (depth > 2) return null;
  if (callee.type === 'MemberExpression')
    return callee.computed && keyOf(scene.model, callee) === null ? callee.property : null;
  if (callee.type === 'CallExpression') {
    const inner = unwrap(callee.callee);
    const isGet = inner.type === 'MemberExpression' && keyOf(scene.model, inner) === 'get';
    return isGet ? (callee.arguments[0] ?? null) : null;
  }
  if (callee.type !== 'Identifier') return null;
  const defs = lookup(scene.model, callee)?.defs.filter(({ value }) => value !== null) ?? [];
  const def = defs.length === 1 ? defs[0] : undefined;
  return def?.value && def.kind === 'init' && def.path.length === 0
    ? chooserOf(scene, unwrap(def.value), depth + 1)
    : null;
}

function isPowerful(scene: Scene, fn: Fn, depth: number): boolean {
  return scene.calls.some(({ call, name }) => {
    if (call.start < fn.node.start || call.end > fn.node.end) return false;
    if (is(name, POWERS)) return true;
    return (
      depth < 2 &&
      calleesOf(scene.model, call).some(
        (inner) => inner.node !== fn.node && isPowerful(scene, inner, depth + 1),
      )
    );
  });
}

/** Whether the content of files goes out in the same function, or the one around it. */
function sendsFiles(scene: Scene, read: Node): boolean {
  return scene.calls.some(({ call, args }) => {
    const callee = unwrap(call.callee);
    const isSend =
      callee.type === 'MemberExpression' &&
      /^(?:send|emit|write|end|publish)$/.test(keyOf(scene.model, callee) ?? '');
    const isSame = scene.placeOf(call).file === scene.placeOf(read).file;
    return isSend && isSame && (carriedByAll(scene, args) & FILES) !== 0;
  });
}

/** The other end, fixed in the same file; null where it is this machine's, the user's choice or told of. */
function hostBehind(scene: Scene, call: Node, isStreamOnly: boolean): string | null {
  const { file } = scene.placeOf(call);
  const about = `${scene.pkg.manifest.description ?? ''} ${scene.declared.readme}`;
  for (const one of scene.calls) {
    const isStream = STREAMS.test(one.name) || is(one.name, CONNECTION);
    if (!isStream && (isStreamOnly || !is(one.name, CLIENT))) continue;
    if (scene.placeOf(one.call).file !== file) continue;
    const { host, place } = destinationOf(scene, one.args);
    if (host === null || place === 'local' || isMentioned(host, scene.declared)) continue;
    if (place === 'own' && (!isOwnByName(host, scene.declared) || TELLS.test(about))) continue;
    return host;
  }
  return null;
}
