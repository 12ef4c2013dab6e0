// Makes foreign text safe to print: control, bidi, zero-width and tag characters become visible.

// C0/C1 controls, soft hyphen, joiners and marks, bidi, line separators, variation selectors, BOM,
// Hangul fillers, interlinear annotation, tags, lone surrogates.
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}\p{Cs}]/gu;
const NAMED: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * The text on one line, at most `max` UTF-16 units, with everything a terminal or a reader would not
 * show written as `\u{hex}`. A cut is marked with an ellipsis and never splits a character or an
 * escape. Linear in `max`, not in the length of the text.
 */
export function escapeExcerpt(text: string, max = 160): string {
  // Nothing beyond the first max units can survive the cut; one more tells that there was more.
  const start = text.slice(0, max + 1);
  const head = text.length > start.length ? start.replace(/[\ud800-\udbff]$/u, '') : start;
  const pieces = Array.from(head, escapeCharacter);
  const fits = text.length <= max && lengthOf(pieces) <= max;
  if (fits) return pieces.join('');
  const kept: string[] = [];
  let length = 1;
  for (const piece of pieces) {
    if (length + piece.length > max) break;
    kept.push(piece);
    length += piece.length;
  }
  return `${kept.join('')}…`;
}

function escapeCharacter(character: string): string {
  return character.replace(UNSAFE, (unsafe) => {
    return NAMED[unsafe] ?? `\\u{${(unsafe.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

function lengthOf(pieces: readonly string[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}
