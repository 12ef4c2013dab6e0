// Signs of code that was made unreadable on purpose: none of them is left by a minifier or a bundler.
// How far apart the places are at which a run of 200 characters would show.
const STEP = 80;
const SIX_CHARACTERS = /(?:[[\]()!+]\s{0,2}){200}/;
const HEX_NAME = /\b(?:[\w$]{1,4})?_0x[0-9a-f]{2,8}\b/gi;
const LETTER = '(?:\\\\x(?:3\\d|[46][1-9a-f]|[57][0-9a])|\\\\u00(?:[46][1-9a-f]|[57][0-9a]))';
/** Whole words in escapes, not the ends of ranges in a pattern. */
const ESCAPED_WORDS = new RegExp(`['"\`]${LETTER}{4,}`, 'gi');
const PACKED = /(?:^|[\n;}])\s{0,9}eval\(function\(p,a,c,k,e,[dr]\)\{/;
const UNSEEN = /[\u115f\u1160\u3164\uffa0\u17b4\u17b5]/;
/** A Hangul filler or the like where a name stands. */
const INVISIBLE_NAME =
  /(?:\b(?:const|let|var|function)\s{1,3}|[{,]\s{0,3})[\u115f\u1160\u3164\uffa0\u17b4\u17b5]{1,60}\s{0,3}[=,}(]/;
const SPELT = /\[([\w$]{1,20})\((0x[0-9a-f]{1,6}|\d{1,6})\)\]/gi;
/** `g[_[0]](_[5])`. */
const LISTED = /\[([\w$]{1,20})\[(0x[0-9a-f]{1,6}|\d{1,6})\]\]/gi;
const LEAST_SPELT = 5;
const PART_OF_SIX_CHARACTERS = /(?:\s{0,2}[[\]()!+]){8}/y;
const FAR_OUT = /\S[ \t]{400,}[^\s*/\\|<>'"`]/;
const PART_OF_FAR_OUT = /[ \t]{100}/y;

/** The first sign in a text, in our own words; null if there is none. */
export function obfuscationIn(text: string): string | null {
  if (text.length < 150) return null;
  const per = (count: number, chars: number) => (count * chars) / text.length;
  const hexNames = text.includes('_0x') ? count(text, HEX_NAME) : 0;
  if ((hexNames >= 8 && per(hexNames, 1000) >= 4) || (hexNames >= 12 && isDense(text, HEX_NAME)))
    return 'names are hexadecimal numbers';
  const lookalikes = count(
    text,
    /(?:var |let |const |function |[,(;]\s?)(?:[Il1]{5,}|[O0o]{6,})\s?[=,(){.[]/g,
  );
  if (lookalikes >= 10 && per(lookalikes, 1000) >= 2)
    return 'names consist of letters that look alike';
  const escaped = count(
    text,
    /\\x(?:3\d|[46][1-9a-f]|[57][0-9a])|\\u00(?:[46][1-9a-f]|[57][0-9a])/gi,
  );
  if (escaped >= 30 && (per(escaped, 100) >= 2 || count(text, ESCAPED_WORDS) >= 4))
    return 'plain letters are written as escapes';
  if (showsAtSteps(text, PART_OF_SIX_CHARACTERS) && SIX_CHARACTERS.test(text))
    return 'code made of six characters';
  if (/ﾟωﾟ|ﾟДﾟ|\(ﾟ-ﾟ\)/.test(text)) return 'code made of faces';
  if (text.includes('(p,a,c,k,e,') && PACKED.test(text))
    return 'code is packed into a text that it unpacks and runs';
  if (UNSEEN.test(text) && INVISIBLE_NAME.test(text))
    return 'names consist of characters that nobody sees';
  if (spells(text) || lists(text))
    return 'the names of properties are kept in a list and looked up by number';
  if (rotates(text)) return 'strings are kept in a list that is turned before use';
  if (showsAtSteps(text, PART_OF_FAR_OUT) && FAR_OUT.test(text) && hidesCode(text))
    return 'code stands far beyond the edge of the window';
  return bracketed(text) ? 'every property is looked up by a computed text' : null;
}

/** Twelve hits within a screenful, wherever in the text they stand. */
function isDense(text: string, pattern: RegExp): boolean {
  const at = [...text.matchAll(pattern)].map(({ index }) => index);
  return at.some((start, i) => i >= 11 && start - (at[i - 11] ?? 0) < 2500);
}

/** `g[q(33)][q(34)](…)`: what a program calls is read through one function of a number. */
function spells(text: string): boolean {
  const readers = new Map<string, Set<string>>();
  for (const [, name = '', at = ''] of text.matchAll(SPELT))
    readers.set(name, (readers.get(name) ?? new Set()).add(at));
  return [...readers].some(([name, places]) => {
    if (places.size < LEAST_SPELT) return false;
    const alias = new RegExp(`[\\s,;]${quoted(name)}\\s?=\\s?([\\w$]{1,20})\\s?[,;\\n]`).exec(
      text,
    )?.[1];
    return decodes(text, name) || (alias !== undefined && decodes(text, alias));
  });
}

/** The same straight out of a list: at least one of what is looked up is called. */
function lists(text: string): boolean {
  const lists = new Map<string, Set<string>>();
  for (const [, name = '', at = ''] of text.matchAll(LISTED))
    lists.set(name, (lists.get(name) ?? new Set()).add(at));
  return [...lists].some(
    ([name, places]) =>
      places.size >= LEAST_SPELT &&
      new RegExp(`\\[${quoted(name)}\\[\\w{1,8}\\]\\]\\(`).test(text) &&
      holdsTexts(text, name),
  );
}

/** Not the memory of a compiled program, `table[memory[17755]](x)`, nor its list of functions. */
const holdsTexts = (text: string, name: string): boolean =>
  new RegExp(
    `(?:^|[^\\w$.])${quoted(name)}\\s{0,3}=\\s{0,3}(?:[\\w$.]{1,40}\\(\\s{0,3})?\\[?\\s{0,20}['"\`]`,
  ).test(text);

const quoted = (name: string): string => name.replaceAll('$', '\\$');

/** Whether a function of that name takes its answer out of a list, or hands it on to one that does. */
function decodes(text: string, name: string): boolean {
  const made = new RegExp(
    `(?:function\\s{1,3}${quoted(name)}\\s{0,3}\\(|\\b${quoted(name)}\\s{0,3}=\\s{0,3}(?:function\\b|\\(?[\\w$,\\s]{1,30}\\)?\\s{0,3}=>))[^]{0,300}`,
  ).exec(text)?.[0];
  return (
    made !== undefined &&
    /\[\s{0,3}[\w$]{1,20}\s{0,3}(?:[-+^]\s{0,3}\w{1,10}\s{0,3})?\]/.test(made) &&
    /\batob\b|base64|fromCharCode|\bhex\b|reverse\(|\[\s{0,3}[\w$]{1,20}\s{0,3}[-^]|charCodeAt/.test(
      made,
    )
  );
}

/** Whether part of a long run stands at one of the places that no such run can miss: `part` is sticky. */
function showsAtSteps(text: string, part: RegExp): boolean {
  for (let at = 0; at < text.length; at += STEP) {
    part.lastIndex = at;
    if (part.test(text)) return true;
  }
  return false;
}

/** A list of strings that a loop shifts until a sum fits, read through a function of a number. */
function rotates(text: string): boolean {
  const turns =
    /(?:\[['"]push['"]\]|\.push)\(\s?[\w$]{1,20}(?:\[['"]shift['"]\]|\.shift)\(\)\)/.test(text);
  if (!turns) return false;
  const sums = count(text, /parseInt\([\w$]{1,20}\((?:0x[0-9a-f]+|\d+)/gi);
  const reads = count(text, /\b[\w$]{1,20}\(['"]?0x[0-9a-f]{1,4}['"]?[,)]/gi);
  return sums >= 3 || (reads >= 2 && /while\s?\((?:--[\w$]{1,20}|!!\[\]|!0|true)/.test(text));
}

function hidesCode(text: string): boolean {
  const hidden = /\S[ \t]{400,}([^\n]{1,200})/.exec(text)?.[1] ?? '';
  return /require|import|eval|global|process|Function|fetch|=\s?\[|=>|\(\)/.test(hidden);
}

function bracketed(text: string): boolean {
  if (count(text, /\b0x[0-9a-f]{1,6}\b/gi) < 20) return false;
  const brackets = count(text, /[\w$)\]]\[['"][A-Za-z_$][\w$]{1,30}['"]\](?!\s?=[^=])/g);
  if (brackets < 40) return false;
  const dots = count(text, /[\w$)\]]\.[A-Za-z_$]/g);
  return brackets > 4 * dots && (brackets * 1000) / text.length > 12;
}

function count(text: string, pattern: RegExp): number {
  let found = 0;
  pattern.lastIndex = 0;
  while (pattern.exec(text) !== null) found += 1;
  return found;
}
