// What is known of the nodes of one tree, kept by their numbers: a Map would have to hash every node.
import { countOf, numberOf } from './nodes.ts';
import type { Node, Program } from './parse.ts';

export class NodeMap<T> {
  #values: (T | undefined)[];
  /** Of nodes without a number, which hardly occur. */
  #others = new Map<Node, T>();

  constructor(root: Program) {
    this.#values = new Array<T | undefined>(countOf(root));
  }

  get(node: Node): T | undefined {
    const number = numberOf(node);
    return number === undefined ? this.#others.get(node) : this.#values[number];
  }

  set(node: Node, value: T): void {
    const number = numberOf(node);
    if (number === undefined) this.#others.set(node, value);
    else this.#values[number] = value;
  }

  delete(node: Node): void {
    const number = numberOf(node);
    if (number === undefined) this.#others.delete(node);
    else this.#values[number] = undefined;
  }

  clear(): void {
    this.#values = new Array<T | undefined>(this.#values.length);
    this.#others.clear();
  }
}
