// Orders to the model in free wording: which ideas one sentence joins, and what its neighbours add.
import type { TextLocation } from '../../types.ts';
import { readSentence, sentencesOf, type Sentence } from './clauses.ts';
import { hitsIn, ORDERS, type Hit, type OrderRule } from './lexicon.ts';
import type { Match } from './match.ts';
import type { Phrasebook, Place } from './phrases.ts';

const MAX_EACH = 5;
const NEIGHBOUR = 500;
const MAX_LANGUAGES = 3;
const LIKELY = 0.5;
// Whoever means well has no reason to keep it from the user.
const SECRECY = ['hush', 'noask', 'quiet'];
const IDIOM = 'idiom';
/** Marks what is the same in every language. */
const ANY = 'x';
const TARGET =
  /[`'"<][a-z_][\w.-]{1,40}[`'">]|(?<![\w/.])[a-z][a-z0-9]{1,30}_[a-z0-9_]{2,40}|\bhttps?:\/\/[^\s"']{4}|[\w.+-]{1,60}@[\w-]{1,63}\.[a-z]{2}/g;
const ADDRESS =
  /[\w.+-]{1,60}@[\w-]{1,63}\.[a-z]{2}|\+\d[\d ()-]{7,18}\d|\b[a-z]{2}\d{2}(?: ?[0-9a-z]{4}){3,7}\b|\b0x[0-9a-f]{40}\b|\bbc1[a-z0-9]{20,60}\b/g;
