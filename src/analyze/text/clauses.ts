// Sentences and clauses of a folded text, and which of their words are denied.
import type { Hit } from './lexicon.ts';
import type { Place } from './phrases.ts';

/** One sentence in one language: the ideas that it affirms, and those that follow from a denial. */
export interface Sentence extends Place {
  /** Concepts not denied; besides `hush` (keep it from the user) and `noask` (do not ask). */
  ideas: ReadonlySet<string>;
  /** The words that it denies. */
  denied: readonly Place[];
}
interface Reading {
  ideas: Set<string>;
  denied: Place[];
}
/** How the clause before ended: in a denial, and whether that reaches into this one. */
interface Carried {
  denied: boolean;
  carries: boolean;
}
interface Clause extends Place {
  /** Joined to the one before by a word for "and". */
  isJoined: boolean;
}

const MAX_SENTENCE = 320;
const NEAR = 60;
const ENDS = /[\p{L}\p{N})\]'"`*}]{2}[.!?] |[。！？؟।]|[.!?]$| (?:[-*\u2022]|\d{1,2}[.)]) /gu;
const STOPS = /[,;:] |[()\u2192\u3001\uff0c\uff1b\uff1a\u060c\u061b]| - /g;
const DENIALS = new Set(['not', 'not-around', 'not-back', 'without', 'user-does', 'whether']);
// These end with their clause: "without asking", "the user can run it".
const BRIEF = new Set(['without', 'user-does', 'whether']);
// What they leave open is not ordered, nor forbidden: "decides whether that is a prompt".
const OPEN = new Set<string | null>(['user-does', 'whether']);
const VERBS = new Set(['give', 'take', 'write', 'run', 'tell', 'weak-tell', 'consent', 'gives']);
// Acts that stay denied even where the clause is about not telling: "never confirm without asking".
const DEEDS = new Set([
  'confirm-self',
  'guard',
  'auto-approve',
  'auto-yes',
  'destroy',
  'swap',
  'push',
]);
// Denying the act leaves these as they are: "do not stop before each call".
const UNDENIED = new Set([
  'each',
  'user',
  'agent',
  'target',
  'address',
  'link',
  'and',
  'trivia',
  'native',
  'against-choice',
]);
const SHY = new Set(['tell', 'weak-tell', 'consent']);

/** The sentences, at most 320 units each; longer ones are cut. */
export function sentencesOf(text: string): Place[] {
  const found: Place[] = [];
  let start = 0;
  const close = (end: number): void => {
    for (let from = start; from < end; from += MAX_SENTENCE)
      found.push({ start: from, end: Math.min(end, from + MAX_SENTENCE) });
    start = end;
  };
  for (const match of text.matchAll(ENDS)) close(match.index + match[0].length);
  close(text.length);
  return found;
}

/** What the sentence says, judged by the hits of one language in it. */
export function readSentence(text: string, place: Place, all: readonly Hit[]): Sentence {
  const reading: Reading = { ideas: new Set(), denied: [] };
  let denied = false;
  let from = 0;
  const hits = all.filter(
    (hit) => hit.concept !== 'give' || !(givesAway(text, hit.end) || isInName(hit, all)),
  );
  for (const clause of clausesOf(text, place, hits)) {
    let to = from;
    while (to < hits.length && (hits[to]?.start ?? 0) < clause.end) to++;
    const own = hits.slice(from, to);
    from = to;
    const hasVerb = own.some(({ concept }) => VERBS.has(concept));
    const carries = denied && (clause.isJoined || !hasVerb || isListed(text, clause));
    denied = readClause(own, { carries, denied }, reading);
  }
  return { ...place, ...reading };
}

// "give each file a title" hands the files to nobody.
const GETS = /^ (?:each|every|any) \p{L}{2,20} (?:an?|its|their) /u;

const givesAway = (text: string, end: number): boolean => GETS.test(text.slice(end, end + 40));

// The `passe` of "mot de passe" is no verb.
const isInName = (verb: Hit, all: readonly Hit[]): boolean =>
  all.some(
    ({ concept, start, end }) =>
      concept === 'secret' &&
      start <= verb.start &&
      end >= verb.end &&
      end - start > verb.end - verb.start,
  );

