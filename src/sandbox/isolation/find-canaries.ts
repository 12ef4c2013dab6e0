// Looks for the secrets of a run in bytes that left the box, in the encodings that thieves use.
import { gunzipSync, inflateSync } from 'node:zlib';
import type { Canary, CanaryHit } from './types.ts';

const PREFIX_LENGTH = 5;
const MAX_LAYERS = 2;
const MAX_LAYER_BYTES = 1 << 20;
const MAX_RUNS = 20;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

interface Pattern {
  text: string;
  hit: CanaryHit;
}
/**
 * By their first characters, which many share, so that one search can tell that none is there.
 * All in lower case, base64 too: resolvers of names do not keep the case.
 */
type Matcher = Map<string, Pattern[]>;

/** Finds secrets in a text; made once for a set of canaries, since preparing costs more than looking. */
export type CanaryFinder = (bytes: Buffer | string) => CanaryHit[];

export function findCanaries(bytes: Buffer | string, canaries: Canary[]): CanaryHit[] {
  return canaryFinder(canaries)(bytes);
}

export function canaryFinder(canaries: Canary[]): CanaryFinder {
  const matcher: Matcher = new Map();
  for (const canary of canaries) addPatterns(matcher, canary);
  return (bytes) => {
    const found = new Map<string, CanaryHit>();
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    if (buffer.length >= PREFIX_LENGTH) look(matcher, buffer, [], found);
    return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
  };
}

function addPatterns(matcher: Matcher, canary: Canary): void {
  const needle = canary.needle.slice(0, 64);
  if (needle.length < 8) return;
  const add = (encoding: string, pattern: string) => {
    const text = pattern.toLowerCase();
    const prefix = text.slice(0, PREFIX_LENGTH);
    const hit = { id: canary.id, kind: canary.kind, encoding };
    matcher.set(prefix, [...(matcher.get(prefix) ?? []), { text, hit }]);
  };
  const bytes = Buffer.from(needle);
  const lower = needle.toLowerCase();
  add('plain', lower);
  add('hex', bytes.toString('hex'));
  add('reversed', [...lower].reverse().join(''));
  add('rot13', rot13(lower));
  add('decimal', bytes.join(','));
  for (let offset = 0; offset < 5; offset++) {
    add('base32', aligned(bytes, offset, 5, base32));
  }
  for (let offset = 0; offset < 3; offset++) {
    const text = aligned(bytes, offset, 6, (input) => input.toString('base64'));
    add('base64', text);
    const safe = text.replaceAll('+', '-').replaceAll('/', '_');
    if (safe !== text) add('base64url', safe);
  }
}

/** The characters of an encoding that depend on these bytes only, when they start `offset` bytes in. */
function aligned(
  bytes: Buffer,
  offset: number,
  bitsPerCharacter: number,
  encode: (input: Buffer) => string,
): string {
  const text = encode(Buffer.concat([Buffer.alloc(offset), bytes]));
  const start = Math.ceil((offset * 8) / bitsPerCharacter);
  const end = Math.floor(((offset + bytes.length) * 8) / bitsPerCharacter);
  return text.slice(start, end);
}

function base32(input: Buffer): string {
  const bits = [...input].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{5}/g) ?? [];
  return groups.map((group) => BASE32[Number.parseInt(group, 2)]).join('');
}

function rot13(text: string): string {
  return text.replace(/[a-z]/g, (letter) =>
    String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97),
  );
}

function look(
  matcher: Matcher,
  buffer: Buffer,
  layers: string[],
  found: Map<string, CanaryHit>,
): void {
  const text = buffer.toString('latin1');
  const views = [text, ...decodedViews(text)];
  for (const [index, view] of views.entries()) {
    const around = index === 0 ? layers : [...layers, 'url'];
    search(matcher, view.toLowerCase(), around, found);
  }
  if (layers.length >= MAX_LAYERS) return;
  for (const [layer, inner] of innerLayers(buffer, text)) {
    look(matcher, inner, [...layers, layer], found);
  }
}

function search(
  patterns: Matcher,
  text: string,
  layers: string[],
  found: Map<string, CanaryHit>,
): void {
  for (const [prefix, candidates] of patterns) {
    for (let at = text.indexOf(prefix); at !== -1; at = text.indexOf(prefix, at + 1)) {
      for (const { text: wanted, hit } of candidates) {
        if (found.has(hit.id) || !text.startsWith(wanted, at)) continue;
        const inner = hit.encoding === 'plain' && layers.length > 0 ? [] : [hit.encoding];
        found.set(hit.id, { ...hit, encoding: [...layers, ...inner].join('+') });
      }
    }
  }
}

/** The text with percent signs, backslash escapes and stray separators taken out, where it has any. */
function decodedViews(text: string): string[] {
  const views: string[] = [];
  const character = (_: string, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16) & 0xff);
  if (text.includes('%')) views.push(text.replace(/%([0-9a-fA-F]{2})/g, character));
  if (/\\[ux]/.test(text)) {
    views.push(text.replace(/\\(?:u00|x)([0-9a-fA-F]{2})/g, character));
  }
  return views;
}

/** What is packed inside: compressed bodies, and long runs of base64 or hex decoded once. */
function innerLayers(buffer: Buffer, text: string): [string, Buffer][] {
  const layers: [string, Buffer][] = [];
  const start = buffer.indexOf('1f8b08', 0, 'hex');
  if (start !== -1) push(layers, 'gzip', () => gunzipSync(buffer.subarray(start), LIMITED));
  else if (buffer[0] === 0x78) push(layers, 'deflate', () => inflateSync(buffer, LIMITED));
  for (const [run] of take(text.matchAll(/[A-Za-z0-9+/_-]{40,}/g), MAX_RUNS)) {
    const isHex = /^[0-9a-fA-F]+$/.test(run);
    layers.push(isHex ? ['hex', Buffer.from(run, 'hex')] : ['base64', Buffer.from(run, 'base64')]);
  }
  return layers.filter(([, inner]) => inner.length > 0);
}

// A body that was cut is still unpacked as far as it goes.
const LIMITED = { maxOutputLength: MAX_LAYER_BYTES, finishFlush: 2 } as const;

function push(layers: [string, Buffer][], name: string, unpack: () => Buffer): void {
  try {
    layers.push([name, unpack()]);
  } catch {
    // Not compressed after all, or a bomb: nothing to look at.
  }
}

function* take<T>(items: Iterable<T>, count: number): Generator<T> {
  let taken = 0;
  for (const item of items) {
    if (taken++ >= count) return;
    yield item;
  }
}
