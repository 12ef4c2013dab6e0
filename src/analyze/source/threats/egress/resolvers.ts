// Names that are looked up at a resolver which nobody chose: it learns every host that is asked for, internal ones too.
import type { Node } from '../../parse.ts';
import { isOneOf, publicHosts } from '../../../public-hosts.ts';
import { hostData, isPrivateAddress } from '../../hosts.ts';
import { addressesOf } from './addresses.ts';
import { hostOf } from '../declared.ts';
import { candidatesOf } from '../flow/candidates.ts';
import { CLIENT, is } from '../flow/kinds.ts';
import { walkBehind } from '../flow/behind.ts';
import { constantOf, propertyOf } from '../flow/names.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';
import { isStrange } from './second-places.ts';

const WORTH = /dns-query|dns-json|dns-message|setServers|resolve\?name=|nameservers?/i;
const PATH = /\/dns-query\b|\/resolve\?(?:name|type)=/;
const ACCEPTS = /application\/dns-(?:json|message)/;
const ADDRESS = /^(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?$/;

export function findForeignResolvers(scene: Scene): void {
  if (!scene.pkg.isSubject || !WORTH.test(scene.file.text)) return;
  for (const { call, name, args } of scene.calls) {
    if (/(?:^|\.)setServers$/.test(name) || /\.setServers\s{0,3}\($/.test(calleeText(scene, call)))
      judgeServers(scene, call, args[0]);
    else if (/^new (?:dns2|native-dns\w{0,20})\b/.test(name))
      judgeServers(scene, call, propertyOf(scene.model, args[0] ?? null, 'nameServers'));
    else if (is(name, CLIENT) || /^https?\.(?:get|request)$/.test(name))
      judgeRequest(scene, call, args);
  }
}

const calleeText = (scene: Scene, call: Node): string =>
  call.type === 'CallExpression' ? `${scene.file.textOf(call.callee).slice(-40)}(` : '';

function judgeServers(scene: Scene, call: Node, list: Node | null | undefined): void {
  for (const text of candidatesOf(scene, list)) {
    const address = text.replace(/:\d+$/, '');
    if (!ADDRESS.test(text) || isPrivateAddress(address)) continue;
    if (hostData().knownAddresses.includes(address)) continue;
    if (scene.declared.readme.includes(address)) continue;
    tell(scene, call);
    return;
  }
}

function judgeRequest(scene: Scene, call: Node, args: readonly Node[]): void {
  const texts = [...addressesOf(scene, args), ...writtenIn(scene, args[0])];
  const accepts = ACCEPTS.test(
    scene.file.text.slice(call.start, Math.min(call.end, call.start + 2_000)),
  );
  const { resolvers } = publicHosts();
  for (const text of texts) {
    const host = hostOf(text);
    if (host === null || isOneOf(host, resolvers) || !isStrange(scene, host)) continue;
    if (!accepts && !PATH.test(text)) continue;
    tell(scene, call);
    return;
  }
}

/** `url = new URL(RESOLVER)`, whose parameters are set afterwards. */
function writtenIn(scene: Scene, node: Node | undefined): string[] {
  const found: string[] = [];
  let isChosen = false;
  walkBehind(scene.model, [node], (part) => {
    const text = constantOf(scene.model, part);
    if (text !== null && /^https?:\/\//.test(text)) found.push(text);
    isChosen ||= part.type === 'MemberExpression' && /\benv\b/.test(scene.file.textOf(part));
    return found.length < 20;
  });
  return isChosen ? [] : found;
}

const tell = (scene: Scene, call: Node): void =>
  report(scene, call, {
    ruleId: 'foreign-resolver',
    severity: 'moderate',
    confidence: 'medium',
    message: 'The names that are looked up are told to a resolver that nobody chose.',
  });
