// Threats by the clipboard: watched without being asked, or changed on the way.
import type { Node } from '../../parse.ts';
import type { Invocation } from '../flow/invoke.ts';
import { isCloselyRead } from '../closeness.ts';
import { CLIP_READ, CLIP_WRITE, EXEC, is } from '../flow/kinds.ts';
import { functionAround } from '../flow/model.ts';
import { nameOf, shapeOf } from '../flow/names.ts';
import { callersOf } from '../flow/callers.ts';
import { placeOf } from '../flow/record.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';
import { propertyTexts } from '../flow/sources.ts';

const READS =
  /\bpbpaste\b|\bxclip\b.{0,40}-o|\bxsel\b(?!.{0,20}-i)|\bwl-paste\b|\bGet-Clipboard\b/i;
const WRITES =
  /\bpbcopy\b|\bxclip\b(?!.{0,40}-o)|\bxsel\b.{0,20}-i|\bwl-copy\b|\bSet-Clipboard\b|\bclip(?:\.exe)?$/i;
/** Addresses that money is sent to, and patterns that find them. */
export const ADDRESS =
  /\bbc1\[?[a-z0-9(]|0x\[[0-9a-fA-F-]{5,12}\]\s?\{40|\b0x[0-9a-fA-F]{40}\b|\[13\]\[?a-|T\[1-9A-HJ|\[1-9A-HJ-NP-Za-km-z\]\{3/;
const SAID =
  /clipboard.{0,40}(?:history|monitor|watch|sync|manager|journal)|(?:watch|monitor)\w{0,4}.{0,30}clipboard/i;
const TIMER = /^(?:timers(?:\.promises)?\.)?setInterval$/;
const DELAY = /^(?:timers(?:\.promises)?\.)?setTimeout$/;
const MAX_DEPTH = 4;

export function findClipboard(scene: Scene): void {
  if (!isCloselyRead(scene.pkg)) return;
  if (ADDRESS.test(scene.file.text)) scene.link.hasAddresses = true;
  const deals = (one: Invocation, kind: number, line: RegExp) =>
    is(one.name, kind) || (is(one.name, EXEC) && line.test(lineOf(scene, one)));
  const watching = scene.calls.filter(
    (one) => deals(one, CLIP_READ, READS) && repeats(scene, one.call, 0),
  );
  if (watching.length === 0) return;
  const writing = scene.calls.find(
    (one) => deals(one, CLIP_WRITE, WRITES) && repeats(scene, one.call, 0),
  );
  for (const { call } of watching) {
    if (writing) scene.link.swaps.push(placeOf(scene, writing.call));
    const { manifest, readme } = scene.pkg;
    const isSaid = SAID.test(`${manifest.description ?? ''} ${readme ?? ''}`);
    report(scene, call, {
      ruleId: 'clipboard-watched',
      severity: isSaid && !writing ? 'low' : 'high',
      confidence: 'medium',
      message: writing
        ? 'The clipboard is read again and again and changed on the way.'
        : 'The clipboard is read again and again, without anybody asking for it.',
    });
  }
}

const lineOf = (scene: Scene, { args }: Invocation): string =>
  `${shapeOf(scene.model, args[0]) ?? ''} ${propertyTexts(scene.flow, args[1])}`.trim();

/** Whether code runs over and over: in an interval, an endless loop, or a function that sets itself a timer. */
function repeats(scene: Scene, from: Node, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  for (let at = scene.file.parentOf(from); at !== null; at = scene.file.parentOf(at)) {
    if (at.type === 'ForStatement' && !at.test) return true;
    if (at.type === 'WhileStatement' && at.test.type === 'Literal') return true;
    if (at.type === 'ForOfStatement' && /setInterval\(/.test(scene.file.textOf(at.right)))
      return true;
    const fn = scene.model.fnOf.get(at);
    if (!fn) continue;
    for (const site of callersOf(scene.model).get(fn.node) ?? []) {
      const name = site.type === 'CallExpression' ? (nameOf(scene.model, site.callee) ?? '') : '';
      if (TIMER.test(name)) return true;
      const isOwn = functionAround(scene.model, site)?.node === fn.node;
      if (isOwn) {
        if (DELAY.test(name)) return true;
      } else if (repeats(scene, site, depth + 1)) return true;
    }
    return false;
  }
  return false;
}
