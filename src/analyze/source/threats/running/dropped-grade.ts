// How bad it is that a downloaded or decoded file is run: where it comes from, whether a digest holds it, when it happens.
import type { Severity } from '../../../../types.ts';
import type { Node } from '../../parse.ts';
import { addressesOf } from '../egress/addresses.ts';
import { isCloselyRead, runsAtInstall } from '../closeness.ts';
import { domainOf, hostOf, isMentioned, isOwnByName, placeOf } from '../declared.ts';
import type { Place } from '../declared.ts';
import { CLIENT, EXEC, is } from '../flow/kinds.ts';
import { REMOTE } from '../flow/labels.ts';
import type { Call } from '../flow/model.ts';
import { constantOf, shapeOf } from '../flow/names.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';
import { propertyTexts } from '../flow/sources.ts';

/** A file that something fetched or decoded was written to. */
export interface Drop {
  node: Call;
  labels: number;
}

/** Started so that nobody sees it, or nobody waits for it. */
const UNSEEN = /\bdetached\s{0,3}:\s{0,3}(?:true|!0)|\.unref\(\)|\bwindowsHide\s{0,3}:/;
const MOVES = /\b(?:latest|main|master|nightly|stable|current|edge)\b/;

/** The program that a call starts, with its options if they stand in one text. */
export const lineOf = (scene: Scene, call: Call): string =>
  (shapeOf(scene.model, call.arguments[0]) ?? '').trim();

export function reportDropped(scene: Scene, call: Node, drop: Drop): void {
  if ((drop.labels & REMOTE) === 0) {
    report(scene, call, {
      ruleId: 'decoded-code-executed',
      severity: 'critical',
      message: 'A file is decoded from text, written, and then run.',
    });
    return;
  }
  const isAtInstall = runsAtInstall(scene.pkg, scene.placeOf(drop.node).file);
  const hosts = hostsOf(scene, isAtInstall);
  const place = worstOf(scene, hosts);
  const severity = isAtInstall
    ? gradeAtInstall(scene, call, drop.node, hosts, place)
    : gradeInServer(scene, drop.node, place);
  const isAttack = severity === 'critical';
  report(scene, call, {
    ruleId: isAttack ? 'download-and-execute' : 'binary-download',
    severity,
    isAtInstall,
    confidence: isAttack ? 'high' : 'medium',
    message: isAttack
      ? 'A file is downloaded from a host that the package does not declare and then run.'
      : 'A file is downloaded and then run.',
  });
}

function gradeInServer(scene: Scene, node: Node, place: Place): Severity {
  if (place === 'drop') return 'critical';
  if (place === 'foreign') return isHeld(scene, node) ? 'low' : 'critical';
  if (isPinned(scene, node)) return 'low';
  if (place === 'own' && asksNamesake(scene)) return 'critical';
  return isOpen(place) ? 'low' : 'moderate';
}

/** A host that sounds like the package, and that it says nothing of. */
function asksNamesake(scene: Scene): boolean {
  if (!isCloselyRead(scene.pkg)) return false;
  const hosts = scene.model.strings.map((node) => hostOf(shapeOf(scene.model, node)));
  const named = hosts.filter((host) => isOwnByName(host, scene.declared));
  return (
    named.length > 0 && !named.some((host) => isMentioned(domainOf(host ?? ''), scene.declared))
  );
}

/** Nobody has asked for anything yet: what is run there has to be held by the package itself, or come from where it says. */
function gradeAtInstall(
  scene: Scene,
  call: Node,
  node: Node,
  hosts: readonly string[],
  place: Place,
): Severity {
  if (place === 'drop') return 'critical';
  if (place === 'foreign') return isHeld(scene, node) ? 'low' : 'critical';
  if (isPinned(scene, call)) return 'low';
  const named = hosts.filter((host) => isOwnByName(host, scene.declared));
  if (named.length > 0)
    return named.every((host) => isMentioned(host, scene.declared)) ? 'high' : 'critical';
  if (isOpen(place)) return MOVES.test(scene.textAround(call)) ? 'moderate' : 'low';
  return UNSEEN.test(scene.textAround(call)) ? 'critical' : 'moderate';
}

const isOpen = (place: Place): boolean =>
  place === 'own' || place === 'release' || place === 'local';

/** A digest that is part of the package decides whether the file is used. */
function isPinned(scene: Scene, node: Node): boolean {
  const text = scene.textAround(node);
  return (
    /\bcreateHash\(|\bsubtle\.digest\(|\bssri\./.test(text) &&
    (/['"`](?:[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}|sha(?:256|384|512)-[\w+/]{40,90}={0,2})['"`]/i.test(
      text,
    ) ||
      /(?:sums?|checksums?|digests?|hashes|integrity|manifest)\.(?:json|txt)/i.test(text))
  );
}

/** Of whomever: what does not have the digest that the package brings along is never used. */
function isHeld(scene: Scene, node: Node): boolean {
  const text = scene.textAround(node);
  return (
    isPinned(scene, node) &&
    /(?:[!=]==?|timingSafeEqual\(|\.equals\()[\s\S]{0,200}\b(?:throw|reject|process\.exit|return)\b/.test(
      text,
    )
  );
}

/** Hosts that the file downloads from; '' for an address that is not known. */
function hostsOf(scene: Scene, isAtInstall: boolean): string[] {
  const hosts: string[] = [];
  for (const { call, name } of scene.calls) {
    if (isAtInstall && !runsAtInstall(scene.pkg, scene.placeOf(call).file)) continue;
    if (is(name, EXEC) && /^(?:\S*\/)?(?:curl|wget|git)\b/.test(lineOf(scene, call))) {
      const words = `${lineOf(scene, call)} ${propertyTexts(scene.flow, call.arguments[1])}`;
      const url = /https?:\/\/[^\s'"]{3,200}/.exec(words)?.[0];
      if (url !== undefined || !/^\S*git\b/.test(words)) hosts.push(hostOf(url ?? null) ?? '');
    }
    if (!is(name, CLIENT) && !/^https?\.(?:get|request)$/.test(name)) continue;
    const texts = addressesOf(scene, call.arguments);
    for (const text of texts.length > 0 ? texts : ['']) hosts.push(hostOf(text) ?? '');
  }
  return hosts.includes('') ? [...hosts, ...writtenHosts(scene, isAtInstall)] : hosts;
}

/** The address may be put together elsewhere in the file. */
const writtenHosts = (scene: Scene, isAtInstall: boolean): string[] =>
  scene.model.strings
    .filter((node) => !isAtInstall || runsAtInstall(scene.pkg, scene.placeOf(node).file))
    .flatMap((node) => hostOf(constantOf(scene.model, node) ?? shapeOf(scene.model, node)) ?? []);

function worstOf(scene: Scene, hosts: readonly string[]): Place {
  const places = new Set(hosts.map((host) => placeOf(host || null, scene.declared)));
  for (const place of ['drop', 'foreign', 'release', 'own', 'local'] as const)
    if (places.has(place)) return place;
  return 'unknown';
}
