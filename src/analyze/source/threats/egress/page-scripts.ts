// Threats by scripts that a server puts into the pages of a browser: what the user does there goes elsewhere.
import { isMentioned, isOwnByName } from '../declared.ts';
import { destinationOf } from './destination.ts';
import type { Destination } from './destination.ts';
import { isMadeWith } from '../flow/encoded.ts';
import { HOOKED } from '../flow/labels.ts';
import type { Node } from '../../parse.ts';
import { plainKey } from '../flow/model.ts';
import { carried, report } from '../scene.ts';
import type { Scene } from '../scene.ts';
import { sendingOf } from './sendings.ts';

/** Elements fetch at once what such a property names, and forms send there what is filled in. */
const FETCHED = /^(?:src|srcset|href|action|formAction|data|poster)$/;
const IN_PAGES =
  /\b(?:evaluate\w{0,24}|addInitScript|addScriptTag|addUserScript|executeScript|executeAsyncScript|userscript|insertScript)\b/i;
const SESSION = /\bdocument\s?\.\s?cookie\b|\b(?:local|session)Storage\b|\bindexedDB\b/;

export function findPageScripts(scene: Scene): void {
  const { text } = scene.file;
  const isInPages = IN_PAGES.test(text);
  const isHook = /XMLHttpRequest|\bfetch\b|addEventListener/.test(text);
  if (!isHook && !(isInPages && SESSION.test(text))) return;
  for (const { left, right } of scene.model.assigns) {
    if (left.type !== 'MemberExpression' || !FETCHED.test(plainKey(left.property))) continue;
    judge(scene, left, [right], () => destinationOf(scene, [right]));
  }
  if (!isInPages || !SESSION.test(text)) return;
  for (const { call, name, args } of scene.calls) {
    const sending = sendingOf(scene, call, args, name);
    if (sending) judge(scene, call, args, () => sending.to);
  }
}

function judge(scene: Scene, node: Node, sent: readonly Node[], to: () => Destination): void {
  const isHooked = sent.some((one) => carried(scene, one) & HOOKED);
  const isSession = !isHooked && sent.some((one) => holdsSession(scene, one));
  if (!isHooked && !isSession) return;
  const { host, place } = to();
  // A name that sounds like the package's own is anybody's.
  const isElsewhere =
    place === 'foreign' ||
    place === 'drop' ||
    (place === 'own' && isOwnByName(host, scene.declared));
  if (!isElsewhere || isMentioned(host, scene.declared)) return;
  report(scene, node, {
    ruleId: isHooked ? 'network-hook' : 'credential-exfiltration',
    severity: 'critical',
    message: isHooked
      ? 'What goes through a page that a browser has open is copied to another host.'
      : 'Cookies or the storage of a page that a browser has open are sent to another host.',
  });
}

const holdsSession = (scene: Scene, node: Node): boolean =>
  SESSION.test(scene.file.text) && isMadeWith(scene, node, (text) => SESSION.test(text), true);
