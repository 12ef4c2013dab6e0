// What one walk over a file found, for the data flow: bindings, calls, assignments, functions.
import type { NodeMap } from '../../node-map.ts';
import { parentOf } from '../../nodes.ts';
import type { Node, Program } from '../../parse.ts';

export interface Def {
  kind: 'init' | 'assign' | 'param' | 'import' | 'each' | 'keys' | 'function' | 'class';
  /** What is assigned; for an import its source, for a loop what it goes over. */
  value: Node | null;
  /** Destructured keys on the way, `*` where not constant; for an import the imported name. */
  path: string[];
  /** Where the last of them is computed: what gives it. */
  key?: Node;
}
export interface Binding {
  name: string;
  defs: Def[];
  labels: number;
  /** See memo.ts. */
  bit: number;
  /** Functions of which this is a parameter. */
  owner: Fn | null;
  /** What a parameter is known to be, where that is known by its place. */
  alias: string | null;
  /** What callers hand over for a parameter, as far as they are seen. */
  given: Node[];
  /** The functions that it names, once they were looked for. */
  functions: Fn[] | null;
}
export interface Fn {
  node: Node;
  /** Name of the function or of the variable, property or method that holds it, '' if none. */
  name: string;
  params: Node[];
  body: Node;
  returns: Node[];
  labels: number;
  bit: number;
}
export type Call = Extract<Node, { type: 'CallExpression' | 'NewExpression' }>;
export type Property = Extract<Node, { type: 'PropertyDefinition' }>;
export type Assignment = Extract<Node, { type: 'AssignmentExpression' }>;

export interface Model {
  path: string;
  text: string;
  program: Program;
  scopes: NodeMap<Map<string, Binding>>;
  bindings: Binding[];
  calls: Call[];
  imports: Extract<Node, { type: 'ImportExpression' }>[];
  assigns: Assignment[];
  /** Fields that a class body gives a value. */
  properties: Property[];
  functions: Fn[];
  fnOf: Map<Node, Fn>;
  /** Methods and functions stored as properties, by property name: what `this.x()` and `o.x()` may call. */
  methods: Map<string, Fn[]>;
  /** Labels of `this.x`, by class and property name. */
  fields: Map<string, number>;
  /** What `this.x` is set to, by class and property name. */
  fieldValues: Map<string, Node[]>;
  strings: Node[];
  /** Functions that calls and arguments lead to. */
  callees: NodeMap<Fn[]>;
  /** Functions that read `arguments[…]`: they may return whatever they are called with. */
  usesArguments: Set<Node>;
  /** Labels of constants, which no pass changes. */
  constants: NodeMap<number>;
  names: NodeMap<string | null>;
  shapes: NodeMap<string | null>;
  lookups: NodeMap<Binding | null>;
  /** Functions that wait for an event, by its name; made when first asked for. */
  listeners: Map<string, Fn[]> | null;
  /** Functions in objects and maps, by what holds them; made when first asked for. */
  tables: Map<Binding | string, Fn[]> | null;
}

/** The binding that an identifier refers to; null for globals. */
export function lookup(model: Model, identifier: Node): Binding | null {
  const known = model.lookups.get(identifier);
  if (known !== undefined) return known;
  const name = identifier.type === 'Identifier' ? identifier.name : '';
  let found: Binding | null = null;
  for (let at: Node | null = identifier; at !== null && found === null; at = parentOf(at)) {
    found = model.scopes.get(at)?.get(name) ?? null;
  }
  model.lookups.set(identifier, found);
  return found;
}

/** The innermost function around a node. */
export function functionAround(model: Model, node: Node): Fn | null {
  for (let at = parentOf(node); at !== null; at = parentOf(at)) {
    const fn = model.fnOf.get(at);
    if (fn) return fn;
  }
  return null;
}

export function isFunction(
  node: Node | null | undefined,
): node is Extract<
  Node,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
> {
  return (
    node?.type === 'FunctionDeclaration' ||
    node?.type === 'FunctionExpression' ||
    node?.type === 'ArrowFunctionExpression'
  );
}

/** An identifier or string key as text, '' for anything else. */
export function plainKey(key: Node): string {
  if (key.type === 'Identifier' || key.type === 'PrivateIdentifier') return key.name;
  return key.type === 'Literal' && typeof key.value !== 'object' ? String(key.value) : '';
}

/** Name under which a field of `this` is kept: the class around it, and the property. */
export function fieldKey(node: Node, key: string): string {
  let at: Node | null = node;
  while (at !== null && at.type !== 'ClassBody') at = parentOf(at);
  return `${at?.start ?? 0}:${key}`;
}
