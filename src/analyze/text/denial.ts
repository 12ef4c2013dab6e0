// Whether a text says that something is not so: in front of it or, in some languages, behind.
const BEFORE = 90;
const AFTER = 45;
// From a denial on up to the place, with nothing in between that starts another thought.
const DENIED_BEFORE = new RegExp(
  `(?:${[
    /\b(?:never|not|no|nor|neither|nothing|without|cannot|avoid|except|excluding|instead of|rather than|\w+n't|don't|redact\w*|mask\w*|strip\w*|remove\w*|refus\w+|reject\w*)\b/,
    /\b(?:nicht|nie|niemals|kein\w*|ohne|weder|statt|ne|ni|n'|pas|jamais|sans|aucun\w*|nunca|jamas|sin|nao|sem|nem|non|mai|senza|geen|niet|nooit|zonder|nie|bez|zadn\w+|inte|aldrig|utan|khong|dung|jangan|tanpa)\b/,
    /(?:^|[\s(])(?:не|ни|без|нельзя|никогда|لا|ولا|دون|بدون|لم|لن|نہ|न|नहीं|मत|बिना)\s/,
    /(?:不|勿|别|別|无需|無需|禁止|切勿|绝不|除)/,
  ]
    .map(({ source }) => source)
    .join(
      '|',
    )})(?:(?!\\b(?:so|then|but|instead|please|must|sondern|mais|sino|mas|ma)\\b)[^.;:!?。；：！？]|\\.(?=\\S)){0,60}$`,
);
const DENIED_AFTER = new RegExp(
  `^(?:(?! (?:and|und|et|e|y|en|i|ve|then|but) )[^.,;:!?。、，；！？]){0,30}(?:${[
    /\b(?:is|are|was|were|must|should|may|will|can|shall|has|have|be)(?: \w+)? (?:not|never|no longer)\b|\b(?:is|are|was|were|wo|ca|must|should)n't\b|\bnever\b|\bstays? (?:on|in|with)\b|\bnot allowed\b/,
    /\b(?:nicht|nie|niemals|keinesfalls)\b/,
    /(?:ないで|ません|禁止|不要|せず|ずに|않|마세요|마십시오|말 것|금지|없이)|\b\w+(?:mayin|meyin|mayiniz|meyiniz|maz|mez)\b|(?:न|नहीं|मत)(?=\s)/,
  ]
    .map(({ source }) => source)
    .join('|')})`,
);

/** True if a denial governs the place; `text` is folded. */
export function isDenied(text: string, place: { start: number; end: number }): boolean {
  const before = text.slice(Math.max(0, place.start - BEFORE), place.start);
  if (DENIED_BEFORE.test(before)) return true;
  return DENIED_AFTER.test(text.slice(place.end, place.end + AFTER));
}
