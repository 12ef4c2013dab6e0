// What a file of the package exports, as an object that is written out.
import type { Node, Program } from '../../parse.ts';
import { plainKey } from './model.ts';
import type { Assignment, Model } from './model.ts';
import { nameOf, unwrap } from './names.ts';

export type ObjectNode = Extract<Node, { type: 'ObjectExpression' }>;
type Property = ObjectNode['properties'][number];
/** The module that a spec leads to, as what it exports; null for other packages. */
export type FindModule = (from: Program, spec: unknown) => Node | null;

const MAX_EXPORTS = 2000;

/** An empty object for each module, filled by {@link fillExports}: modules may import each other. */
export function emptyExports(program: Program): ObjectNode {
  const { start } = program;
  return { type: 'ObjectExpression', start, end: start, properties: [] };
}

/** What `export` says. */
export function fillExports(program: Program, into: ObjectNode, find: FindModule): void {
  const add = (name: string, value: Node | null | undefined) => {
    if (value && name !== '' && into.properties.length < MAX_EXPORTS)
      into.properties.push(propertyNode(name, value));
  };
  for (const statement of program.body) {
    if (statement.type === 'ExportDefaultDeclaration') add('default', statement.declaration);
    if (statement.type === 'ExportNamedDeclaration') addNamed(program, statement, add, find);
    if (statement.type !== 'ExportAllDeclaration') continue;
    const all = find(program, statement.source.value);
    if (all && statement.exported) add(plainKey(statement.exported), all);
    else if (all) into.properties.push(spreadOf(all));
  }
}

function addNamed(
  program: Program,
  statement: Extract<Node, { type: 'ExportNamedDeclaration' }>,
  add: (name: string, value: Node | null | undefined) => void,
  find: FindModule,
): void {
  const { declaration, source, specifiers } = statement;
  if (declaration?.type === 'VariableDeclaration') {
    for (const { id } of declaration.declarations)
      for (const one of namesIn(id)) add(one.name, one);
  } else if (declaration?.id) add(declaration.id.name, declaration);
  const from = source ? find(program, source.value) : null;
  for (const { local, exported } of specifiers) {
    if (from) add(plainKey(exported), memberNode(from, plainKey(local)));
    else if (!source) add(plainKey(exported), local);
  }
}

/**
 * What `exports.x = …` and `module.exports = …` say. Returns what `module.exports` itself is set to, if
 * that is no object that is written out.
 */
export function fillAssigned(model: Model, assign: Assignment, into: ObjectNode): Node | null {
  const name = nameOf(model, assign.left) ?? '';
  const match = /^(?:module\.)?exports(?:\.([\w$]{1,80}))?$/.exec(name);
  if (!match || isVoid(assign.right)) return null;
  const [, key] = match;
  if (key !== undefined) {
    into.properties.push(propertyNode(key, assign.right));
    return null;
  }
  if (name !== 'module.exports') return null;
  const value = unwrap(assign.right);
  if (value.type !== 'ObjectExpression') return value;
  into.properties.push(...value.properties);
  return null;
}

/** Compilers set all exports to nothing first, in one chain. */
function isVoid(node: Node): boolean {
  return (
    (node.type === 'UnaryExpression' && node.operator === 'void') ||
    node.type === 'AssignmentExpression'
  );
}

function namesIn(pattern: Node): Extract<Node, { type: 'Identifier' }>[] {
  if (pattern.type === 'Identifier') return [pattern];
  if (pattern.type !== 'ObjectPattern') return [];
  return pattern.properties.flatMap((one) => (one.type === 'Property' ? namesIn(one.value) : []));
}

export function propertyNode(name: string, value: Node): Property {
  const { start } = value;
  const key = { type: 'Identifier', name, start, end: start } as const;
  const made = { type: 'Property', kind: 'init', key, value, start, end: start };
  return { ...made, method: false, shorthand: false, computed: false } as Property;
}

function spreadOf(argument: Node): Property {
  const { start } = argument;
  return { type: 'SpreadElement', argument, start, end: start } as Property;
}

export function memberNode(object: Node, name: string): Node {
  const { start } = object;
  const property = { type: 'Identifier', name, start, end: start };
  const made = { type: 'MemberExpression', object, property, start, end: start };
  return { ...made, computed: false, optional: false } as unknown as Node;
}
