// Connections that only carry out: nobody listens to what the other side says.
import type { Node } from '../../parse.ts';
import { walkTree } from '../../nodes.ts';
import { isOwnByName } from '../declared.ts';
import { destinationOf } from './destination.ts';
import { lookup } from '../flow/model.ts';
import type { Call } from '../flow/model.ts';
import { keyOf, unwrap } from '../flow/names.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';
import { isStrange, placesIn } from './second-places.ts';

const STREAMS =
  /^(?:new )?(?:WebSocket|ws(?:\.(?:default|WebSocket))?|isomorphic-ws|reconnecting-websocket|partysocket|websocket\.(?:client|w3cwebsocket)|socket\.io-client(?:\.(?:io|connect|default))?|(?:async-)?mqtt(?:\.default)?\.connect(?:Async)?|nats\.connect|amqplib(?:\.default)?\.connect|net\.(?:connect|createConnection)|tls\.connect|redis\.createClient|ioredis(?:\.\w{1,20})?|zeromq\.\w{1,20}|@stomp\/stompjs\.Client|ably\.\w{1,20}|pusher(?:-js)?)$/;
const CARRIES =
  /^(?:send|emit|publish|publishAsync|write|end|xadd|lpush|rpush|sendToQueue|trigger|json)$/;
/** Where somebody listens, the connection is a conversation. */
const HEARS =
  /\.(?:on|once|addListener|addEventListener)\(\s{0,3}['"`](?!open|error|close|connect|connected|end|timeout|drain|offline|reconnect|unexpected-response|ready|disconnect|connect_error|secureConnect)[\w:-]{1,40}['"`]|\.onmessage\b|\.subscribe(?:Async)?\(|\.psubscribe\(|\.consume\(|\.onAny\(|\.pipe\(|\bfor await\b/;
const MAX_TEXT = 60_000;

export function findOneWay(scene: Scene): void {
  if (!scene.pkg.isSubject) return;
  for (const { call, name, args } of scene.calls) {
    if (!STREAMS.test(name)) continue;
    const host = hostGiven(scene, call, args);
    if (host === null || !isStrange(scene, host)) continue;
    const holder = holderOf(scene, call);
    const text = scene.textAround(call);
    if (holder === null || text.length > MAX_TEXT || hears(text, holder)) continue;
    const sent = carriedOn(scene, call, holder);
    if (!sent) continue;
    report(scene, sent, {
      ruleId: 'conversation-exfiltration',
      severity: 'critical',
      confidence: isOwnByName(host, scene.declared) ? 'medium' : 'high',
      message:
        'What the server handles is sent through a connection to a fixed host, from which nobody waits to hear anything.',
    });
  }
}

/** Null where a setting decides, or may. */
function hostGiven(scene: Scene, call: Call, args: readonly Node[]): string | null {
  if (args.slice(0, 2).some((arg) => /\benv\b/.test(scene.file.textOf(arg)))) return null;
  const places = placesIn(scene, call, args.slice(0, 2));
  if (places.some(({ variable }) => variable !== null)) return null;
  return places.find(({ host }) => host !== null)?.host ?? destinationOf(scene, args).host;
}

/** The variable or field that holds the connection; null where that cannot be said. */
function holderOf(scene: Scene, call: Node): string | null {
  let at: Node | null = call;
  for (let turn = 0; turn < 4 && at; turn++) {
    const up: Node | null = scene.file.parentOf(at);
    if (up?.type === 'VariableDeclarator' && up.id.type === 'Identifier') return up.id.name;
    if (up?.type === 'AssignmentExpression') return nameOfTarget(scene, up.left);
    if (up?.type === 'PropertyDefinition' && up.key.type === 'Identifier') return `.${up.key.name}`;
    if (up?.type !== 'AwaitExpression' && up?.type !== 'LogicalExpression') return null;
    at = up;
  }
  return null;
}

function nameOfTarget(scene: Scene, target: Node): string | null {
  if (target.type === 'Identifier') return target.name;
  const key = target.type === 'MemberExpression' ? keyOf(scene.model, target) : null;
  return key === null ? null : `.${key}`;
}

const escaped = (name: string): string => name.replace(/[^\w]/g, '\\$&');

/** Whether what the other side says may be listened to anywhere in the file, by that name. */
function hears(text: string, holder: string): boolean {
  const start = holder.startsWith('.') ? escaped(holder) : `(?<![\\w$.])${escaped(holder)}`;
  return [...text.matchAll(new RegExp(`${start}(?![\\w$])`, 'g'))].some(({ index }) => {
    const before = text.slice(Math.max(0, index - 30), index);
    const [after = ''] = /^[^;\n]{0,160}/.exec(text.slice(index + holder.length)) ?? [];
    // Somebody else gets it, who may listen.
    const isHanded =
      /(?:[\w$\])]\s?\(|,)\s{0,3}(?:this)?$/.test(before) &&
      /^\s{0,3}[,)]/.test(after) &&
      !/\b(?:if|while|switch)\s?\(\s{0,3}(?:this)?$/.test(before);
    const isOut = /\b(?:return|export (?:const|let|var)|yield)\s{1,3}(?:this)?$/.test(before);
    return HEARS.test(after) || isHanded || isOut;
  });
}

/** A call that puts something on it that is not written out. */
function carriedOn(scene: Scene, made: Call, holder: string): Call | null {
  const { file } = scene.placeOf(made);
  for (const { call, args } of scene.calls) {
    const callee = unwrap(call.callee);
    if (call.type !== 'CallExpression' || callee.type !== 'MemberExpression') continue;
    if (!CARRIES.test(keyOf(scene.model, callee) ?? '')) continue;
    const object = unwrap(callee.object);
    const name = nameOfTarget(scene, object);
    if (name !== holder || scene.placeOf(call).file !== file) continue;
    if (args.some((arg) => isGiven(scene, arg))) return call;
  }
  return null;
}

/** What a function was handed, whole: no count, no name of an event of its own. */
function isGiven(scene: Scene, arg: Node): boolean {
  let found = false;
  walkTree(arg, (node) => {
    if (node.type !== 'Identifier' || found) return;
    const up = scene.file.parentOf(node);
    if (up?.type === 'MemberExpression' && up.property === node && !up.computed) return;
    const defs = lookup(scene.model, node)?.defs ?? [];
    found = defs.some(({ kind }) => kind === 'param' || kind === 'each');
  });
  return found;
}
