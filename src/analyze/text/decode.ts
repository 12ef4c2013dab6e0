// Text inside text: base64, hex, percent, Unicode escapes, HTML entities, rot13, JSON strings.
import type { RawView } from './shapes.ts';

const MIN_DECODED = 16;
const MAX_EACH = 12;
// What readable text is made of: enough letters and spaces, no control characters.
const COMMON =
  /\b(?:the|and|you|your|this|that|all|to|of|for|with|from|user|not|is|it|in|ignore|send|read|call|tool|system|file|previous|instructions|before|always|never|must|please)\b/gi;

interface Decoder {
  pattern: RegExp;
  decode: (match: string) => string;
  /** Plain escapes are usual in documentation: only what they spell matters. */
  min: number;
}

const DECODERS: Decoder[] = [
  { pattern: /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{20,}={0,2}/g, decode: base64, min: MIN_DECODED },
  {
    pattern: /(?<![0-9a-fA-F])(?:[0-9a-fA-F]{2}[ :]?){16,}(?![0-9a-fA-F])/g,
    decode: hex,
    min: MIN_DECODED,
  },
  { pattern: /(?:\\x[0-9a-fA-F]{2}){8,}/g, decode: hex, min: 8 },
  {
    pattern: /(?:[^\s%]{0,40}%[0-9a-fA-F]{2}){4,}[^\s%]{0,200}/g,
    decode: percent,
    min: MIN_DECODED,
  },
  { pattern: /(?:\\u\{?[0-9a-fA-F]{2,6}\}?){6,}/g, decode: unicodeEscapes, min: 6 },
  { pattern: /(?:&#x?[0-9a-fA-F]{2,6};[^&\n]?){6,}/g, decode: entities, min: 6 },
  { pattern: /(?:\b[01]{8}\b[ ,]?){8,}/g, decode: binary, min: 8 },
];

/** Every run that decodes to readable text. Linear. */
export function decodedViews(text: string): RawView[] {
  const found: RawView[] = [];
  for (const { pattern, decode, min } of DECODERS) {
    let count = 0;
    for (const match of text.matchAll(pattern)) {
      const decoded = decode(match[0]);
      if (decoded.length < min || !isReadable(decoded)) continue;
      found.push({
        kind: 'encoded',
        text: decoded,
        start: match.index,
        end: match.index + match[0].length,
      });
      if (++count >= MAX_EACH) break;
    }
  }
  return [...found, ...rot13View(text)];
}

/** Natural language, as against a hash, an identifier or binary data. */
export function isReadable(text: string): boolean {
  const head = text.slice(0, 2000);
  const good = (head.match(/[\p{L}\p{M}\p{N}\s.,;:!?'"()/_@<>\[\]-]/gu) ?? []).length;
  const letters = (head.match(/[\p{L}\p{M}]/gu) ?? []).length;
  const length = Array.from(head).length;
  // Latin text of any use has blanks; other scripts may have none.
  const hasWords = /\p{L}{2,}[ \n]\S+[ \n]?/u.test(head) || /[^\x00-\u024f]{4,}/u.test(head);
  return (
    good / length > 0.92 &&
    letters / length > 0.5 &&
    hasWords &&
    !/[\ufffd\u0000-\u0008]/.test(head)
  );
}

function base64(match: string): string {
  const once = Buffer.from(match.slice(0, 60_000), 'base64').toString('utf8');
  // Encoded twice: the first layer has no words to know it by.
  return /^[A-Za-z0-9+/_-]{20,}={0,2}$/.test(once)
    ? Buffer.from(once, 'base64').toString('utf8')
    : once;
}

function hex(match: string): string {
  return Buffer.from(match.slice(0, 60_000).replace(/\\x|[ :]/g, ''), 'hex').toString('utf8');
}

function percent(match: string): string {
  try {
    return decodeURIComponent(match.slice(0, 60_000)).replace(/\+/g, ' ');
  } catch {
    // A sequence that is not UTF-8 hides no text.
    return '';
  }
}

function unicodeEscapes(match: string): string {
  return match.replace(/\\u\{?([0-9a-fA-F]{2,6})\}?/g, (_, code: string) =>
    characterOf(parseInt(code, 16)),
  );
}

function entities(match: string): string {
  return match.replace(/&#(x?)([0-9a-fA-F]{2,6});/g, (_, isHex: string, code: string) =>
    characterOf(parseInt(code, isHex === '' ? 10 : 16)),
  );
}

function binary(match: string): string {
  const bytes = (match.match(/[01]{8}/g) ?? []).map((bits) => parseInt(bits, 2));
  return Buffer.from(bytes).toString('utf8');
}

function characterOf(code: number): string {
  return Number.isFinite(code) && code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

// Only worth a reading when the turned text has more everyday words than the text has.
function rot13View(text: string): RawView[] {
  const head = text.slice(0, 20_000);
  if (!/\b(?:gur|naq|lbh|nyy|vtaber|flfgrz|cerivbhf|hfre|vafgehpgvbaf|frperg)\b/i.test(head))
    return [];
  const turned = head.replace(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
  });
  const gain = (turned.match(COMMON) ?? []).length;
  if (gain < 3) return [];
  return [{ kind: 'encoded', text: turned, start: 0, end: head.length }];
}
