// One walk over a file: its bindings, calls, assignments and functions.
import { NodeMap } from '../../node-map.ts';
import { numberTree, parentOf, walkTree } from '../../nodes.ts';
import type { Node, Program } from '../../parse.ts';
import { bitOf } from './memo.ts';
import { fieldKey, functionAround, isFunction, lookup, plainKey } from './model.ts';
import type { Assignment, Def, Fn, Model } from './model.ts';

/** Reads the whole tree once and links every node to its parent. */
export function modelOf(path: string, text: string, program: Program): Model {
  numberTree(program);
  const model: Model = {
    path,
    text,
    program,
    scopes: new NodeMap(program),
    bindings: [],
    calls: [],
    imports: [],
    assigns: [],
    properties: [],
    functions: [],
    fnOf: new Map(),
    methods: new Map(),
    fields: new Map(),
    fieldValues: new Map(),
    usesArguments: new Set(),
    strings: [],
    callees: new NodeMap(program),
    constants: new NodeMap(program),
    names: new NodeMap(program),
    shapes: new NodeMap(program),
    lookups: new NodeMap(program),
    listeners: null,
    tables: null,
  };
  model.scopes.set(program, new Map());
  const late: Assignment[] = [];
  walkTree(program, (node, parent) => collect(model, node, parent, late));
  // Functions are hoisted and scopes complete only after the walk.
  for (const assign of late) addAssignment(model, assign);
  for (const { key, value } of model.properties)
    if (value) addFieldValue(model, key, plainKey(key), value);
  return model;
}

function collect(model: Model, node: Node, parent: Node | null, late: Assignment[]): void {
  switch (node.type) {
    case 'CallExpression':
    case 'NewExpression':
      model.calls.push(node);
      return;
    case 'ImportExpression':
      model.imports.push(node);
      return;
    case 'AssignmentExpression':
      model.assigns.push(node);
      late.push(node);
      return;
    case 'PropertyDefinition':
      if (node.value) model.properties.push(node);
      return;
    case 'Literal':
      if (typeof node.value === 'string') model.strings.push(node);
      return;
    case 'TemplateLiteral':
      model.strings.push(node);
      return;
    case 'MemberExpression': {
      const isArguments = node.object.type === 'Identifier' && node.object.name === 'arguments';
      const around = isArguments && node.computed ? functionAround(model, node) : null;
      if (around) model.usesArguments.add(around.node);
      return;
    }
    case 'ReturnStatement':
      if (node.argument) functionAround(model, node)?.returns.push(node.argument);
      return;
    case 'YieldExpression':
      addYielded(model, node);
      return;
    case 'VariableDeclaration':
      declareVariables(model, node, parent);
      return;
    case 'ImportDeclaration':
      declareImports(model, node);
      return;
    case 'ClassDeclaration':
      if (node.id) {
        declare(model, blockAround(node), node.id.name, { kind: 'class', value: node, path: [] });
      }
      return;
    case 'CatchClause':
      if (node.param) declarePattern(model, node, node.param, { kind: 'param', value: null }, []);
      return;
    default:
      if (isFunction(node)) declareFunction(model, node, parent);
  }
}

