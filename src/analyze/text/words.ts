// The words that disguised text is compared with: everyday English and those of our own phrases.
import { ruleData } from '../../rule-data.ts';

export interface KeyWords {
  words: ReadonlySet<string>;
  /** signature -> word, for words of four letters or more whose signature is theirs alone. */
  bySignature: ReadonlyMap<string, string>;
}

const isWordList = (data: unknown): data is { words: string[] } =>
  typeof data === 'object' && data !== null && 'words' in data && Array.isArray(data.words);

/** Everyday words, and their scrambled forms. */
export const KEY_WORDS: KeyWords = build(ruleData('instructions-words', isWordList).words);

/** First and last letter in place, the inner ones sorted: equal for words that differ in inner order. */
export function signatureOf(word: string): string {
  return `${word[0] ?? ''}${Array.from(word.slice(1, -1)).sort().join('')}${word.at(-1) ?? ''}`;
}

function build(list: readonly string[]): KeyWords {
  const words = new Set(list);
  const bySignature = new Map<string, string>();
  for (const word of words) {
    if (word.length < 4) continue;
    const signature = signatureOf(word);
    // Two words of one signature (trail, trial): neither can be told from its scrambled form.
    bySignature.set(signature, bySignature.has(signature) ? '' : word);
  }
  for (const [signature, word] of bySignature) if (word === '') bySignature.delete(signature);
  return { words, bySignature };
}
