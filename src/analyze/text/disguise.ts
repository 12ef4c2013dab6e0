// Words written so that a filter misses them and a model does not: lookalike letters, leet, spaced-out
// letters, scrambled inner letters, reversed text.
import { KEY_WORDS, signatureOf } from './words.ts';
import { LOOKALIKES } from './lookalikes.ts';
import type { Folded } from './normalise.ts';
import type { RawView } from './shapes.ts';

const LEET: Record<string, string> = Object.assign(Object.create(null), {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'l',
  '+': 't',
});
const MIXED =
  /(?=[^\s]{0,40}[a-z])[a-z]{0,40}[\u0370-\u058f\u0250-\u02af\u1d00-\u1d2b\ua730-\ua7ff]/;
// Full-width or mathematical letters in words: styling of a line is lawful, of prose among plain text it is not.
const STYLED = /(?:[\uff21-\uff5a\u{1d400}-\u{1d6a3}]{2,}[\s\p{P}\uff0c-\uff1f]{0,3}){4,}/gu;
const SPACED =
  /(?:(?<![\p{L}\p{N}])[\p{L}\p{N}.,:;'"!?/_@<>()[\]{}$~+#*=-]( |[-_.*|]| {2,4})){10,}[\p{L}\p{N}.,!?]?/gu;

/** Readings of `text` with a disguise taken off; none for text that wears none. Linear. */
export function disguisedViews(text: string, folded: Folded): RawView[] {
  const whole = { kind: 'disguised', start: 0, end: text.length } as const;
  const found: RawView[] = [];
  const latin = lookalikeReading(folded.text);
  // One Δx makes no disguise; words that only look Latin do.
  if (latin !== null)
    found.push({ ...whole, kind: latin.count >= 3 ? 'disguised' : 'folded', text: latin.text });
  for (const reading of leetReadings(folded.text)) found.push({ ...whole, text: reading });
  const ordered = unscrambled(folded.text);
  if (ordered !== null) found.push({ ...whole, text: ordered });
  found.push(...spacedReadings(text), ...styledReadings(text));
  const reversed = reversedReading(folded.text);
  if (reversed !== null) found.push({ ...whole, kind: 'reversed', text: reversed });
  return found;
}

function lookalikeReading(folded: string): { text: string; count: number } | null {
  if (!MIXED.test(folded)) return null;
  const mixed =
    folded.match(
      /[a-z]*[\u0370-\u058f\u0250-\u02af\u1d00-\u1d2b\ua730-\ua7ff]+[a-z]+|[a-z]+[\u0370-\u058f]+/g,
    ) ?? [];
  const count = new Set(mixed.filter((word) => word.length >= 3)).size;
  return { text: folded.replace(/[^\x00-\x7f]/g, (letter) => LOOKALIKES[letter] ?? letter), count };
}

// "1" is read as i and as l.
function leetReadings(folded: string): string[] {
  if (!/[a-z][0-9@$!|+]{1,3}[a-z]/.test(folded)) return [];
  const words = folded.match(/[a-z0-9@$!|+]{3,24}/g) ?? [];
  const leet = words.filter(
    (word) => /[a-z]/.test(word) && /[0-9@$|]/.test(word) && hasLeetWord(word, KEY_WORDS.words),
  );
  if (new Set(leet).size < 2) return [];
  const read = (one: string) =>
    folded.replace(/[0134578@$|+]|9(?=[a-z])|(?<=[a-z])!(?=[a-z0-9])/g, (sign) =>
      sign === '1' ? one : (LEET[sign] ?? sign),
    );
  return [read('i'), read('l')];
}

function hasLeetWord(word: string, known: ReadonlySet<string>): boolean {
  return ['i', 'l'].some((one) =>
    known.has(word.replace(/[^a-z]/g, (sign) => (sign === '1' ? one : (LEET[sign] ?? sign)))),
  );
}

// Words of their own, however another word's letters can be turned into them.
const OWN_WORDS = new Set(
  'form cloud clouds filed angel angels sacred sliver untied diary trail trails beard clam causal martial pirates tired plates slats warp wraps slot slots tiers'.split(
    ' ',
  ),
);
const NEAR = 400;

// Same first and last letter, inner letters in another order; three such words near each other are no accident.
function unscrambled(folded: string): string | null {
  const { words, bySignature } = KEY_WORDS;
  const changed: number[] = [];
  const last = new Map<string, number>();
  const reading = folded.replace(/[a-z]{4,20}/g, (word, at: number) => {
    if (words.has(word) || OWN_WORDS.has(word)) return word;
    const target = bySignature.get(signatureOf(word));
    if (target === undefined) return word;
    // The same word twice is one.
    if (at - (last.get(word) ?? -Infinity) > NEAR) changed.push(at);
    last.set(word, at);
    return target;
  });
  return changed.some((at, index) => (changed[index + 2] ?? Infinity) - at <= NEAR)
    ? reading
    : null;
}

function spacedReadings(text: string): RawView[] {
  const found: RawView[] = [];
  if (!/(?:\S[ \-_.*|]{1,4}){8}/.test(text)) return found;
  for (const match of text.matchAll(SPACED)) {
    // Words are further apart than letters; where they are not, the words stay joined.
    const words = match[0]
      .split(/ {2,}/)
      .map((word) => word.replace(/(\S)[ \-_.*|](?=\S|$)/g, '$1').trim());
    const joined = words.join(' ');
    if (!/[a-z]{3}/i.test(joined)) continue;
    found.push({
      kind: 'disguised',
      text: joined,
      start: match.index,
      end: match.index + match[0].length,
    });
    if (found.length >= 12) break;
  }
  return found;
}

function styledReadings(text: string): RawView[] {
  // Full-width letters are part of East Asian typography.
  if (!/[\uff21-\uff5a\ud835]/.test(text) || /[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]/.test(text))
    return [];
  const found: RawView[] = [];
  for (const match of text.matchAll(STYLED)) {
    found.push({
      kind: 'disguised',
      text: match[0].normalize('NFKC'),
      start: match.index,
      end: match.index + match[0].length,
    });
    if (found.length >= 12) break;
  }
  return found;
}

function reversedReading(folded: string): string | null {
  if (
    !/\b(?:eht|dna|lla|uoy|metsys|erongi|snoitcurtsni|suoiverp|resu|daer|dnes|tpmorp)\b/.test(
      folded,
    )
  )
    return null;
  return Array.from(folded).reverse().join('');
}
