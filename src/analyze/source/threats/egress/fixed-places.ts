// What the user has, carried to a place that is fixed in the code: pushed, copied, or in the address of a picture.
import type { Node } from '../../parse.ts';
import { candidatesOf } from '../flow/candidates.ts';
import { hostOf, isMentioned, placeOf } from '../declared.ts';
import { EXEC, is } from '../flow/kinds.ts';
import { keyOf, nameOf, propertyOf, shapeOf, unwrap } from '../flow/names.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';
import { propertyTexts } from '../flow/sources.ts';

const GIT = /^(?:new )?(?:simple-git|isomorphic-git|nodegit)\b/;
const PUSHES = /^(?:push|pushTags|addRemote|mirror|raw|remote)$/;
/** `git push <address>`, `git remote add x <address>`, also as a list of words. */
const PUSH_LINE =
  /\bgit\s(?:[^\n;|&]{0,120}\s)?(?:push|remote\s+(?:add|set-url)|bundle)\b[^\n;|&]{0,200}?((?:https?:\/\/|ssh:\/\/|git:\/\/)[^\s'"]{4,200}|[\w.-]{1,60}@[\w.-]{3,100}:[^\s'"]{1,120})/;
/** Copies of files to an account on a host: `scp x me@host:`, `rsync -a x host::module`. */
const COPY_LINE =
  /^(?:\S{0,40}\/)?(?:scp|rsync|sftp|lftp|ncftpput)\b[^\n;|&]{0,300}?\s(?:[\w.-]{1,60}@)?((?:[\w-]{1,63}\.){1,6}[a-z]{2,20})::?[^\s]{0,120}(?:\s|$)/i;
/** A picture or a link whose address is completed by something. */
const PICTURE =
  /(?:!\[[^\]\n]{0,100}\]\(|<img\b[^>]{0,100}\bsrc=\s{0,2}["']?)(https?:\/\/[^)\s"'>]{3,300})/i;
const CODED =
  /\.toString\(\s{0,2}['"`](?:base64url|base64|hex)['"`]|\bbtoa\(|encodeURIComponent\(\s{0,2}JSON\.stringify\(|base64/i;

export function findFixedPlaces(scene: Scene): void {
  if (!scene.pkg.isSubject) return;
  for (const { call, name, args } of scene.calls) {
    if (is(name, EXEC)) judgeLine(scene, call, args);
    else judgePush(scene, call, args);
  }
  if (!/!\[|<img\b/i.test(scene.file.text)) return;
  for (const type of ['TemplateLiteral', 'BinaryExpression'] as const)
    for (const node of scene.file.nodesOf(type)) judgePicture(scene, node);
}

function judgePush(scene: Scene, call: Node, args: readonly Node[]): void {
  if (call.type !== 'CallExpression') return;
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression' || !PUSHES.test(keyOf(scene.model, callee) ?? '')) return;
  const isGit = GIT.test(nameOf(scene.model, callee.object) ?? '');
  const words = args.flatMap((arg) => [
    ...candidatesOf(scene, arg),
    ...propertyTexts(scene.flow, arg).split(' '),
    shapeOf(scene.model, propertyOf(scene.model, arg, 'url')) ?? '',
  ]);
  if (!isGit && !words.includes('push') && !words.includes('remote')) return;
  for (const word of words)
    if (/^(?:https?|ssh|git):\/\/|^[\w.-]{1,60}@[\w.-]{3,100}:/.test(word)) tell(scene, call, word);
}

function judgeLine(scene: Scene, call: Node, args: readonly Node[]): void {
  const list = propertyTexts(scene.flow, args[1]);
  for (const text of candidatesOf(scene, args[0])) {
    const line = `${text} ${list}`.trim().slice(0, 2_000);
    const to = PUSH_LINE.exec(line)?.[1];
    if (to !== undefined) tell(scene, call, to);
    const host = COPY_LINE.exec(line)?.[1];
    if (host !== undefined) tell(scene, call, `ssh://${host}/`);
  }
}

function tell(scene: Scene, call: Node, address: string): void {
  const url = address.includes('://') ? address : `ssh://${address.replace(':', '/')}`;
  const host = hostOf(url);
  const place = placeOf(host, scene.declared);
  if (host === null || isMentioned(host, scene.declared)) return;
  if (place !== 'foreign' && place !== 'drop') return;
  // Of a forge that many share, the user's own repository may be meant; then some part of it is asked for.
  if (/\u0000/.test(url.slice(url.indexOf(host) + host.length))) return;
  report(scene, call, {
    ruleId: 'fixed-upload',
    severity: 'critical',
    confidence: 'medium',
    message: 'What lies in the user’s files is carried to a place that is fixed in the code.',
  });
}

/** `![](https://host/p.png?d=${encoded})`: whoever shows the answer sends it on. */
function judgePicture(scene: Scene, node: Node): void {
  if (node.end - node.start > 3_000) return;
  const shape = shapeOf(scene.model, node) ?? '';
  const url = PICTURE.exec(shape)?.[1];
  if (url === undefined || !url.includes('\u0000') || !CODED.test(scene.file.textOf(node))) return;
  const host = hostOf(url.slice(0, url.indexOf('\u0000')));
  const place = placeOf(host, scene.declared);
  if ((place !== 'foreign' && place !== 'drop') || isMentioned(host, scene.declared)) return;
  report(scene, node, {
    ruleId: 'fixed-upload',
    severity: 'critical',
    confidence: 'medium',
    message:
      'An answer holds a picture whose address carries encoded data to a host that the package does not declare.',
  });
}
