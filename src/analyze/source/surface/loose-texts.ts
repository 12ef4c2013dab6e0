// Orders to a model in strings that no declaration holds: put behind a result, or into a description later.
import type { ServerText } from '../../../types.ts';
import type { SourceFile } from '../file.ts';
import type { Node } from '../parse.ts';

const MIN_CHARS = 50;
const MAX_CHARS = 5000;
const MAX_TEXTS = 20;
// In bundles the strings are those of many libraries.
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

/** Strings of the server's own code that speak to a model like that, and are not among `known`. */
export function looseTexts(
  files: ReadonlyMap<string, SourceFile>,
  known: readonly ServerText[],
): ServerText[] {
  const found: ServerText[] = [];
  for (const file of files.values()) {
    if (file.text.length > MAX_FILE_CHARS || !ORDERS.test(file.text)) continue;
    const nodes: Node[] = [...file.nodesOf('Literal'), ...file.nodesOf('TemplateElement')];
    for (const node of nodes) {
      const text = textOf(node);
      if (text.length < MIN_CHARS || text.length > MAX_CHARS || !ORDERS.test(text)) continue;
      if (found.length >= MAX_TEXTS) return found;
      if (known.some((one) => one.text.includes(text.trim().slice(0, MIN_CHARS)))) continue;
      const line = file.lineOf(node);
      found.push({ location: 'tool-response', owner: 'source', text, file: file.path, line });
    }
  }
  return found;
}

function textOf(node: Node): string {
  if (node.type === 'TemplateElement') return node.value.cooked ?? '';
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : '';
}
