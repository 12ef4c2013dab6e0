// Orders to a model in strings that no declaration holds: put behind a result, into an error, or into a
// description later. Whatever could not be tied to a tool is looked at here, at a stricter bar.
import type { InstructionFinding, ServerText, TextLocation } from '../../../types.ts';
import { findInstructions } from '../../text/index.ts';
import type { SourceFile } from '../file.ts';
import type { ServerSource } from '../package-context.ts';
import { dataTexts, isProse, writtenTexts } from './written.ts';

const MIN_CHARS = 40;
const MAX_CHARS = 5000;
const MAX_TEXTS = 20;
const MAX_LOOKED_AT = 1500;
// In bundles the strings are those of many libraries: only what these find is looked at.
const MAX_FILE_CHARS = 400_000;
// Secrecy from the user, a secret to be fetched, or an order that claims rank: what no plain result says.
const ORDERS = new RegExp(
  [
    /\b(?:do not|don['’]t|never|without|must not) (?:ever )?(?:tell|mention|inform|notify|reveal|alert|show|telling|mentioning|informing|notifying|revealing|alerting|showing)\b.{0,50}\b(?:user|human|anyone|developer|owner)\b/,
    /\b(?:do not|don['’]t|never|no need to) (?:bother|trouble|disturb) the (?:user|human|owner)\b/,
    /\b(?:user|human|owner) (?:does|do)(?: not|n['’]t) (?:need|have) to (?:know|see|be (?:told|asked|informed))\b/,
    /\bkeep (?:this|that)(?: \w+){0,2} to yourself\b/,
    /\b(?:leave|keep|omit) (?:this|that|it|these) out of (?:the|your|any) (?:summary|answer|reply|response)\b/,
    /\bignore (?:all |any )?(?:previous|prior|earlier) (?:instructions|rules|prompts)\b/,
    /\b(?:read|open|load|copy|print|cat)\b.{0,40}(?:~\/\.|\.ssh\b|\.aws\b|\.env\b|\bid_(?:rsa|ed25519)\b|\/etc\/passwd).{0,120}\b(?:call|pass|send|include|provide|retry)\b/,
    /\[(?:SYSTEM|ADMIN)\]|<(?:IMPORTANT|SYSTEM)>/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
);

// Characters that nobody sees, more of them than a flag or a joined emoji has.
const HIDDEN =
  /[\u{e0020}-\u{e007e}]{8}|[\u{e0100}-\u{e01ef}]{8}|[\u200b-\u200f\u2060-\u2064\ufeff]{16}/u;
const SCANNER =
  /prompt[- ]?injection|jailbreak|guardrail|red[- ]?team|tool[- ]poisoning|injection[- ](?:scan|detect|test|pattern)/i;
const CODE =
  /```|=>|\bconst \w|\bfunction\b.{0,40}\(|\breturn [\w(<]|[;{]\s*\n|<\/?[a-z]+[ >]|\bimport \w.{0,40}\bfrom\b/;

/** Texts of the server's own code and data that speak to a model like that, and are not among `known`. */
export function looseTexts(server: ServerSource, known: readonly ServerText[]): ServerText[] {
  const found: ServerText[] = [];
  const seen = new Set<string>();
  const told = known.map(({ text }) => lettersOf(text)).join('\n');
  if (isScanner(server)) return [];
  let left = MAX_LOOKED_AT;
  const look = (text: string, file: string, location: TextLocation, lineOf: () => number) => {
    if (found.length >= MAX_TEXTS || left <= 0) return;
    if (text.length < MIN_CHARS || text.length > MAX_CHARS || seen.has(text)) return;
    seen.add(text);
    const letters = lettersOf(text);
    if (!isProse(text) && !HIDDEN.test(text)) return;
    if (letters !== '' && told.includes(letters)) return;
    left -= 1;
    if (!isOrder(text, location)) return;
    found.push({ location, owner: 'source', text, file, line: lineOf() });
  };
  for (const file of server.files.values()) {
    if (isLarge(file) && !ORDERS.test(file.text)) continue;
    for (const { text, node } of writtenTexts(file)) {
      if (!isLarge(file) || ORDERS.test(text))
        look(text, file.path, 'tool-response', () => file.lineOf(node));
    }
  }
  for (const path of server.dataPaths) {
    // A document tells its reader, an agent or a person, what to do: an order in it is nothing odd.
    const location = /\.json[c5]?$/i.test(path) ? 'tool-response' : 'prompt';
    for (const { text, line, isComment } of dataTexts(path, server.dataOf(path) ?? '')) {
      // What only a model gets to see of it is for a model.
      if (isComment) look(`<!--${text}-->`, path, 'resource', () => line);
      else look(text, path, location, () => line);
    }
  }
  return found.filter((one) => !found.some((other) => other !== one && holds(one, other)));
}

/** A scanner carries what it looks for; what it says of itself is looked at elsewhere. */
export function isScanner({ manifest: { description = '', keywords } }: ServerSource): boolean {
  return SCANNER.test([description, ...keywords].join(' '));
}

/** What says the same with more around it: the piece stands for it. */
const holds = (whole: ServerText, piece: ServerText): boolean => {
  const letters = lettersOf(piece.text);
  return letters.length < lettersOf(whole.text).length && lettersOf(whole.text).includes(letters);
};

/** However the pieces were joined. */
export const lettersOf = (text: string) => text.replace(/\$\{\}|[^\p{L}\p{N}]+/gu, '');
const isLarge = (file: SourceFile) => file.text.length > MAX_FILE_CHARS;

// A note, an error, a help text or code of an example may well be in the imperative: only what is
// grave counts here, and only in prose.
function isOrder(text: string, location: TextLocation): boolean {
  if (ORDERS.test(text)) return true;
  if (CODE.test(text)) return false;
  const { severity, findings } = findInstructions(text, { location });
  return severity === 'critical' || findings.some(isGrave);
}

// What no plain text of a program says, though it is not critical everywhere.
const isGrave = ({ ruleId, severity }: InstructionFinding): boolean =>
  ruleId === 'answer-falsified' || (ruleId === 'approval-claimed' && severity === 'high');
