// Which declaration a name refers to: scopes and bindings of one file, gathered in one walk.
import { NodeMap } from './node-map.ts';
import { numbering, parentOf, walkTree } from './nodes.ts';
import type { Node, Program } from './parse.ts';

export interface Binding {
  name: string;
  kind: 'import' | 'variable' | 'parameter' | 'function' | 'class' | 'catch';
  /** The declaring identifier. */
  node: Node;
  /** What it was initialised with: expression, function, class or import declaration. */
  init: Node | null;
  /** Keys from `init` down to the name, for destructuring; null where a key is not known. */
  path: (string | null)[];
  /** What else was assigned to it, anywhere in the file. */
  assigned: Node[];
}
type Names = Map<string, Binding>;

export interface Scopes {
  /** The declaration that a name at this place refers to; null for a global. */
  find: (name: string, at: Node) => Binding | null;
  byType: ReadonlyMap<string, Node[]>;
}

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);
const BLOCKS = new Set([
  'BlockStatement',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'SwitchStatement',
  'CatchClause',
  'StaticBlock',
]);
// Patterns deeper than any person writes are left unbound.
const MAX_PATTERN_DEPTH = 50;

export function buildScopes(program: Program): Scopes {
  const byType = new Map<string, Node[]>();
  const scopes = new Map<Node, Names>([[program, new Map()]]);
  const declare: Declare = (scope, binding) => {
    const names = scopes.get(scope) ?? new Map<string, Binding>();
    if (!scopes.has(scope)) scopes.set(scope, names);
    // `var x` after `function x` or a second `var x` is the same variable.
    if (!names.has(binding.name)) names.set(binding.name, binding);
  };
  const assignments: { target: Node; value: Node }[] = [];
  const number = numbering(program);
  walkTree(program, (node) => {
    number(node);
    const list = byType.get(node.type);
    if (list) list.push(node);
    else byType.set(node.type, [node]);
    collect(node, declare, assignments);
  });
  const find = finder(program, scopes);
  for (const { target, value } of assignments) {
    if (target.type === 'Identifier') find(target.name, target)?.assigned.push(value);
  }
  return { find, byType };
}

interface Scope {
  node: Node;
  names: Names;
  /** The scope around this one; undefined until somebody asks. */
  outer: Scope | null | undefined;
}

/** Goes from scope to scope: the way up through every node is dear in deep code. */
function finder(program: Program, scopes: ReadonlyMap<Node, Names>): Scopes['find'] {
  const known = new NodeMap<Scope>(program);
  for (const [node, names] of scopes) known.set(node, { node, names, outer: undefined });
  const around = (from: Node | null): Scope | null => {
    for (let node = from; node !== null; node = parentOf(node)) {
      const scope = known.get(node);
      if (scope) return scope;
    }
    return null;
  };
  return (name, at) => {
    for (let scope = around(at); scope !== null; scope = scope.outer) {
      const binding = scope.names.get(name);
      if (binding) return binding;
      if (scope.outer === undefined) scope.outer = around(parentOf(scope.node));
    }
    return null;
  };
}

type Declare = (scope: Node, binding: Binding) => void;

function collect(node: Node, declare: Declare, assignments: { target: Node; value: Node }[]): void {
  switch (node.type) {
    case 'VariableDeclarator': {
      const declaration = parentOf(node);
      const isVar = declaration?.type === 'VariableDeclaration' && declaration.kind === 'var';
      bind(declare, scopeOf(node, isVar), 'variable', node.id, node.init ?? null);
      return;
    }
    case 'ImportSpecifier':
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
      bind(declare, scopeOf(node, true), 'import', node.local, node);
      return;
    case 'ClassDeclaration':
      if (node.id) bind(declare, scopeOf(node, false), 'class', node.id, node);
      return;
    case 'FunctionDeclaration':
      if (node.id) bind(declare, scopeOf(node, false), 'function', node.id, node);
      break;
    case 'CatchClause':
      if (node.param) bind(declare, node, 'catch', node.param, null);
      return;
    case 'AssignmentExpression':
      assignments.push({ target: node.left, value: node.right });
      return;
    case 'UpdateExpression':
      assignments.push({ target: node.argument, value: node });
      return;
    default:
  }
  if (!isFunction(node)) return;
  if (node.type === 'FunctionExpression' && node.id) bind(declare, node, 'function', node.id, node);
  for (const param of node.params) bind(declare, node, 'parameter', param, null);
}

function bind(
  declare: Declare,
  scope: Node,
  kind: Binding['kind'],
  pattern: Node,
  init: Node | null,
): void {
  eachName(pattern, [], 0, (id, path) => {
    declare(scope, { name: nameOf(id), kind, node: id, init, path, assigned: [] });
  });
}

export function isFunction(
  node: Node,
): node is Extract<
  Node,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
> {
  return FUNCTIONS.has(node.type);
}

/** The node whose names a declaration here joins. */
function scopeOf(node: Node, isHoisted: boolean): Node {
  let last = node;
  for (let at = parentOf(node); at !== null; at = parentOf(at)) {
    if (isFunction(at) || (!isHoisted && BLOCKS.has(at.type))) return at;
    last = at;
  }
  return last;
}

function nameOf(node: Node): string {
  return node.type === 'Identifier' ? node.name : '';
}

/** Calls back for every name that a pattern binds, with the way to it. */
function eachName(
  pattern: Node,
  path: (string | null)[],
  depth: number,
  found: (id: Node, path: (string | null)[]) => void,
): void {
  if (depth > MAX_PATTERN_DEPTH) return;
  const next = (inner: Node | null, key: (string | null)[]) => {
    if (inner) eachName(inner, [...path, ...key], depth + 1, found);
  };
  switch (pattern.type) {
    case 'Identifier':
      found(pattern, path);
      return;
    case 'AssignmentPattern':
      next(pattern.left, []);
      return;
    case 'RestElement':
      next(pattern.argument, [null]);
      return;
    case 'ArrayPattern':
      pattern.elements.forEach((element, index) => {
        next(element, [String(index)]);
      });
      return;
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        if (property.type === 'RestElement') next(property.argument, []);
        else next(property.value, [keyOf(property.key, property.computed)]);
      }
      return;
    default: {
      // TypeScript: constructor(private readonly x: string)
      const parameter = (pattern as unknown as { parameter?: Node }).parameter;
      if ((pattern.type as string) === 'TSParameterProperty' && parameter) next(parameter, []);
    }
  }
}

/** The name of a property key, or null if it is computed. */
export function keyOf(key: Node, isComputed: boolean): string | null {
  if (key.type === 'Literal') return String(key.value);
  if (key.type === 'Identifier' && !isComputed) return key.name;
  return null;
}
