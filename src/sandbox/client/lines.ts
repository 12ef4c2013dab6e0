// Cuts a server's standard output into lines within bounds, so that no output can fill our memory.

export interface LineLimits {
  maxLineBytes: number;
  maxTotalBytes: number;
}
export const LINE_LIMITS: LineLimits = { maxLineBytes: 4 << 20, maxTotalBytes: 64 << 20 };

export type Overflow = 'line-too-long' | 'output-too-large';

/** Feeds chunks in; whole lines come out. After an overflow nothing comes out any more. */
export class LineReader {
  #parts: Buffer[] = [];
  #partBytes = 0;
  #totalBytes = 0;
  #overflow: Overflow | null = null;
  readonly #limits: LineLimits;
  readonly #onLine: (line: string) => void;
  readonly #onOverflow: (what: Overflow) => void;

  constructor(
    onLine: (line: string) => void,
    onOverflow: (what: Overflow) => void,
    limits: LineLimits = LINE_LIMITS,
  ) {
    this.#onLine = onLine;
    this.#onOverflow = onOverflow;
    this.#limits = limits;
  }

  get totalBytes(): number {
    return this.#totalBytes;
  }

  push(chunk: Buffer): void {
    if (this.#overflow !== null) return;
    this.#totalBytes += chunk.length;
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(10, start);
      if (end === -1) break;
      if (this.#partBytes + end - start > this.#limits.maxLineBytes)
        return this.#stop('line-too-long');
      const line = this.#take(chunk.subarray(start, end));
      start = end + 1;
      if (line !== '') this.#onLine(line);
    }
    if (start < chunk.length) {
      this.#parts.push(chunk.subarray(start));
      this.#partBytes += chunk.length - start;
    }
    if (this.#partBytes > this.#limits.maxLineBytes) return this.#stop('line-too-long');
    if (this.#totalBytes > this.#limits.maxTotalBytes) this.#stop('output-too-large');
  }

  #take(last: Buffer): string {
    const whole = this.#parts.length === 0 ? last : Buffer.concat([...this.#parts, last]);
    this.#parts = [];
    this.#partBytes = 0;
    return whole.toString('utf8').replace(/\r$/, '');
  }

  #stop(what: Overflow): void {
    this.#overflow = what;
    this.#parts = [];
    this.#onOverflow(what);
  }
}