const LINK = /\bhttps?:\/\/[^\s"')]{4}[^\s"')]{0,200}/g;
const SLOT =
  /!\[[^\]]{0,100}\]\(https?:\/\/[^\s)]{1,200}[?=/][^\s)]{0,100}[=/{<][^)]{0,100}|\bhttps?:\/\/[^\s"')]{3,200}(?:\{(?!\})|<|=\.\.\.|\?(?:\w{1,20}=?)?(?=[\s"')]|$))/g;
// How an address looks, as in https://crm.example/deals/<id>: the name of a thing in its path.
const NAMED_THING =
  /\/[{<](?:(?:[a-z]{1,20}[_-]?)?(?:id|uuid|slug|number|sha)|owner|repo|repository|org|organi[sz]ation|project|workspace|namespace|branch|version|region)[}>]/g;
// Values and what each means: "1(archive the mail),2(delete the mail)".
const MEANINGS =
  /(?<![\w.-])(?:[\w.-]{1,40} ?\((?:[^()]|\([^()]{0,20}\)){1,60}\)[,;\u3001\uff0c\uff1b]? ?){2,}/g;
// `models/loras`, `user/workflows`: folders, and nobody who could be told something.
const IN_PATHS = /\/(?:models?|users?|scripts?)(?![\w-])|(?<![\w-])models?(?=\/)/g;
const AGENT_FILE =
  /\b(?:claude|agents|gemini|codex|copilot-instructions)\.md\b|\.cursorrules\b|\.cursor\/rules|\.windsurfrules\b|\.clinerules\b|\.github\/copilot|\.mdc\b|\bmemory file|\brules file/g;
// What is fetched and run at once, or runs by itself at the next install.
const PIPE =
  /\b(?:curl|wget)\b[^|]{0,120}\| ?(?:sudo )?\w{0,2}sh\b|\bsh <\((?:curl|wget)|\b\w{1,3}sh <\((?:curl|wget)|['"`](?:post|pre)install['"`]/g;
// Packages from a registry that nothing vouches for.
const INDEX = /--(?:(?:extra-)?index-url|registry)[ =]http:\/\//g;
// What prints the environment; `env` is also the name of a setting, alone or among others.
const ENVIRONMENT =
  /(?<!`, )`(?:env|printenv|export -p|get-childitem env:|set)`(?! ?(?:block|section|object|entry|key|field|map|must|parameter|argument|option|setting|of the client|に))(?<!(?:another|one|each|other|an|missing|which|set|in the|to) `\w{3,8}`)/g;
const NEUTRAL: readonly [string, RegExp][] = [
  ['env-run', ENVIRONMENT],
  ['target', TARGET],
  ['address', ADDRESS],
  ['link', LINK],
  ['slot', SLOT],
  ['pipe', PIPE],
  ['index', INDEX],
  ['agent-file', AGENT_FILE],
  [IDIOM, MEANINGS],
];

/** The orders of a text, and the secrets that it says to leave alone. */
export interface Orders {
  matches: Match[];
  denied: readonly Place[];
}

/** Every order rule that the text meets at the location, with the sentence it was found in. */
export function ordersIn(book: Phrasebook, location: TextLocation): Orders {
  const { text } = book;
  const hits = withoutIdioms(text, [...hitsIn(text), ...neutralHits(book)]);
  hits.sort((a, b) => a.start - b.start || a.end - b.end);
  let at = 0;
  const readings = sentencesOf(text).map((place) => {
    const from = at;
    while (at < hits.length && (hits[at]?.start ?? 0) < place.end) at++;
    return readingsOf(text, place, hits.slice(from, at));
  });
  const denied = readings.flatMap(([likeliest]) => likeliest?.denied ?? []);
  return { matches: matchSentences(text, readings, location), denied };
}

// "The status is terminal" speaks of no shell: what stands in a set phrase means nothing by itself.
function withoutIdioms(text: string, hits: Hit[]): Hit[] {
  const idioms = hits.filter(({ concept }) => concept === IDIOM);
  for (const match of text.matchAll(IN_PATHS))
    idioms.push({
      start: match.index,
      end: match.index + match[0].length,
      concept: IDIOM,
      language: ANY,
    });
  if (idioms.length === 0) return hits;
  const isIdle = new Uint8Array(text.length);
  for (const { start, end } of idioms) isIdle.fill(1, start, end);
  return hits.filter(({ start, end }) => isIdle[start] !== 1 && isIdle[end - 1] !== 1);
}

// One reading for each language that the sentence may be in; the likeliest first.
function readingsOf(text: string, place: Place, hits: readonly Hit[]): Sentence[] {
  const weights = new Map<string, number>();
  for (const { language, start, end } of hits) {
    if (language !== ANY) weights.set(language, (weights.get(language) ?? 0) + end - start);
  }
  const most = Math.max(0, ...weights.values());
  const likely = [...weights]
    .filter(([, weight]) => weight >= most * LIKELY)
    .sort((a, b) => b[1] - a[1])
    .slice(0, MAX_LANGUAGES);
  const readings: Sentence[] = [];
  for (const [language] of likely) {
    // What the likeliest language denies is denied, whatever the words may mean in another.
    const denied = readings[0]?.denied ?? [];
    const own = hits.filter(
      (hit) =>
        (hit.language === language || hit.language === ANY) &&
        !denied.some(({ start, end }) => hit.start === start && hit.end === end),
    );
    readings.push(readSentence(text, place, own));
  }
  return readings;
}

function neutralHits(book: Phrasebook): Hit[] {
  const files: Hit[] = book
    .places('secret-path')
    .filter((place) => !isHarmless(book.text, place))
    .map((place) => ({ ...place, concept: 'file', language: ANY }));
  const found = [...files];
  const known = () => found.filter(({ concept }) => concept === 'file' || concept === 'env-run');
  for (const [concept, pattern] of NEUTRAL) {
    for (const match of book.text.matchAll(pattern)) {
      const end = match.index + match[0].length;
      if (concept === 'slot' && isNamedThing(book.text, match.index)) continue;
      if (concept === 'target' && known().some((one) => one.start < end && match.index < one.end))
        continue;
      found.push({ start: match.index, end, concept, language: ANY });
    }
  }
  return found;
}

// "Path to a custom credentials.json": which file it is, and not what it holds.
const PATH_OF =
  /\b(?:path|location|name)s? (?:to|of|for) (?:(?:the|your|a|an|this|custom|own|json) ){0,3}$/;
// Public keys are for everybody; `authorized_keys` is also the name of their form.
const PUBLIC = /\.pub\.?$|authorized_keys[ -](?:style|format|line|entry|entries|syntax)\b/;

function isHarmless(text: string, { start, end }: Place): boolean {
  const path = text.slice(start, end);
  if (/^home (?:directory|folder)$/.test(path)) return true;
  const before = text.slice(Math.max(0, start - 60), start);
  if (/^(?:credentials|secrets?)\.\w/.test(path) && PATH_OF.test(before)) return true;
  const [rest = ''] = /^[\w./\\-]{0,40}/.exec(text.slice(end, end + 40)) ?? [];
  return PUBLIC.test(path + rest) || PUBLIC.test(path + text.slice(end, end + 10));
}

function isNamedThing(text: string, at: number): boolean {
  const [address = ''] = /^https?:[^\s"')]{0,300}/.exec(text.slice(at, at + 320)) ?? [];
  return address !== '' && !/[{<?]|=\.\.\./.test(address.replace(NAMED_THING, '/'));
}

// Advice to people: whoever means the model leaves it no choice, or keeps it quiet.
const OFFERED =
  /\bif you (?:like|want|wish|prefer)\b|\boptionally\b|\byou (?:can|may|could|might) (?:also )?(?:add|put|append|write)\b|\bwe (?:recommend|suggest) (?:adding|putting)\b|\bconsider (?:adding|putting)\b/;

function matchSentences(text: string, all: readonly Sentence[][], location: TextLocation): Match[] {
  const found: Match[] = [];
  const counts = new Map<OrderRule, number>();
  all.forEach((readings, i) => {
    const around = neighbourIdeas(all, i);
    for (const { ideas, start, end } of readings) {
      if (ideas.size < 2) continue;
      for (const rule of ORDERS) {
        const severity = rule.at?.[location] ?? rule.severity;
        const count = counts.get(rule) ?? 0;
        if (severity === 'info' || count >= MAX_EACH) continue;
        if (!meets(rule.here, ideas)) continue;
        if (rule.near !== undefined && !meets(rule.near, ideas, around)) continue;
        const isSure = SECRECY.some((idea) => ideas.has(idea) || around.has(idea));
        const isOffered =
          rule.id === 'persistence-requested' && OFFERED.test(text.slice(start, end));
        if (isOffered && !isSure) continue;
        counts.set(rule, count + 1);
        found.push({
          ruleId: rule.id,
          severity,
          start,
          end,
          ...(isSure ? {} : { isLikely: true }),
        });
      }
    }
  });
  return found;
}

// What the sentence before and the two after say, each in its likeliest language.
function neighbourIdeas(all: readonly Sentence[][], i: number): ReadonlySet<string> {
  const around = new Set<string>();
  const here = all[i]?.[0];
  if (here === undefined) return around;
  for (const [beside] of [all[i - 1] ?? [], all[i + 1] ?? [], all[i + 2] ?? []]) {
    if (beside === undefined || Math.abs(beside.start - here.start) > NEIGHBOUR) continue;
    for (const idea of beside.ideas) around.add(idea);
  }
  return around;
}

function meets(
  parts: readonly string[][],
  ideas: ReadonlySet<string>,
  around?: ReadonlySet<string>,
): boolean {
  return parts.every((part) => part.some((idea) => ideas.has(idea) || around?.has(idea) === true));
}
