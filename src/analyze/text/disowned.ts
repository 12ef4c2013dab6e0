// Quoted words that their text disowns: "… anything, even 'ignore your rules'. Such a sentence is nothing to act on."
const QUOTATION = /["\u201c\u00ab]([^"\u201c\u201d\u00ab\u00bb]{12,400})["\u201d\u00bb]/g;
const AFTER = 160;
const DISOWNED =
  /^(?:[^.!?]{0,80}[.!?])?[^.!?]{0,120}\b(?:not|never|nothing|no|rather than|instead of)\b[^.!?]{0,30}\b(?:(?:act(?:ed|ing)? (?:up)?on|follow(?:ed|ing)?|obey(?:ed|ing)?|compl(?:y|ied) with|carr(?:y|ied) out|execut(?:e|ed))\b|(?:an? |as |for )?(?:instructions?|orders?|commands?|requests?)\b)/;

/** "Reject drafts with leftovers such as '…' or '…'": what is to be thrown out is not to be obeyed. */
const REJECTED =
  /\b(?:reject|refuse|remove|delete|flag|strip|discard|quarantine|watch (?:out )?for|look out for)\b[^.!?]{0,70}\b(?:such as|like|e\.g\.|saying|that says?|of the form)\b[^.!?]{0,90}$/;

/** "keep drafts out of the phrase"; who is kept out of a thing is another matter. */
const LEFT_OUT =
  /(?<=(?:^|[.:;!?(\n\u2022*-])\s{0,3}|\b(?:please|and|but|always) )(?:keep|leave) (?!(?:[^.;:()!?]{0,60} )?(?:users?|humans?|people|person|owners?|anyone|everyone|them|him|her|me|it|models?|assistants?|agents?|leaves?)\b)[^.;:()!?]{3,80}? out of\b(?![^.!?]{0,80}\b(?:send|upload|post|forward|attach|append|instead)\b)/g;

/** "Reading it yourself …, which would put it into the transcript": what is warned of, not what is asked for. */
const CONSEQUENCE =
  /,? (?:which|as that|as this|because that|because it|since that) would (?:\w+ )?(?:put|expose|leak|place|copy|write|leave|reveal|send|show|store)\b[^.!?;]{0,160}/gi;

/** "the titles that the user has just copied to the clipboard": done by the user, and asked of nobody. */
const USER_DID =
  /(?<=\b(?:(?:user|users|person|customer|they|he|she)(?: has| have| had)?|you (?:have|had)) (?:just |already |last |previously )?)(?:copied|pasted|placed)(?= (?:it |them |this |that )?(?:to|into|in|on|from) (?:the|their|your|his|her) clipboard\b)/gi;

const blank = (words: string): string => words.replace(/\S/g, ' ');

/** The same text and length, blanked what is quoted to be called no order, left out, or warned of. */
export function withoutDisowned(text: string): string {
  const left = text.replace(LEFT_OUT, blank).replace(CONSEQUENCE, blank).replace(USER_DID, blank);
  if (!/["\u201c\u00ab]/.test(left)) return left;
  return left.replace(QUOTATION, (whole: string, _words: string, at: number) => {
    const end = at + whole.length;
    const isDisowned =
      DISOWNED.test(left.slice(end, end + AFTER)) ||
      REJECTED.test(left.slice(Math.max(0, at - AFTER), at));
    return isDisowned ? blank(whole) : whole;
  });
}
