// Walks a syntax tree without recursion: hostile trees are deeper than the stack.
import { NUMBER, PARENT } from './linked-node.ts';
import type { Node, Program } from './parse.ts';

/** Return false to leave out the children. */
export type Visitor = (node: Node, parent: Node | null) => void | boolean;

const COUNT = Symbol('count');
interface Linked {
  [PARENT]?: Node;
  [NUMBER]?: number;
  [COUNT]?: number;
}

// Fields that hold no nodes worth visiting, or none at all.
const NOT_CHILDREN = new Set([
  'type',
  'start',
  'end',
  'loc',
  'range',
  'raw',
  'value',
  'regex',
  'bigint',
  'typeAnnotation',
  'typeParameters',
  'typeArguments',
  'returnType',
]);

/** Every node in the order of the text, parents first; sets what {@link parentOf} returns. */
export function walkTree(root: Program | Node, visitor: Visitor): void {
  const stack: Node[] = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const parent = (node as Linked)[PARENT] ?? null;
    if (visitor(node, parent) !== false) pushChildren(node, stack);
  }
}

/** Known after a walk that came by. */
export function parentOf(node: Node): Node | null {
  return (node as Linked)[PARENT] ?? null;
}

/** Numbers every node of a tree from 0, unless they have numbers. */
export function numberTree(root: Program): void {
  if (countOf(root) === 0) walkTree(root, numbering(root));
}

/** The same on a walk that the caller takes: to be called for each node. */
export function numbering(root: Program): (node: Node) => void {
  if (countOf(root) > 0) return () => undefined;
  let count = 0;
  return (node) => {
    (node as Linked)[NUMBER] = count++;
    (root as Linked)[COUNT] = count;
  };
}

/** Undefined for nodes that were not numbered. */
export const numberOf = (node: Node): number | undefined => (node as Linked)[NUMBER];

/** How many nodes of the tree have a number. */
export const countOf = (root: Program): number => (root as Linked)[COUNT] ?? 0;

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

// The commonest nodes by far, and where their children are; the rest is looked through key by key.
const CHILDREN = new Map<string, readonly string[]>([
  ['Identifier', []],
  ['Literal', []],
  ['ThisExpression', []],
  ['TemplateElement', []],
  ['MemberExpression', ['object', 'property']],
  ['CallExpression', ['callee', 'arguments']],
  ['ExpressionStatement', ['expression']],
  ['BlockStatement', ['body']],
  ['Property', ['key', 'value']],
  ['AssignmentExpression', ['left', 'right']],
  ['BinaryExpression', ['left', 'right']],
  ['LogicalExpression', ['left', 'right']],
  ['VariableDeclaration', ['declarations']],
  ['ReturnStatement', ['argument']],
  ['ObjectExpression', ['properties']],
  ['VariableDeclarator', ['id', 'init']],
  ['FunctionDeclaration', ['id', 'params', 'body']],
  ['FunctionExpression', ['id', 'params', 'body']],
  ['ArrowFunctionExpression', ['id', 'params', 'body']],
  ['IfStatement', ['test', 'consequent', 'alternate']],
  ['ConditionalExpression', ['test', 'consequent', 'alternate']],
  ['UnaryExpression', ['argument']],
  ['UpdateExpression', ['argument']],
  ['AwaitExpression', ['argument']],
  ['SpreadElement', ['argument']],
  ['ThrowStatement', ['argument']],
  ['NewExpression', ['callee', 'arguments']],
  ['ArrayExpression', ['elements']],
  ['SequenceExpression', ['expressions']],
  ['ChainExpression', ['expression']],
  ['ObjectPattern', ['properties']],
  ['TemplateLiteral', ['expressions', 'quasis']],
]);

function pushChildren(node: Node, stack: Node[]): void {
  const first = stack.length;
  const known = CHILDREN.get(node.type);
  for (const key of known ?? Object.keys(node)) {
    if (!known && NOT_CHILDREN.has(key) && key !== 'value') continue;
    const child = (node as unknown as Record<string, unknown>)[key];
    if (typeof child !== 'object' || child === null) continue;
    if (!Array.isArray(child)) {
      // `{ a }`: key and value are one node.
      if (isNode(child) && stack.at(-1) !== child) push(child, node, stack);
      continue;
    }
    for (const item of child) if (isNode(item)) push(item, node, stack);
  }
  reverseFrom(stack, first);
}

function push(child: Node, parent: Node, stack: Node[]): void {
  (child as Linked)[PARENT] = parent;
  stack.push(child);
}

function reverseFrom(stack: Node[], first: number): void {
  for (let low = first, high = stack.length - 1; low < high; low++, high--) {
    const node = stack[low] as Node;
    stack[low] = stack[high] as Node;
    stack[high] = node;
  }
}
