// What was worked out of expressions, and whether what it hangs on has changed since.
import { countOf, numberOf } from '../../nodes.ts';
import type { Node, Program } from '../../parse.ts';

/** What `this.x` holds, of any class; what promises resolve to. Variables and functions share the other bits. */
export const FIELDS = 1 << 30;
export const PROMISES = 1 << 31;
const ANYTHING = -1;
const UNDER_WAY = 255;

/** Of a variable or function: a few of them share one, which costs time and nothing else. */
export const bitOf = (index: number): number => 1 << (index % 30);

/**
 * Labels of expressions. Each is kept with the bits of all that was read for it, and is worked out anew only
 * if some of that has changed: most of what a pass would do has been done by the one before.
 */
export class Memo {
  /** What has been read since somebody set this to 0. */
  reads = 0;
  /** What has changed in this pass. */
  changes = 0;
  #pass = 1;
  /** What has changed in each pass and in those after it, this one aside. */
  #since = new Int32Array(UNDER_WAY);
  #values: Int32Array;
  #reads: Int32Array;
  /** The pass in which each was last found right; 0 for none. */
  #passes: Uint8Array;

  constructor(root: Program) {
    const size = countOf(root);
    this.#values = new Int32Array(size);
    this.#reads = new Int32Array(size);
    this.#passes = new Uint8Array(size);
  }

  /** Begins a pass; tells what changed in the one before. */
  turn(): number {
    const { changes } = this;
    for (let pass = 0; pass <= this.#pass; pass++)
      this.#since[pass] = this.#sinceOf(pass) | changes;
    this.changes = 0;
    this.#pass += 1;
    return changes;
  }

  /** -1 for nodes without a number, which hardly occur, and of which nothing is kept. */
  indexOf(node: Node): number {
    return numberOf(node) ?? -1;
  }

  isKnown(index: number): boolean {
    const pass = this.#passes[index] ?? 0;
    if (pass === this.#pass || pass === UNDER_WAY) return true;
    const changes = this.#sinceOf(pass) | this.changes;
    if (pass === 0 || ((this.#reads[index] ?? 0) & changes) !== 0) return false;
    this.#passes[index] = this.#pass;
    return true;
  }

  take(index: number): number {
    this.reads |= this.#reads[index] ?? 0;
    return this.#values[index] ?? 0;
  }

  /** A value that depends on itself adds nothing to itself. */
  begin(index: number): void {
    this.#values[index] = 0;
    this.#reads[index] = ANYTHING;
    this.#passes[index] = UNDER_WAY;
  }

  /** With all that was read for it. */
  keep(index: number, value: number): void {
    this.#values[index] = value;
    this.#reads[index] = this.reads;
    this.#passes[index] = this.#pass;
  }

  forget(index: number): void {
    this.#passes[index] = 0;
  }

  #sinceOf(pass: number): number {
    return this.#since[pass] ?? 0;
  }
}
