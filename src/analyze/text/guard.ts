// Use or mention? Text that names an attack in order to warn of it, deny it or detect it.
import type { Match } from './match.ts';
import type { Phrasebook, Place } from './phrases.ts';

const BEFORE = 140;
const AFTER = 120;
// Denials that govern what follows: "never reads ~/.ssh/id_rsa".
const DENIAL =
  /(?:\b(?:never|does not|doesn't|do not|will not|won't|cannot|can't|must not|not allowed to|refuses? to|without|no longer|prevents?|blocks?|blocked|rejects?|denies|denied|protects?|guards?|sanitiz\w+|strips?|removes?|forbids?|prohibits?|avoids|neither|nor)\b(?:(?!\b(?:so|then|but|instead|first|please|must|always)\b)(?:[^.;!?]|\.(?=\S))){0,70})$/;
// What a field is not for: "Not the conversation, nor the output of other tools."
const LEFT_ASIDE =
  /(?:^|[.!?;:(\u2014-] ?)(?:but |please |and )?(?:not|nothing (?:of|from|in)|no part of|none of|everything but|anything but|excluding|except(?: for)?|other than|apart from|leave out|omit|exclude) (?:(?!\b(?:only|just|merely|so|then|but|instead|also|include|always|must)\b)(?:[^.:;!?]|\.(?=\S))){0,120}$/;
const LEFT_AFTER =
  /^[^.:;!?]{0,40}\b(?:(?:do|does) not belong|(?:have|has) no place|(?:is|are) (?:not|neither|never) (?:\w{1,12} )?(?:needed|wanted|required|asked|collected|sent|read|part)|(?:must|should|may) (?:not|never) be (?!left|omit|short|cut|abridg|summar|skip|missing|trunc|empty)|stays? out)\b/;
const SECURITY =
  /\b(?:prompt[- ]injections?|injections?|attacks?|attackers?|malicious|adversar\w+|vulnerab\w+|exploit\w*|jailbreaks?|poison\w*|threats?|detect\w*|scan(?:s|ner|ners|ning)?|guardrails?|red[- ]team\w*|payloads?|phishing|suspicious|mitigat\w+|defen[cs]e\w*|heuristic\w*|patterns?|phrases?|owasp|cve|malware|untrusted|false positives?|flagged|flags|examples?|e\.g\.|such as|test cases?)\b/g;
// Advice to distrust what a text says: the opposite of an order to obey it.
const DISTRUST =
  /^[^.;!?]{0,12}(?:that (?:are|is|may|might|appear)|which|returned by|embedded|contained|found|coming|appearing|inside|within|in|from)\b[^.;!?]{0,30}(?:tool|response|result|output|data|content|document|dialogue|page|email|issue|untrusted|external|third|retrieved|fetched|user-supplied)/;
// "… quoted from strangers: ignore any instruction in it": of what was fetched, not of who set the model up.
const IN_QUOTE = /^ (?:in|inside|within|from) (?:it|them)(?:[,;.]| and\b| ?$)/;
const SET_UP =
  /\b(?:system|developer|user|operator)(?:'?s)? (?:prompt|message|instruction|rule|polic)|\bguidelines?\b|\b(?:agents|claude)\.md\b|\bsafety\b/;
// "If it tells you to read .env, do not follow it": what a text of strangers may say, and not what to do.
const WARNING =
  /\b(?:if|when|whenever|should) (?:it|they|that|these|the (?:page|text|content|result|document|message|issue|ticket|mail|email|comment|file|answer)\w{0,2}|any(?:thing)?|some(?:thing)?|such|an? (?:page|text|document|message|issue|comment|e?mail|ticket|file|result|post|review|entry)) (?:\w+ ){0,2}(?:tells?|asks?|instructs?|orders?|wants?|says?|claims?|urges?|requests?|demands?|contains?|told)\b(?:[^.!?]|\.(?=\S)){0,200}\b(?:do not|don't|never|must not|should not|please do not) (?:follow|obey|act on|comply with|carry out|execute|do) (?:it|them|that|those|these|such|any)\b|\b(?:do not|don't|never) (?:follow|obey|act on|carry out) (?:any |such )?(?:instructions?|orders?|requests?|commands?)\b(?:[^.!?]|\.(?=\S)){0,60}\b(?:in|from|inside|within) (?:it|them|the|this|these|such|result)/;
const QUOTE_OPEN = /["'`(\u300c\u300e\u2018\u201c][^"'`\u300d\u300f\n]{0,160}$/;

const ABOUT_SECRETS = /^(?:secret-|conditional-trigger$|authority-claimed$|instruction-signals$)/;
const TRIFLE =
  /^ (?:(?:los|las|the|les|des|die|gli|os|as|de|any) )?(?:internal )?(?:ids?|uuids?|json|identif\w{0,12})\b/;
const TRIFLE_WITHIN =
  /\b(?:mention|show|reveal|display|output) (?:this|that|these|those|the|its|any) (?:internal )?(?:ids?|uuids?)\b|\b(?:mention|discuss|list|report|raise|comment on) (?:(?:internal |user |message |page |thread ){0,3}ids?|(?:generated|unchanged|minor|existing|formatted|vendored|deleted) (?:files?|code|lines?|changes)|(?:pure )?(?:style|formatting|white ?space|indentation|line numbers?|naming|typos?|lock ?files?))\b/;
// "Do not tell the user that it is ready until a check says so": told later, when it is known.
const CLAIM = /^(?:do not|don't|never) (?:tell|inform|notify|say)\b/;
const NOT_YET =
  /^[^.!?]{0,80}\b(?:until|unless|before)\b[^.!?]{0,80}\b(?:confirm|verif|check|succe|finish|complete|done|ready|return|passed|status)/;
// "The text above is data": who says so to the model wants it to be careful.
const IS_DATA =
  /^[^!?]{0,200}?\b(?:is|are|as|holds?|contains?|written by|comes? from|come from) (?:only |just |plain |mere )?(?:untrusted|external|third-party|foreign|(?:wiki |web |page )?(?:data|content|text|authors?|users?|strangers?|customers?))\b/;

// "If the user wants to send it": a case, not a claim that they said so.
const IN_CASE =
  /\b(?:if|when|whenever|once|unless|until|should|whether|in case|as soon as|only after|where) (?:the |your |an? |this |that )?$/;

// "The user's instructions take precedence over these notes", "later rules override earlier rules".
const YIELDS =
  /\b(?:user|person|customer|human|owner|operator|developer|system|project|client|host)(?:'?s|s')? (?:own |explicit |direct |later )?(?:instructions?|wish(?:es)?|rules?|settings?|preferences?|requests?|choices?|prompts?|guidelines?) (?:always |still )?(?:take|have|overrid|outrank|outweigh|prevail|win|supersede)|\b(?:later|newer|latest|last|subsequent|specific|local|nested|following|inline)\b[^.!?]{0,30} (?:overrid\w+|replaces?|supersedes?) (?:the |any )?(?:earlier|previous|prior|general|former)/;

// "A code was sent to the user's phone. Ask the user for it and pass it as `code`."
const ASKED =
  /\bask (?:the |your )?(?:user|person|customer|human|operator|owner|them|him|her) (?:for|to|which|what|whether|if)\b/;

// "Sends a message via a webhook. The message content to send": what the user writes for it.
const OWN_MESSAGE = /\bmessage contents? (?:to (?:send|post|edit)|of the (?:new|sent) message)\b/;

// "Agents should not commit .env": what is forbidden, unless it is to tell of something.
const FORBIDS =
  /^[.!?\s]{0,3}[^.,:;!?]{0,40}\b(?:should|must|may|can|shall) (?:not|never) (?!tell|mention|inform|reveal|show|say|ask|disclose|notify|report|discuss)/;

/** True if the place is a mention: denied, or quoted amid talk about attacks. */
export function isMention(text: string, place: Place): boolean {
  const before = text.slice(Math.max(0, place.start - BEFORE), place.start);
  const after = text.slice(place.end, place.end + AFTER);
  if (DENIAL.test(before) || LEFT_ASIDE.test(before) || LEFT_AFTER.test(after)) return true;
  if (
    /^(?:do not|don't|never|ignore|disregard)\b/.test(text.slice(place.start, place.start + 12)) &&
    (DISTRUST.test(after) || (IN_QUOTE.test(after) && !SET_UP.test(before)))
  )
    return true;
  if (WARNING.test(sentenceAround(text, place))) return true;
  const around = `${before} ${after}`;
  const words = new Set(
    (withoutAddresses(around).match(SECURITY) ?? []).map((word) => word.slice(0, 6)),
  );
  if (words.size >= 3) return true;
  return words.size >= 1 && isQuoted(before, after);
}

/** A sample call of a service that the key is named after: its own key, in its own place. */
const OWN_CALL =
  /authorization: (?:bearer|token) \$\{?([a-z]{3,30})_\w{1,40}\}?["']?[^|;]{0,200}?https:\/\/(?:[\w-]{1,30}\.){0,3}\1\.[a-z]{2,8}\//;

/** What is handed over there is what every caller of the service hands over. */
export const isOwnCall = (text: string, { start, end, ruleId }: Match): boolean =>
  ruleId === 'secret-handed-over' && OWN_CALL.test(text.slice(start, end + 80));

const NO_ORDERS =
  /\b(?:not|no|never|rather than) (?:as |for |an? )?(?:instructions?|orders?|commands?|directions)\b/;

/** Whoever addresses the model does it to say that what it reads are no orders. */
function isCaution(text: string, { start, end }: Place): boolean {
  const after = text.slice(end, end + 400);
  if (!IS_DATA.test(after)) return false;
  return NO_ORDERS.test(after) || WARNING.test(`${text.slice(start, end)}${after}`);
}

// "You may run X in the terminal if I allow it": asked first, and not without.
const IF_ALLOWED =
  /\b(?:may|can|could)\b(?:[^.!?]|\.(?=\S)){0,200}\b(?:if|once|after|when|as soon as) (?:i|we|they|you|(?:the|your) (?:user|human|person|owner|operator)) (?:have |has )?(?:allow|agree|approve|permit|confirm|accept|consent|said|say)/;

// "CONTRIBUTING.md may mention installers of the form `curl … | sh`": what may be found there, and no order.
const MAY_BE_THERE =
  /\b(?:may|might|can|could) (?:also |still )?(?:mention|show|contain|quote|list|describe|include) (?:[^.!?]|\.(?=\S)){0,60}`[^`]{0,120}`(?! (?:and|then|which you|that you|run|execute)\b)/;

/** True if the user is asked before what the match demands, or if it only says what may stand somewhere. */
export function isLeftToUser(text: string, match: Pick<Match, 'ruleId' | keyof Place>): boolean {
  if (match.ruleId !== 'command-demanded') return false;
  const sentence = sentenceAround(text, match);
  return IF_ALLOWED.test(sentence) || MAY_BE_THERE.test(sentence);
}

function sentenceAround(text: string, { start, end }: Place): string {
  const from = Math.max(0, start - 2 * BEFORE);
  const before = text.slice(from, start);
  const begins = Math.max(
    before.lastIndexOf('. '),
    before.lastIndexOf('! '),
    before.lastIndexOf('? '),
  );
  const rest = text.slice(end, end + AFTER);
  const ends = /[.!?](?: |$)/.exec(rest)?.index ?? rest.length;
  return text.slice(from + begins + 1, end + ends);
}

/** True if the text as a whole is about security: many different words of the trade. */
export function isAboutSecurity(text: string): boolean {
  const words = withoutAddresses(text.slice(0, 20_000)).match(SECURITY) ?? [];
  const kinds = new Set(words.map((word) => word.slice(0, 6)));
  return kinds.size >= 4 && words.length * 250 >= Math.min(text.length, 20_000);
}

/**
 * True if the phrase rule's match is denied: "never put ~/.ssh/id_rsa there" (`denied` are the words the
 * text says to leave alone), or if it keeps from the user what nobody misses: "do not mention ids".
 */
export function isDenied(
  match: Pick<Match, 'ruleId' | keyof Place>,
  book: Phrasebook,
  denied: readonly Place[],
): boolean {
  const { text } = book;
  const isTrifle = TRIFLE_WITHIN.test(text.slice(match.start, match.end + 10));
  if (match.ruleId === 'hidden-from-user')
    return (
      isTrifle ||
      TRIFLE.test(text.slice(match.end, match.end + 40)) ||
      (CLAIM.test(text.slice(match.start, match.end)) &&
        NOT_YET.test(text.slice(match.end, match.end + 200)))
    );
  if (match.ruleId === 'secret-hidden-from-user' && isTrifle) return true;
  if (match.ruleId === 'context-handed-over') {
    const around = text.slice(match.start, match.end + 20);
    if (ASKED.test(around) || OWN_MESSAGE.test(around)) return true;
  }
  if (match.ruleId === 'override-instructions')
    return YIELDS.test(text.slice(Math.max(0, match.start - 60), match.end + 30));
  if (match.ruleId === 'assistant-addressed')
    return isCaution(text, match) || FORBIDS.test(text.slice(match.start, match.end + 40));
  if (match.ruleId === 'approval-claimed' && IN_CASE.test(text.slice(0, match.start).slice(-40)))
    return true;
  if (denied.length === 0 || !ABOUT_SECRETS.test(match.ruleId)) return false;
  const paths = book
    .places('secret-path')
    .filter(({ start, end }) => start >= match.start && end <= match.end);
  return (
    paths.length > 0 &&
    paths.every((path) => denied.some(({ start, end }) => start === path.start && end === path.end))
  );
}

function isQuoted(before: string, after: string): boolean {
  return QUOTE_OPEN.test(before) && /^[^"'`]{0,80}["'`)\u300d\u300f\u2019\u201d]/.test(after);
}

// "attacker@evil.example" is an address, not talk about attackers.
function withoutAddresses(text: string): string {
  return text.replace(/\S*[@/]\S*/g, ' ');
}
