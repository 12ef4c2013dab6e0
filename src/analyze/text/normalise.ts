// One reading of a text to match against: lower case, compatibility forms and accents folded, hidden
// characters gone, white space collapsed; every unit remembers where it stood.

/** A folded text; `at[i]` is the offset in the source of the unit that `text[i]` came from. */
export interface Folded {
  text: string;
  at: Int32Array;
}

const INVISIBLE =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\u{e0000}-\u{e0fff}]/u;
const SPECIAL: Record<string, string> = {
  ı: 'i',
  đ: 'd',
  ł: 'l',
  ø: 'o',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  '‘': "'",
  '’': "'",
  '‚': "'",
  '′': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '–': '-',
  '—': '-',
  '‐': '-',
  '‑': '-',
};
const ANSI = /(?:\u001b\[|\u009b)[0-?]{0,24}[ -/]{0,4}[@-~]/g;

/** Linear. At most three units come out for each that goes in. */
export function fold(source: string): Folded {
  const input = blanked(source);
  const at = new Int32Array(input.length * 3 + 1);
  let out = '';
  let length = 0;
  let wasSpace = true;
  let offset = 0;
  const seen = new Map<string, string>();
  for (const character of input) {
    const folded = foldCharacter(character, seen);
    if (folded === ' ') {
      if (!wasSpace) {
        at[length++] = offset;
        out += ' ';
      }
      wasSpace = true;
    } else if (folded !== '') {
      const kept =
        folded.length > character.length * 3 ? folded.slice(0, character.length * 3) : folded;
      for (let i = 0; i < kept.length; i++) at[length++] = offset;
      out += kept;
      wasSpace = false;
    }
    offset += character.length;
  }
  at[length] = offset;
  return { text: out, at: at.subarray(0, length + 1) };
}

/** The same folding for a pattern of ours, so that both sides agree; no offsets. */
export function foldPattern(source: string): string {
  return Array.from(source, (character) =>
    character < '\u0080' ? character : foldCharacter(character, new Map()),
  ).join('');
}

function foldCharacter(character: string, seen: Map<string, string>): string {
  const code = character.charCodeAt(0);
  if (code < 0x80) {
    if (code >= 65 && code <= 90) return String.fromCharCode(code + 32);
    return code <= 32 || code === 127 ? ' ' : character;
  }
  const known = seen.get(character) ?? foldWide(character);
  seen.set(character, known);
  return known;
}

function foldWide(character: string): string {
  if (INVISIBLE.test(character)) return '';
  const plain = character
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f\u0640\u064b-\u065f\u0670]/g, '')
    .normalize('NFC');
  if (/^\s*$/.test(plain)) return plain === '' ? '' : ' ';
  return SPECIAL[plain] ?? plain;
}

// Same length, so that offsets stay. A written "\\n" (JSON in a text) parts words as a line end does.
function blanked(text: string): string {
  const lines = text.includes('\\') ? text.replace(/\\[nrt](?![a-z]:)/g, '  ') : text;
  if (!lines.includes('\u001b') && !lines.includes('\u009b')) return lines;
  return lines.replace(ANSI, (sequence) => '\u200b'.repeat(sequence.length));
}
