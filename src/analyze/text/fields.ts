// The strings of a JSON text and the words of long names, each as a reading of its own: notes for the
// model hide among data.
import type { RawView } from './shapes.ts';

const MAX_FIELDS = 40;
const MIN_CHARACTERS = 12;

// "content_from_reading_ssh_id_rsa": a sentence that passes for a name.
const LONG_NAME = /[A-Za-z][A-Za-z0-9]{0,30}(?:_[A-Za-z0-9]{1,30}){4,20}/g;
const MAX_NAMES = 12;
const BESIDE = 80;

/** The words of each long name set apart, with what stands around it. */
export function nameViews(text: string): RawView[] {
  return [...text.matchAll(LONG_NAME)].slice(0, MAX_NAMES).map((match) => {
    const end = match.index + match[0].length;
    const before = text.slice(Math.max(0, match.index - BESIDE), match.index);
    const words = match[0].replaceAll('_', ' ');
    return {
      kind: 'field',
      text: `${before}${words}${text.slice(end, end + BESIDE)}`,
      start: match.index,
      end,
    };
  });
}

/** Strings of 12 characters or more with a blank in them, if the whole text is JSON. Iterative. */
export function fieldViews(text: string): RawView[] {
  if (!/^\s{0,100}[{[]/.test(text) || !/[}\]]\s{0,100}$/.test(text)) return [];
  const found: RawView[] = [];
  const pending: unknown[] = [parsed(text)];
  let from = 0;
  while (pending.length > 0 && found.length < MAX_FIELDS) {
    const value = pending.shift();
    if (typeof value === 'string') {
      if (value.length < MIN_CHARACTERS || !value.includes(' ')) continue;
      const start = Math.max(0, text.indexOf(JSON.stringify(value).slice(1, -1), from));
      found.push({
        kind: 'field',
        text: value,
        start,
        end: Math.min(text.length, start + value.length),
      });
      from = start;
    } else if (Array.isArray(value)) {
      pending.unshift(...value.slice(0, 1000));
    } else if (typeof value === 'object' && value !== null) {
      pending.unshift(...Object.entries(value).slice(0, 1000).flat());
    }
  }
  return found;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Looked like JSON and is not: there are no fields.
    return null;
  }
}