// "do not read, open, or echo it": a word in a list of what is not to be done, and the last of it.
const LISTED = /^\s?(?:\p{L}{2,20}, (?:\p{L}{2,20}, ){0,4})?n?or \p{L}/u;

const isListed = (text: string, { start }: Clause): boolean =>
  LISTED.test(text.slice(start, start + 120));

// Adds the clause's ideas; returns whether its denial reaches into what follows.
function readClause(own: readonly Hit[], before: Carried, reading: Reading): boolean {
  const concepts = new Set(own.map(({ concept }) => concept));
  // "Even if the user asks for another" is not what the user does.
  const against = own.filter(({ concept }) => concept === 'against-choice');
  const denials = own.filter(
    (hit) =>
      DENIALS.has(hit.concept) &&
      !(hit.concept === 'user-does' && against.some((choice) => overlaps(choice, hit))),
  );
  const isShy = own.some((hit) => SHY.has(hit.concept) && denialOf(hit, denials) !== null);
  const affirmed = new Set<string>();
  for (const hit of own) {
    if (DENIALS.has(hit.concept)) continue;
    const denial = denialOf(hit, denials);
    const isDenied =
      (denial !== null || before.carries) &&
      !UNDENIED.has(hit.concept) &&
      !(isShy && !VERBS.has(hit.concept) && !DEEDS.has(hit.concept));
    if (isDenied && SHY.has(hit.concept) && !OPEN.has(denial)) {
      // "Do nothing without their consent" asks for it.
      const idea = denial === 'without' && before.denied ? null : shyIdea(hit.concept, concepts);
      if (idea !== null) reading.ideas.add(idea);
    }
    if (isDenied) reading.denied.push(hit);
    else if (!SHY.has(hit.concept) || denial === null) affirmed.add(hit.concept);
  }
  for (const idea of affirmed) reading.ideas.add(idea);
  for (const idea of joint(affirmed)) reading.ideas.add(idea);
  if (isShy) return false;
  return before.carries || denials.some(({ concept }) => !BRIEF.has(concept));
}

// What a denied word of telling or asking amounts to.
function shyIdea(concept: string, beside: ReadonlySet<string>): string | null {
  if (concept === 'consent') return beside.has('secret') || beside.has('loot') ? null : 'noask';
  if (beside.has('trivia')) return null;
  return concept === 'tell' || beside.has('user') ? 'hush' : null;
}

// Ideas that count for more when one clause joins them.
function joint(ideas: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const isWhole = ideas.has('whole') || ideas.has('content');
  for (const object of ['talk', 'foreign']) {
    if (!ideas.has(object)) continue;
    if (ideas.has('whole')) found.push(`all-${object}`);
    if (ideas.has('give')) found.push(`${object}-given`);
    if (ideas.has('give') && isWhole) found.push(`all-${object}-given`);
  }
  return found;
}

// The denial that governs the word: before it, after it, or on either side, as its language has it.
function denialOf(hit: Hit, denials: readonly Hit[]): string | null {
  for (const denial of denials) {
    if (overlaps(hit, denial)) continue;
    const isBefore = denial.end <= hit.start;
    const distance = isBefore ? hit.start - denial.end : denial.start - hit.end;
    const reaches =
      denial.concept === 'not-around'
        ? distance <= NEAR
        : isBefore !== (denial.concept === 'not-back');
    if (reaches && (denial.concept !== 'without' || VERBS.has(hit.concept))) return denial.concept;
  }
  return null;
}

function overlaps(a: Place, b: Place): boolean {
  return a.start < b.end && b.start < a.end;
}

function clausesOf(text: string, place: Place, hits: readonly Hit[]): Clause[] {
  const cuts = hits
    .filter(({ concept }) => concept === 'and' || concept === 'without')
    .map(({ start, concept }) => ({ at: start, isJoined: concept === 'and' }));
  for (const match of text.slice(place.start, place.end).matchAll(STOPS))
    cuts.push({ at: place.start + match.index + 1, isJoined: false });
  cuts.sort((a, b) => a.at - b.at);
  const found: Clause[] = [];
  let start = place.start;
  let isJoined = false;
  for (const cut of cuts) {
    found.push({ start, end: cut.at, isJoined });
    start = cut.at;
    isJoined = cut.isJoined;
  }
  return [...found, { start, end: place.end, isJoined }];
}
