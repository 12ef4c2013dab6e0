// Threats by strings of characters that nothing shows: what they carry is a program, whoever takes it out.
import { hiddenRuns } from '../../../text/characters.ts';
import type { Node } from '../../parse.ts';
import { callsCode } from './code-runners.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';

/** Selectors and tags stand above U+E0000, in UTF-16 behind this one; the others are spelt out. */
const UNSEEN = /\udb40|[\ufe00-\ufe0f]{8}|[\u200b\u200c\u200d\u2060-\u2064\u3164\uffa0]{32}/;
/** Emoji and ideographs take one selector, flags seven tags. */
const LEAST = 24;
/** A program, not a sentence about one. */
const CODE =
  /\b(?:require|import|eval|fetch|Function|atob|spawn|exec\w{0,8})\s?\(|=>|\b(?:process|Buffer|globalThis)[.[]|\b(?:const|let|var) [\w$]{1,40}\s?=|\bfunction\b[^.]{0,40}\{/;
const MAX_CHARS = 1_000_000;

export function findUnseenText(scene: Scene): void {
  if (!UNSEEN.test(scene.file.text)) return;
  for (const node of scene.model.strings) {
    const text = textOf(node);
    if (text.length < LEAST || !UNSEEN.test(text)) continue;
    const runs = hiddenRuns(text.slice(0, MAX_CHARS)).filter(
      ({ kind, count }) => count >= LEAST && /^(?:tags|variation-selectors|zero-width)$/.test(kind),
    );
    const isCode = runs.some(({ decoded }) => CODE.test(decoded));
    const isRun = isCode || scene.calls.some((call) => callsCode(scene, call));
    // Sentences in a description are for the check of texts.
    const isOdd = runs.some(({ kind, decoded }) => kind !== 'zero-width' && !isProse(decoded));
    if (!isCode && !isOdd) continue;
    report(scene, node, {
      ruleId: 'invisible-payload',
      severity: isRun ? 'critical' : 'high',
      confidence: isRun ? 'high' : 'medium',
      message: isCode
        ? 'A string carries a program in characters that nothing shows.'
        : 'A string carries text in characters that nothing shows.',
    });
  }
}

const isProse = (text: string): boolean => /^[\p{L}\p{N}\p{P}\s]*$/u.test(text);

function textOf(node: Node): string {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : '';
  if (node.type !== 'TemplateLiteral') return '';
  return node.quasis.map(({ value }) => value.cooked ?? '').join('');
}
