// The packuments that a tree was resolved from: as long as the registry answers the same, it is the same tree.
import { createHash, randomUUID } from 'node:crypto';
import { eachOf } from './source/each-of.ts';

/** sha256 of what the registry answered, by the library's name for the question. */
export type PackumentDigests = Record<string, string>;

/** What npm's libraries call a `packumentCache`; it knows what the answers were before anybody changed them. */
export class Packuments extends Map<string, unknown> {
  readonly #answers = new Map<string, Answer>();

  override set(key: string, packument: unknown): this {
    this.#answers.set(key, answerOf(packument));
    return super.set(key, packument);
  }

  digest(key: string): string | undefined {
    return this.#answers.get(key)?.digest;
  }

  /** Lets go of the oldest, up to so many characters of JSON; their digests stay known. */
  trim(maxChars: number): void {
    let chars = 0;
    for (const key of [...this.keys()].reverse()) {
      chars += this.#answers.get(key)?.chars ?? 0;
      if (chars > maxChars) this.delete(key);
    }
  }
}

interface Answer {
  digest: string;
  chars: number;
}

function answerOf(packument: unknown): Answer {
  try {
    const text = JSON.stringify(packument);
    return { digest: createHash('sha256').update(text).digest('hex'), chars: text.length };
  } catch {
    // Nested too deep to be written down: equal to nothing.
    return { digest: randomUUID(), chars: Infinity };
  }
}

/** A view of `shared` that remembers what was asked for. */
export class AskedPackuments {
  readonly #shared: Packuments;
  readonly #asked = new Set<string>();

  constructor(shared: Packuments) {
    this.#shared = shared;
  }

  has(key: string): boolean {
    return this.#shared.has(key);
  }

  get(key: string): unknown {
    this.#asked.add(key);
    return this.#shared.get(key);
  }

  set(key: string, packument: unknown): this {
    this.#asked.add(key);
    this.#shared.set(key, packument);
    return this;
  }

  delete(key: string): boolean {
    return this.#shared.delete(key);
  }

  digests(): PackumentDigests {
    const keys = [...this.#asked].sort();
    return Object.fromEntries(keys.map((key) => [key, this.#shared.digest(key) ?? '']));
  }
}

// Every connection costs a reading of the certificates; npm's resolver has one or two.
const CONCURRENCY = 4;

/**
 * Whether the registry still answers what it did. What it answers is shared afterwards with a resolver
 * that has to start anew. A question that fails is a no.
 */
export async function answersAreSame(
  before: PackumentDigests,
  asked: AskedPackuments,
  ask: (name: string, isFull: boolean) => Promise<unknown>,
): Promise<boolean> {
  try {
    await eachOf(Object.keys(before), CONCURRENCY, async (key) => {
      await ask(nameIn(key), key.startsWith('full:'));
    });
  } catch {
    return false;
  }
  const now = asked.digests();
  const keys = Object.keys(before);
  return Object.keys(now).length === keys.length && keys.every((key) => now[key] === before[key]);
}

/** `corgi:https://registry.example/@scope%2fname`, or `full:…` for the long form. */
function nameIn(key: string): string {
  return decodeURIComponent(key.slice(key.lastIndexOf('/') + 1));
}
