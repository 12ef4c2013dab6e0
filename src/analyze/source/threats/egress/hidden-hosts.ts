// Requests to an address that is encoded or cut into pieces, so that a search for hosts does not find it.
import type { Node } from '../../parse.ts';
import { addressesOf } from './addresses.ts';
import { domainOf, hostOf, placeOf } from '../declared.ts';
import { CLIENT, CONNECTION, is } from '../flow/kinds.ts';
import { HOLE } from '../flow/names.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';

const DECODES = /base64|['"`]hex['"`]|\batob\(|fromCharCode|fromCodePoint|reverse\(\)|\.join\(/;

export function findHiddenHosts(scene: Scene): void {
  if (!scene.pkg.isSubject || !DECODES.test(scene.file.text)) return;
  for (const { call, name, args } of scene.calls) {
    const isRequest = /^https?\.(?:get|request)$/.test(name);
    if (!isRequest && !is(name, CLIENT | CONNECTION)) continue;
    const hidden = addressesOf(scene, args).find((text) => isHidden(scene, text));
    if (hidden === undefined) continue;
    const isSent = hidden.includes(HOLE) || (args[1] !== undefined && sends(scene, args[1]));
    report(scene, call, {
      ruleId: 'hidden-destination',
      severity: isSent ? 'critical' : 'high',
      message: isSent
        ? 'Something is sent to an address that is encoded, so that nobody finds it.'
        : 'An address that is encoded, so that nobody finds it, is asked.',
    });
  }
}

/** `${host}${href}` where either may be a whole address: the second is not part of the first. */
const SECOND = /(?<=^\w{2,5}:\/\/[^/?#]{3,200}?)(?:https?|wss?):\/\/.*$/is;

function isHidden(scene: Scene, address: string): boolean {
  const text = address.replace(SECOND, '');
  if (!/^(?:https?|wss?):\/\//i.test(text)) return false;
  const host = hostOf(text);
  if (host === null || host.length < 5 || placeOf(host, scene.declared) === 'local') return false;
  return !scene.file.text.includes(domainOf(host)) && !isWritten(scene, text);
}

/** `${base}${path}`, where what is taken for the path is no path: the host stands there all the same. */
function isWritten(scene: Scene, text: string): boolean {
  const [origin = ''] = /^\w+:\/\/[^/?#]*/.exec(text) ?? [];
  const [bare = ''] = /^.*\.[a-z]{2,}?(?=[a-z\d-]*$)/i.exec(origin) ?? [];
  const ends = Array.from({ length: origin.length - bare.length }, (_, at) => bare.length + at);
  return bare !== '' && ends.some((end) => scene.file.text.includes(`'${origin.slice(0, end)}'`));
}

const sends = (scene: Scene, options: Node): boolean =>
  /\b(?:body|data|json|form|POST|PUT)\b/.test(scene.file.textOf(options).slice(0, 2_000));
