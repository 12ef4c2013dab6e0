// What a node of a syntax tree is made with: room for its parent and its number, which walks fill in.

// Symbols, so that code that goes over the keys of a node does not run in circles.
export const PARENT = Symbol('parent');
export const NUMBER = Symbol('number');

/** As the parser's own, but that the two links stand in every node at the same place. */
export class LinkedNode {
  type = '';
  start: number;
  end = 0;
  [PARENT]: unknown = undefined;
  [NUMBER]: number | undefined = undefined;

  constructor(start: number) {
    this.start = start;
  }
}

// The engine learns from the first few how many fields nodes have besides: the four of a `MemberExpression`, as nearly
// all others have no more. What it leaves no room for would lie apart, in a list of its own for each node.
for (let count = 0; count < 20; count++)
  Object.assign(new LinkedNode(count), { object: 0, property: 0, computed: 0, optional: 0 });
