// Whether a value was put into a code on its way: what nobody does with a name that is to be looked up.
import { walkTree } from '../../nodes.ts';
import type { Node } from '../../parse.ts';
import { calleesOf } from './callees.ts';
import { lookup } from './model.ts';
import type { Binding } from './model.ts';
import type { Scene } from '../scene.ts';

const ENCODER =
  /\.toString\(\s{0,2}(?:['"`](?:hex|base64(?:url)?|latin1|binary)|16|32|36)|\bbtoa\(|\.toBase64\(|\.toHex\(|base(?:32|58|62|64)|charCodeAt|codePointAt|\b(?:gzip|deflate|brotliCompress)|createCipher|\bbs58\b|punycode|\.encode\w{0,12}\(/i;
/** Taken apart into pieces of one length: `match(/.{1,60}/g)`, `slice(i, i + 60)`. */
const PIECES =
  /\/\.\{1,\d{1,3}\}|\b(?:slice|substring|substr)\(\s{0,2}(\w{1,20}),\s{0,2}(?:\1\s?\+|\d)/;
const MAX_SEEN = 60;
const MAX_TEXT = 1500;

export const isEncoded = (scene: Scene, node: Node | null | undefined): boolean =>
  isMadeWith(scene, node, (text) => ENCODER.test(text) || PIECES.test(text), true);

const SPELT = /\bfrom(?:CharCode|CodePoint)\b|\bmemory\.buffer\b/;

/** Put together from the codes of its characters, or out of the memory of a program without source. */
export const isSpelt = (scene: Scene, node: Node): boolean =>
  isMadeWith(scene, node, (text) => SPELT.test(text), false);

/** Whether an expression, or what it stands for, holds such a text. `intoCalls`: also what the functions do that are called on the way. */
export function isMadeWith(
  scene: Scene,
  node: Node | null | undefined,
  is: (text: string) => boolean,
  intoCalls: boolean,
): boolean {
  const open: (Node | null | undefined)[] = [node];
  const seen = new Set<Node | Binding>();
  while (open.length > 0 && seen.size < MAX_SEEN) {
    const next = open.pop();
    if (!next || seen.has(next)) continue;
    seen.add(next);
    const text = scene.file.textOf(next).slice(0, MAX_TEXT);
    if (is(text)) return true;
    walkTree(next, (part) => {
      if (part.type === 'CallExpression' && intoCalls)
        for (const { body } of calleesOf(scene.model, part).slice(0, 2)) open.push(body);
      if (part.type !== 'Identifier') return;
      const binding = lookup(scene.model, part);
      if (!binding || seen.has(binding)) return;
      seen.add(binding);
      open.push(
        ...binding.defs.slice(0, 3).map(({ value }) => value),
        ...binding.given.slice(0, 3),
      );
    });
  }
  return false;
}
