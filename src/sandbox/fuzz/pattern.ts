// Builds a string for the simple regular expressions that schemas use. The pattern is read, never run.

const MAX_CHARS = 300;
const MAX_PATTERN = 500;
const CLASSES: Record<string, string> = {
  d: '1',
  w: 'a',
  s: ' ',
  D: 'a',
  W: '-',
  S: 'a',
  b: '',
  B: '',
  A: '',
  z: '',
  Z: '',
};

/** A string that most likely matches, or null where the pattern is beyond this reader. */
export function stringForPattern(pattern: string): string | null {
  if (pattern.length > MAX_PATTERN) return null;
  const reader = { text: pattern, at: 0, depth: 0 };
  const built = readAlternatives(reader);
  return built === null || reader.at < pattern.length || built.length > MAX_CHARS ? null : built;
}

interface Reader {
  text: string;
  at: number;
  depth: number;
}

function readAlternatives(reader: Reader): string | null {
  let first: string | null = null;
  for (;;) {
    const branch = readSequence(reader);
    if (branch === null) return null;
    first ??= branch;
    if (reader.text[reader.at] !== '|') return first;
    reader.at += 1;
  }
}

function readSequence(reader: Reader): string | null {
  let out = '';
  while (reader.at < reader.text.length && !'|)'.includes(reader.text[reader.at] ?? '')) {
    const atom = readAtom(reader);
    if (atom === null) return null;
    const times = readQuantifier(reader, atom.isGroup);
    if (times === null || out.length + atom.text.length * times > MAX_CHARS) return null;
    out += atom.text.repeat(times);
  }
  return out;
}

function readAtom(reader: Reader): { text: string; isGroup: boolean } | null {
  const char = reader.text[reader.at++] ?? '';
  if (char === '^' || char === '$') return { text: '', isGroup: true };
  if (char === '.') return { text: 'a', isGroup: false };
  if (char === '[') return readClass(reader);
  if (char === '(') return readGroup(reader);
  if (char !== '\\') return '*+?{'.includes(char) ? null : { text: char, isGroup: false };
  const escaped = reader.text[reader.at++] ?? '';
  if (/[ux0-9pPkc]/.test(escaped)) return null;
  const plain = { n: '\n', t: '\t', r: '\r' }[escaped];
  return { text: CLASSES[escaped] ?? plain ?? escaped, isGroup: false };
}

function readGroup(reader: Reader): { text: string; isGroup: boolean } | null {
  reader.depth += 1;
  if (reader.depth > 10) return null;
  if (reader.text.startsWith('?:', reader.at)) reader.at += 2;
  else if (reader.text[reader.at] === '?') return null;
  const inner = readAlternatives(reader);
  if (inner === null || reader.text[reader.at] !== ')') return null;
  reader.at += 1;
  reader.depth -= 1;
  return { text: inner, isGroup: true };
}

/** First member of a character class; of a negated one some character that it does not name. */
function readClass(reader: Reader): { text: string; isGroup: boolean } | null {
  const end = classEnd(reader.text, reader.at);
  if (end === -1) return null;
  const body = reader.text.slice(reader.at, end);
  reader.at = end + 1;
  if (body.startsWith('^')) {
    const free = [...'a1_-A~'].find((char) => !body.includes(char) && !/\\w|\\d|a-z/.test(body));
    return { text: free ?? '~', isGroup: false };
  }
  if (/a-z|\\w/.test(body)) return { text: 'a', isGroup: false };
  if (body.startsWith('\\'))
    return { text: CLASSES[body[1] ?? ''] ?? body[1] ?? '', isGroup: false };
  return { text: body[0] ?? '', isGroup: false };
}

function classEnd(text: string, from: number): number {
  for (let i = from; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === ']' && i > from) return i;
  }
  return -1;
}

function readQuantifier(reader: Reader, isGroup: boolean): number | null {
  const char = reader.text[reader.at];
  let times = 1;
  if (char === '+') times = isGroup ? 1 : 3;
  else if (char === '?' || char === '*') times = isGroup ? 0 : 1;
  else if (char === '{') {
    const end = reader.text.indexOf('}', reader.at);
    const [min = '', max] = reader.text.slice(reader.at + 1, end).split(',');
    if (end === -1 || !/^\d{1,3}$/.test(min)) return null;
    times = Number(min) === 0 && max !== '0' && !isGroup ? 1 : Number(min);
    reader.at = end;
  } else return 1;
  reader.at += 1;
  if (reader.text[reader.at] === '?') reader.at += 1;
  return times;
}
