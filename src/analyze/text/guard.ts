// Use or mention? Text that names an attack in order to warn of it, deny it or detect it.
import type { Match } from './match.ts';
import type { Phrasebook, Place } from './phrases.ts';

const BEFORE = 140;
const AFTER = 120;
// Denials that govern what follows: "never reads ~/.ssh/id_rsa".
const DENIAL =
  /(?:\b(?:never|does not|doesn't|do not|will not|won't|cannot|can't|must not|not allowed to|refuses? to|without|no longer|prevents?|blocks?|blocked|rejects?|denies|denied|protects?|guards?|sanitiz\w+|strips?|removes?|forbids?|prohibits?|avoids|neither|nor)\b(?:(?!\b(?:so|then|but|instead|first|please|must|always)\b)(?:[^.;!?]|\.(?=\S))){0,70})$/;
const SECURITY =
  /\b(?:prompt[- ]injections?|injections?|attacks?|attackers?|malicious|adversar\w+|vulnerab\w+|exploit\w*|jailbreaks?|poison\w*|threats?|detect\w*|scan(?:s|ner|ners|ning)?|guardrails?|red[- ]team\w*|payloads?|phishing|suspicious|mitigat\w+|defen[cs]e\w*|heuristic\w*|patterns?|phrases?|owasp|cve|malware|untrusted|false positives?|flagged|flags|examples?|e\.g\.|such as|test cases?)\b/g;
// Advice to distrust what a text says: the opposite of an order to obey it.
const DISTRUST =
  /^[^.;!?]{0,12}(?:that (?:are|is|may|might|appear)|which|returned by|embedded|contained|found|coming|appearing|inside|within|in|from)\b[^.;!?]{0,30}(?:tool|response|result|output|data|content|document|dialogue|page|email|issue|untrusted|external|third|retrieved|fetched|user-supplied)/;
const QUOTE_OPEN = /["'`(\u300c\u300e\u2018\u201c][^"'`\u300d\u300f\n]{0,160}$/;

const ABOUT_SECRETS = /^(?:secret-|authority-claimed$|instruction-signals$)/;
const TRIFLE =
  /^ (?:(?:los|las|the|les|des|die|gli|os|as|de|any) )?(?:internal )?(?:ids?|uuids?|json|identif\w{0,12})\b/;
const TRIFLE_WITHIN =
  /\b(?:mention|show|reveal|display|output) (?:this|that|these|those|the|its|any) (?:internal )?(?:ids?|uuids?)\b/;

/** True if the place is a mention: denied, or quoted amid talk about attacks. */
export function isMention(text: string, place: Place): boolean {
  const before = text.slice(Math.max(0, place.start - BEFORE), place.start);
  const after = text.slice(place.end, place.end + AFTER);
  if (DENIAL.test(before)) return true;
  if (
    /^(?:do not|don't|never|ignore|disregard)\b/.test(text.slice(place.start, place.start + 12)) &&
    DISTRUST.test(after)
  )
    return true;
  const around = `${before} ${after}`;
  const words = new Set(
    (withoutAddresses(around).match(SECURITY) ?? []).map((word) => word.slice(0, 6)),
  );
  if (words.size >= 3) return true;
  return words.size >= 1 && isQuoted(before, after);
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
  if (match.ruleId === 'hidden-from-user')
    return (
      TRIFLE.test(book.text.slice(match.end, match.end + 40)) ||
      TRIFLE_WITHIN.test(book.text.slice(match.start, match.end + 10))
    );
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
