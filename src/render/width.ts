// How many columns a text takes in a terminal, and breaking it into lines that fit.

const ZERO = /^[\p{Mn}\p{Me}]$/u;
// East Asian wide and fullwidth blocks, and the pictures that terminals draw two columns wide.
const WIDE =
  /^[\u1100-\u115f\u231a\u231b\u23e9-\u23f3\u25fd\u25fe\u2614\u2615\u26a1\u2705\u274c\u2753-\u2757\u2b50\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18d08}\u{1b000}-\u{1b2fb}\u{1f004}\u{1f0cf}\u{1f18e}-\u{1f19a}\u{1f1e6}-\u{1f265}\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f7e0}-\u{1f7f0}\u{1f90c}-\u{1f9ff}\u{1fa70}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

function columnsOf(character: string): number {
  if (character < '\u0300') return 1;
  if (ZERO.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Columns of a text without control characters or colours. */
export function widthOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOf(character);
  return columns;
}

/** At most `max` columns; a cut is marked with an ellipsis. */
export function fit(text: string, max: number): string {
  if (widthOf(text) <= max) return text;
  let columns = 1;
  let kept = '';
  for (const character of text) {
    columns += columnsOf(character);
    if (columns > max) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Exactly `columns` columns. */
export function pad(text: string, columns: number): string {
  const cut = fit(text, columns);
  return cut + ' '.repeat(Math.max(0, columns - widthOf(cut)));
}

/** Breaks at spaces, and inside a word only where it is longer than a line. Later lines get `indent` spaces. */
export function wrap(text: string, width: number, indent: number): string {
  const room = Math.max(16, width - indent);
  const lines: string[] = [];
  let line = '';
  let columns = 0;
  for (const word of text.split(/\s+/).flatMap((part) => piecesOf(part, room))) {
    const size = widthOf(word);
    if (line !== '' && columns + 1 + size > room) {
      lines.push(line);
      line = word;
      columns = size;
    } else {
      line = line === '' ? word : `${line} ${word}`;
      columns += (columns === 0 ? 0 : 1) + size;
    }
  }
  if (line !== '') lines.push(line);
  return lines.join(`\n${' '.repeat(indent)}`);
}

function piecesOf(word: string, room: number): string[] {
  if (word === '') return [];
  if (word.length <= room && widthOf(word) <= room) return [word];
  const pieces: string[] = [];
  let piece = '';
  let columns = 0;
  for (const character of word) {
    const size = columnsOf(character);
    if (columns + size > room) {
      pieces.push(piece);
      piece = '';
      columns = 0;
    }
    piece += character;
    columns += size;
  }
  return [...pieces, piece];
}