function declareFunction(
  model: Model,
  node: Extract<
    Node,
    { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
  >,
  parent: Node | null,
): void {
  const name = functionName(node, parent);
  const { params, body } = node;
  const bit = bitOf(model.functions.length);
  const fn: Fn = { node, name, params, body, returns: [], labels: 0, bit };
  if (node.body.type !== 'BlockStatement') fn.returns.push(node.body);
  model.functions.push(fn);
  model.fnOf.set(node, fn);
  if (node.type === 'FunctionDeclaration' && node.id) {
    declare(model, blockAround(node), node.id.name, { kind: 'function', value: node, path: [] });
  }
  if (node.type === 'FunctionExpression' && node.id) {
    declare(model, node, node.id.name, { kind: 'function', value: node, path: [] });
  }
  if (name !== '' && parent !== null && isHolder(parent)) {
    model.methods.set(name, [...(model.methods.get(name) ?? []).slice(0, 7), fn]);
  }
  for (const param of node.params) {
    declarePattern(model, node, param, { kind: 'param', value: null }, [], fn);
  }
}

/** What a generator yields comes out of a loop over it; in what compilers make of async functions it waits. */
function addYielded(model: Model, node: Extract<Node, { type: 'YieldExpression' }>): void {
  const fn = node.argument ? functionAround(model, node) : null;
  if (!fn || !node.argument) return;
  const parent = parentOf(fn.node);
  const isHandedOn = parent?.type === 'CallExpression' && parent.callee !== fn.node;
  if (!isHandedOn) fn.returns.push(node.argument);
}

function isHolder(parent: Node): boolean {
  return (
    parent.type === 'MethodDefinition' ||
    parent.type === 'PropertyDefinition' ||
    parent.type === 'Property' ||
    (parent.type === 'AssignmentExpression' && parent.left.type === 'MemberExpression')
  );
}

function functionName(node: Node, parent: Node | null): string {
  if (isFunction(node) && node.id) return node.id.name;
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier')
    return parent.id.name;
  if (parent?.type === 'AssignmentExpression') {
    if (parent.left.type === 'Identifier') return parent.left.name;
    if (parent.left.type === 'MemberExpression') return plainKey(parent.left.property);
  }
  if (
    parent?.type === 'MethodDefinition' ||
    parent?.type === 'PropertyDefinition' ||
    parent?.type === 'Property'
  ) {
    return plainKey(parent.key);
  }
  return '';
}

function declareVariables(
  model: Model,
  node: Extract<Node, { type: 'VariableDeclaration' }>,
  parent: Node | null,
): void {
  const scope = node.kind === 'var' ? functionScope(node) : blockAround(node);
  const loop =
    (parent?.type === 'ForOfStatement' || parent?.type === 'ForInStatement') && parent.left === node
      ? parent
      : null;
  for (const { id, init } of node.declarations) {
    const def = loop
      ? {
          kind: loop.type === 'ForInStatement' ? ('keys' as const) : ('each' as const),
          value: loop.right,
        }
      : { kind: 'init' as const, value: init ?? null };
    declarePattern(model, scope, id, def, []);
  }
}

function declareImports(model: Model, node: Extract<Node, { type: 'ImportDeclaration' }>): void {
  for (const specifier of node.specifiers) {
    const imported =
      specifier.type === 'ImportSpecifier'
        ? plainKey(specifier.imported)
        : specifier.type === 'ImportDefaultSpecifier'
          ? 'default'
          : '*';
    const def: Def = { kind: 'import', value: node.source, path: [imported] };
    declare(model, blockAround(node), specifier.local.name, def);
  }
}

function declarePattern(
  model: Model,
  scope: Node,
  pattern: Node,
  def: { kind: Def['kind']; value: Node | null },
  path: string[],
  owner: Fn | null = null,
  key: Node | null = null,
): void {
  if (path.length > 12) return;
  const inner = (part: Node, name: string, computed: Node | null = null) =>
    declarePattern(model, scope, part, def, [...path, name], owner, computed);
  switch (pattern.type) {
    case 'Identifier':
      declare(model, scope, pattern.name, { ...def, path, ...(key && { key }) }, owner);
      return;
    case 'AssignmentPattern':
      declarePattern(model, scope, pattern.left, def, path, owner);
      // `(env = process.env) => …`
      if (pattern.left.type === 'Identifier' && owner)
        declare(model, scope, pattern.left.name, { kind: 'init', value: pattern.right, path: [] });
      return;
    case 'RestElement':
      declarePattern(model, scope, pattern.argument, def, path, owner);
      return;
    case 'ObjectPattern':
      for (const part of pattern.properties) {
        // What is left of an object is that object.
        if (part.type === 'RestElement')
          declarePattern(model, scope, part.argument, def, path, owner);
        else if (part.computed) inner(part.value, '*', part.key);
        else inner(part.value, plainKey(part.key));
      }
      return;
    case 'ArrayPattern':
      pattern.elements.forEach((part, index) => part && inner(part, String(index)));
      return;
    default:
  }
}

function addFieldValue(model: Model, at: Node, name: string, value: Node): void {
  const key = fieldKey(at, name);
  model.fieldValues.set(key, [...(model.fieldValues.get(key) ?? []).slice(0, 7), value]);
}

function addAssignment(model: Model, node: Assignment): void {
  if (node.left.type === 'MemberExpression' && node.left.object.type === 'ThisExpression') {
    if (!node.left.computed) addFieldValue(model, node, plainKey(node.left.property), node.right);
    return;
  }
  if (node.left.type === 'Identifier') {
    const binding = lookup(model, node.left);
    binding?.defs.push({ kind: 'assign', value: node.right, path: [] });
    return;
  }
  if (node.left.type !== 'ObjectPattern' && node.left.type !== 'ArrayPattern') return;
  walkTree(node.left, (part) => {
    if (part.type === 'Identifier') {
      lookup(model, part)?.defs.push({ kind: 'assign', value: node.right, path: ['*'] });
    }
  });
}

function declare(model: Model, scope: Node, name: string, def: Def, owner: Fn | null = null): void {
  let names = model.scopes.get(scope);
  if (!names) model.scopes.set(scope, (names = new Map()));
  let binding = names.get(name);
  if (!binding) {
    const bit = bitOf(model.bindings.length);
    binding = { name, defs: [], labels: 0, bit, owner, alias: null, given: [], functions: null };
    names.set(name, binding);
    model.bindings.push(binding);
  }
  binding.defs.push(def);
}

function functionScope(node: Node): Node {
  let at = parentOf(node);
  while (at !== null && !isFunction(at) && at.type !== 'Program' && at.type !== 'StaticBlock') {
    at = parentOf(at);
  }
  return at ?? node;
}

function blockAround(node: Node): Node {
  let at = parentOf(node);
  while (
    at !== null &&
    at.type !== 'BlockStatement' &&
    at.type !== 'Program' &&
    at.type !== 'StaticBlock' &&
    at.type !== 'SwitchStatement' &&
    at.type !== 'ForStatement' &&
    at.type !== 'ForOfStatement' &&
    at.type !== 'ForInStatement' &&
    !isFunction(at)
  ) {
    at = parentOf(at);
  }
  return at ?? node;
}
