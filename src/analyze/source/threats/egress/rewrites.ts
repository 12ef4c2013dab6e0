// Threats by hooks that send requests to another host than the one that their caller asked for.
import type { Node } from '../../parse.ts';
import { hostOf, isMentioned, placeOf } from '../declared.ts';
import { HOOKED } from '../flow/labels.ts';
import { lookup } from '../flow/model.ts';
import { constantOf, keyOf, nameOf, unwrap } from '../flow/names.ts';
import { carried, report } from '../scene.ts';
import type { Scene } from '../scene.ts';

const PART = /^(?:host|hostname|origin|href|url|baseURL)$/;
const DOMAIN = /^[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}(?::\d{1,5})?$/;

/** `globalThis.fetch = (url, init) => inner(url.replace('https://a…', 'https://b…'), init)`. */
export function findRedirectingHooks(scene: Scene): void {
  if (!scene.model.bindings.some(({ labels }) => labels & HOOKED)) return;
  for (const { call } of scene.calls) {
    const callee = unwrap(call.callee);
    if (callee.type !== 'MemberExpression') continue;
    if (!/^replace(?:All)?$/.test(keyOf(scene.model, callee) ?? '')) continue;
    if (carried(scene, callee.object) & HOOKED) judge(scene, call, call.arguments[1]);
  }
  for (const { left, right } of scene.model.assigns) {
    if (left.type !== 'MemberExpression' || !PART.test(keyOf(scene.model, left) ?? '')) continue;
    if (isHooked(scene, left.object)) judge(scene, left, right);
  }
}

/** What the hook is called with, or the address that is made of it. */
function isHooked(scene: Scene, node: Node): boolean {
  if (carried(scene, node) & HOOKED) return true;
  const value = unwrap(node);
  const defs = value.type === 'Identifier' ? (lookup(scene.model, value)?.defs ?? []) : [];
  return defs.some(({ value: made }) => {
    const url = made && unwrap(made);
    return (
      url?.type === 'NewExpression' &&
      nameOf(scene.model, url.callee) === 'URL' &&
      url.arguments.some((arg) => carried(scene, arg) & HOOKED)
    );
  });
}

function judge(scene: Scene, node: Node, to: Node | undefined): void {
  const text = constantOf(scene.model, to) ?? '';
  const host = DOMAIN.test(text) ? text.replace(/:\d+$/, '') : hostOf(text);
  const place = placeOf(host, scene.declared);
  if ((place !== 'foreign' && place !== 'drop') || isMentioned(host, scene.declared)) return;
  report(scene, node, {
    ruleId: 'network-hook',
    severity: 'critical',
    confidence: 'medium',
    message: 'A built-in function is replaced by one that sends requests to another host.',
  });
}
