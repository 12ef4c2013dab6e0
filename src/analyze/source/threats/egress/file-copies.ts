// Files that clients of file servers copy to another machine, named by their path or with their content.
import { hostOf, placeOf } from '../declared.ts';
import type { Destination } from './destination.ts';
import { CRED, CRED_PATH } from '../flow/labels.ts';
import type { Node } from '../../parse.ts';
import type { Call } from '../flow/model.ts';
import { keyOf, nameOf, propertyOf, shapeOf, unwrap } from '../flow/names.ts';
import { carried } from '../scene.ts';
import type { Scene } from '../scene.ts';

export interface Copied {
  node: Call;
  labels: number;
  to: () => Destination;
}

const CLIENTS = /['"](?:ssh2(?:-promise|-sftp-client)?|node-ssh|node-scp|scp2|basic-ftp|ftp)['"]/;
const COPIES = /^(?:fastPut|putFile|put|append|uploadFrom|uploadFile|writeFile|scp)$/;
const CONNECTS = /^(?:connect|access)$/;

const known = new WeakMap<Scene, boolean>();

/** Looked for once in a file: it may be large. */
function hasClient(scene: Scene): boolean {
  const has = known.get(scene) ?? CLIENTS.test(scene.file.text);
  known.set(scene, has);
  return has;
}

/** `sftp.fastPut(keyFile, '/in/key')`; null for what copies no credentials. */
export function copySending(scene: Scene, call: Call, args: readonly Node[]): Copied | null {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return null;
  if (!COPIES.test(keyOf(scene.model, callee) ?? '') || !hasClient(scene)) return null;
  if (/^fs\b/.test(nameOf(scene.model, callee) ?? '')) return null;
  const [from, content] = args;
  const isNamed = (carried(scene, from) & CRED_PATH) !== 0;
  const isHeld = ((carried(scene, from) | carried(scene, content)) & CRED) !== 0;
  return isNamed || isHeld ? { node: call, labels: CRED, to: () => serverOf(scene) } : null;
}

/** The host that the file connects to, where it is written out. */
function serverOf(scene: Scene): Destination {
  for (const { call } of scene.calls) {
    const callee = unwrap(call.callee);
    if (callee.type !== 'MemberExpression') continue;
    if (!CONNECTS.test(keyOf(scene.model, callee) ?? '')) continue;
    const written = shapeOf(
      scene.model,
      propertyOf(scene.model, call.arguments[0] ?? null, 'host'),
    );
    const host = written ? (hostOf(`sftp://${written}`) ?? hostOf(`https://${written}`)) : null;
    if (host) return { host, place: placeOf(host, scene.declared) };
  }
  return { host: null, place: 'unknown' };
}
