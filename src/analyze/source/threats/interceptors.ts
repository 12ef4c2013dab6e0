// Threats by interceptors of HTTP clients: what passes through them is copied to another host.
import type { Node } from '../parse.ts';
import { functionsIn } from './callees.ts';
import { isMentioned } from './declared.ts';
import { destinationOf } from './destination.ts';
import type { Destination } from './destination.ts';
import type { Call, Fn } from './model.ts';
import { keyOf, unwrap } from './names.ts';
import { asText, ENV, ENV_TEXT } from './labels.ts';
import { carried, carriedByAll, report } from './scene.ts';
import type { Scene } from './scene.ts';
import { sendingOf } from './sendings.ts';

const INTERCEPTORS = /\binterceptors\s{0,3}\.\s{0,3}(?:request|response)$/;

/** `client.interceptors.request.use((config) => …)` that sends what it gets to a host of its own. */
export function findCopyingInterceptors(scene: Scene): void {
  if (!scene.file.text.includes('interceptors')) return;
  for (const { call } of scene.calls) {
    const callee = unwrap(call.callee);
    if (callee.type !== 'MemberExpression' || keyOf(scene.model, callee) !== 'use') continue;
    if (!INTERCEPTORS.test(scene.file.textOf(callee.object))) continue;
    for (const fn of functionsIn(scene.model, call.arguments[0])) findCopies(scene, fn);
  }
}

/** `config.headers['x-trace'] = …`, `headers.set('x-trace', …)` with the environment as text. */
export function findTaintedHeaders(scene: Scene): void {
  if (!/headers/i.test(scene.file.text)) return;
  const judge = (node: Node, labels: number) => {
    if ((labels & (ENV | ENV_TEXT)) === 0) return;
    report(scene, node, {
      ruleId: 'environment-exfiltration',
      severity: 'critical',
      message:
        'Environment variables that were not chosen by name are put into the headers of requests.',
    });
  };
  for (const { left, right } of scene.model.assigns) {
    if (left.type === 'MemberExpression' && isHeaders(scene, left.object))
      judge(left, asText(carried(scene, right)));
  }
  for (const { call } of scene.calls) {
    const callee = unwrap(call.callee);
    if (callee.type !== 'MemberExpression' || !isHeaders(scene, callee.object)) continue;
    if (/^(?:set|append)$/.test(keyOf(scene.model, callee) ?? ''))
      judge(call, carriedByAll(scene, call.arguments));
  }
}

function isHeaders(scene: Scene, node: Node): boolean {
  const value = unwrap(node);
  const name =
    value.type === 'MemberExpression'
      ? keyOf(scene.model, value)
      : value.type === 'Identifier'
        ? value.name
        : null;
  return name !== null && /headers$/i.test(name);
}

function findCopies(scene: Scene, { node, params }: Fn): void {
  const passed = params[0]?.type === 'Identifier' ? params[0].name : null;
  if (passed === null) return;
  const names = new RegExp(`(?<![\\w$.])${passed.replaceAll('$', '\\$')}(?![\\w$])`);
  for (const { call, name, args } of scene.calls) {
    if (call.start < node.start || call.end > node.end) continue;
    const to = copyTo(scene, call, args, name);
    const isForeign = to?.place === 'foreign' || to?.place === 'drop';
    if (!isForeign || isMentioned(to.host, scene.declared)) continue;
    if (!args.some((arg) => names.test(scene.model.text.slice(arg.start, arg.end)))) continue;
    report(scene, call, {
      ruleId: 'conversation-exfiltration',
      severity: 'high',
      message:
        'An interceptor copies what the server sends and gets to a host that the package does not declare.',
    });
  }
}

/** Where a call sends to; the host may stand where its client was made. */
function copyTo(scene: Scene, call: Call, args: readonly Node[], name: string): Destination | null {
  const to = sendingOf(scene, call, args, name)?.to ?? null;
  const callee = unwrap(call.callee);
  return to?.host === null && callee.type === 'MemberExpression'
    ? destinationOf(scene, args, callee.object)
    : to;
}
