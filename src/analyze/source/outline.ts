// Text of a JavaScript file -> the same code without comments, its texts set aside: a look without a parser.

export interface Outline {
  /** Code without comments; every text stands as `"3"`, the parts of a template as `` `3${ } 4` ``. */
  code: string;
  /** What stood there, as written, escapes and all. */
  texts: string[];
}

// Deeper code is a matter for the parser, which says so if it is too deep.
const MAX_DEPTH = 200;
const BEFORE_REGEX = new Set(
  'return typeof case in delete void throw new instanceof do else'.split(' '),
);
const MAY_BE_BEFORE_REGEX = new Set('of yield await async let static get set'.split(' '));
// Line ends that no editor makes.
const ODD_LINES = /\r(?!\n)|[\u2028\u2029]/;
const HTML_COMMENT = /<!--|-->/;
const NEWLINE = 10;
const [QUOTE, APOSTROPHE, BACKTICK, SLASH, BACKSLASH, STAR] = [34, 39, 96, 47, 92, 42] as const;
const [OPEN, CLOSE, DOLLAR, GREATER] = [123, 125, 36, 62] as const;
const IS_SPECIAL = new Uint8Array(128);
for (const char of [QUOTE, APOSTROPHE, BACKTICK, SLASH, BACKSLASH, OPEN, CLOSE])
  IS_SPECIAL[char] = 1;

interface Scan extends Outline {
  text: string;
  /** Where the reading stands. */
  at: number;
  /** From here on nothing has been taken over yet. */
  from: number;
  parts: string[];
  /** Last character before `from` that is neither space nor comment; -1 if there is none. */
  last: number;
  /** Open braces; true where one stands in a template. */
  braces: boolean[];
}

/** Null where a parser is needed to tell code from comment, or the file is no whole program. */
export function outlineOf(text: string): Outline | null {
  if (ODD_LINES.test(text)) return null;
  const scan: Scan = {
    ...{ text, at: 0, from: 0, last: -1, code: '' },
    ...{ texts: [], parts: [], braces: [] },
  };
  if (text.startsWith('#!')) skipTo(scan, lineEnd(text, 0));
  while (scan.at < text.length) {
    const char = text.charCodeAt(scan.at);
    if (char < 128 && IS_SPECIAL[char] === 1) {
      if (!step(scan, char)) return null;
    } else scan.at += 1;
  }
  if (scan.braces.length > 0) return null;
  scan.parts.push(text.slice(scan.from));
  const code = scan.parts.join('');
  return HTML_COMMENT.test(code) ? null : { code, texts: scan.texts };
}

/** Reads what begins here; false where that cannot be told. */
function step(scan: Scan, char: number): boolean {
  switch (char) {
    case QUOTE:
    case APOSTROPHE:
      return takeText(scan, char);
    case BACKTICK:
      return takeTemplate(scan);
    case SLASH:
      return takeSlash(scan);
    case OPEN:
      scan.braces.push(false);
      if (scan.braces.length > MAX_DEPTH) return false;
      break;
    case CLOSE: {
      const isOfTemplate = scan.braces.pop();
      if (isOfTemplate === undefined) return false;
      if (isOfTemplate) return takeTemplate(scan);
      break;
    }
    case BACKSLASH:
      // A name written in escapes.
      return false;
    default:
  }
  scan.at += 1;
  return true;
}

/** The last character before this place that is neither space nor comment; -1 at the start. */
function lastBefore(scan: Scan): number {
  for (let at = scan.at - 1; at >= scan.from; at--) {
    if (scan.text.charCodeAt(at) > 32) return at;
  }
  return scan.last;
}

function takeText(scan: Scan, quote: number): boolean {
  const { text } = scan;
  for (let end = scan.at + 1; end < text.length; end++) {
    const char = text.charCodeAt(end);
    if (char === BACKSLASH) end += 1;
    else if (char === NEWLINE) return false;
    else if (char === quote) {
      setAside(scan, scan.at + 1, end, '"', '"');
      return true;
    }
  }
  return false;
}

/** From a backtick, or from the brace that ends an expression, to the next one. */
function takeTemplate(scan: Scan): boolean {
  const { text } = scan;
  const start = text[scan.at] ?? '';
  for (let end = scan.at + 1; end < text.length; end++) {
    const char = text.charCodeAt(end);
    if (char === BACKSLASH) end += 1;
    else if (char === BACKTICK) {
      setAside(scan, scan.at + 1, end, start, '`');
      return true;
    } else if (char === DOLLAR && text.charCodeAt(end + 1) === OPEN) {
      setAside(scan, scan.at + 1, end, start, '${');
      scan.braces.push(true);
      return scan.braces.length <= MAX_DEPTH;
    }
  }
  return false;
}

function setAside(scan: Scan, start: number, end: number, before: string, after: string): void {
  const { text, texts, parts } = scan;
  parts.push(text.slice(scan.from, start - 1), before, String(texts.length), after);
  texts.push(text.slice(start, end));
  scan.at = end + after.length;
  scan.last = scan.at - 1;
  scan.from = scan.at;
}

function takeSlash(scan: Scan): boolean {
  const { text, at } = scan;
  const next = text.charCodeAt(at + 1);
  if (next === SLASH) return skipTo(scan, lineEnd(text, at));
  if (next === STAR) {
    const end = text.indexOf('*/', at + 2);
    return end !== -1 && skipTo(scan, end + 2);
  }
  const last = lastBefore(scan);
  // The tags of JSX.
  if (next === GREATER || text[last] === '<') return false;
  const before = beforeSlash(text, last);
  if (before === 'unknown' && text.slice(at + 1, lineEnd(text, at)).includes('/')) return false;
  const end = before === 'operator' ? regexEnd(text, at) : at + 1;
  if (end === -1) return false;
  scan.at = end;
  return true;
}

/** What stands before a slash: a value that it divides, or an operator that wants a pattern. */
function beforeSlash(text: string, last: number): 'value' | 'operator' | 'unknown' {
  if (last < 0) return 'operator';
  const char = text[last] ?? '';
  if (/[\w$]/.test(char)) {
    let start = last;
    while (start > 0 && /[\w$]/.test(text[start - 1] ?? '')) start -= 1;
    const word = text.slice(start, last + 1);
    if (MAY_BE_BEFORE_REGEX.has(word)) return 'unknown';
    return BEFORE_REGEX.has(word) && text[start - 1] !== '.' ? 'operator' : 'value';
  }
  if (char > '\x7f') return 'unknown';
  if (char === ']' || char === '"' || char === "'" || char === '`') return 'value';
  if (char === ')' || char === '}' || char === '/') return 'unknown';
  return (char === '+' || char === '-') && text[last - 1] === char ? 'unknown' : 'operator';
}

function regexEnd(text: string, start: number): number {
  let isInClass = false;
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (char === '\n') return -1;
    else if (char === '[') isInClass = true;
    else if (char === ']') isInClass = false;
    else if (char === '/' && !isInClass) return at + 1;
  }
  return -1;
}

/** A comment counts as a space, and as a line end if it holds one. */
function skipTo(scan: Scan, end: number): true {
  const { text, at } = scan;
  scan.last = lastBefore(scan);
  scan.parts.push(text.slice(scan.from, at), text.slice(at, end).includes('\n') ? '\n' : ' ');
  scan.at = end;
  scan.from = end;
  return true;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}
