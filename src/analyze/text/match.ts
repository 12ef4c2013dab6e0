// Applies the two-part rules to one reading: which parts lie close enough together, and where.
import type { Severity, TextLocation } from '../../types.ts';
import { Phrasebook, RULES, SIGNALS, type PhraseRule, type Place } from './phrases.ts';

export interface Match extends Place {
  ruleId: string;
  severity: Severity;
  /** Free wording, in which nothing is kept from the user: it may have an honest sense. */
  isLikely?: true;
}

/** Every rule that the text meets at the location, with the tightest place it was found at. */
export function matchRules(book: Phrasebook, location: TextLocation): Match[] {
  const found: Match[] = [];
  for (const rule of RULES) {
    const severity = rule.at?.[location] ?? rule.severity;
    for (const place of meet(rule, book)) found.push({ ruleId: rule.id, severity, ...place });
  }
  return found;
}

/**
 * The most points that the concepts of any stretch of text add up to, and where. A weak sign each,
 * telling together, but only close together: long documentation holds one of everything.
 */
export function signalPoints(book: Phrasebook): { points: number; place: Place } {
  const places = SIGNALS.flatMap(([concept, points]) =>
    book.places(concept).map((place) => ({ ...place, concept, points })),
  ).sort((a, b) => a.start - b.start);
  let best = { points: 0, place: { start: 0, end: 0 } };
  const inWindow = new Map<string, number>();
  let from = 0;
  let points = 0;
  for (const place of places) {
    const seen = inWindow.get(place.concept) ?? 0;
    inWindow.set(place.concept, seen + 1);
    if (seen === 0) points += place.points;
    for (
      let first = places[from];
      first !== undefined && place.start - first.start > WINDOW;
      first = places[++from]
    ) {
      const left = (inWindow.get(first.concept) ?? 1) - 1;
      inWindow.set(first.concept, left);
      if (left === 0) points -= first.points;
    }
    const start = places[from]?.start ?? 0;
    if (points > best.points) best = { points, place: { start, end: place.end } };
  }
  return best;
}

const WINDOW = 350;
const MAX_EACH = 5;

function meet(rule: PhraseRule, book: Phrasebook): Place[] {
  const [first = [], ...rest] = placesOf(rule, book);
  if (first.length === 0) return [];
  if (rule.distinct !== undefined) return distinctPlaces(first, rule.distinct, rule.within);
  const found: Place[] = [];
  for (const anchor of first) {
    let span: Place | null = anchor;
    for (const places of rest) span = span === null ? null : nearest(span, places, rule.within);
    if (span !== null && !(rule.sentence === true && isBroken(book.text, span))) found.push(span);
    if (found.length >= MAX_EACH) break;
  }
  return found;
}

// Nothing as soon as one part is missing: most rules are done after their first.
function placesOf(rule: PhraseRule, book: Phrasebook): Place[][] {
  const all: Place[][] = [];
  for (const part of rule.parts) {
    const places = part.flatMap((name) => book.places(name));
    if (places.length === 0) return [];
    all.push(places);
  }
  return all;
}

// A sentence ends at a stop before a blank; the stop of an abbreviation or a path does not count.
function isBroken(text: string, span: Place): boolean {
  return /[a-z0-9)\]'"`]{3}[.!?] [a-z]/.test(text.slice(span.start, span.end));
}

// The place that keeps the span shortest, if it stays within the bound. Two parts need two texts.
function nearest(span: Place, places: readonly Place[], within: number): Place | null {
  let best: Place | null = null;
  for (const place of places) {
    if (
      place.start >= span.start &&
      place.end <= span.end &&
      place.end - place.start === span.end - span.start
    )
      continue;
    const joined = { start: Math.min(span.start, place.start), end: Math.max(span.end, place.end) };
    const length = joined.end - joined.start;
    if (length <= within && (best === null || length < best.end - best.start)) best = joined;
  }
  return best;
}

function distinctPlaces(places: readonly Place[], count: number, within: number): Place[] {
  const apart: Place[] = [];
  for (const place of [...places].sort((a, b) => a.start - b.start)) {
    if (place.start >= (apart.at(-1)?.end ?? -1)) apart.push(place);
  }
  for (let i = 0; i + count <= apart.length; i++) {
    const start = apart[i]?.start ?? 0;
    const end = apart[i + count - 1]?.end ?? 0;
    if (end - start <= within) return [{ start, end }];
  }
  return [];
}
