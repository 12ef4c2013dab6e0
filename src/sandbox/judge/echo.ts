// Takes our own words, and the sink's page, out of an answer: an echo is not blamed on the server.

const MIN_ECHO = 12;
// Short payloads are known by the characters that nobody types.
const UNTYPED = /[^\x20-\x7e]/;

export class EchoFilter {
  /** Payloads by their first characters, lower-case. */
  readonly #payloads = new Map<string, string>();
  #sorted: [string, string][] | null = null;

  /** Texts that the run sends or serves and that may come back in any later answer. */
  add(payload: string): void {
    const plain = payload.trim().toLowerCase().slice(0, 4_000);
    const length = UNTYPED.test(plain) ? 3 : MIN_ECHO;
    this.#sorted = null;
    if (plain.length >= length) this.#payloads.set(plain, plain.slice(0, MIN_ECHO));
  }

  /** The text without whole or cut-off repetitions of the payloads, whatever their case or JSON escaping. */
  strip(text: string): string {
    let rest = text;
    // Longer ones first: what begins alike must not be cut in half.
    this.#sorted ??= [...this.#payloads].sort(([a], [b]) => b.length - a.length);
    for (const [payload, start] of this.#sorted) rest = stripOne(rest, payload, start);
    return rest;
  }
}

function stripOne(text: string, payload: string, start: string): string {
  const plain = text.toLowerCase();
  // Lower-casing can change the length of exotic text; positions would be off then.
  if (plain.length !== text.length || !plain.includes(start)) return text;
  let out = '';
  let from = 0;
  for (let at = plain.indexOf(start); at !== -1; at = plain.indexOf(start, from)) {
    let end = at;
    while (end - at < payload.length && plain[end] === payload[end - at]) end += 1;
    out += text.slice(from, at);
    from = end;
  }
  return out + text.slice(from);
}
