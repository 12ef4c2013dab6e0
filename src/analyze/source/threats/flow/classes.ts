// Classes of a file: which one an expression is an instance of, and what its members hold.
import { parentOf } from '../../nodes.ts';
import type { Node } from '../../parse.ts';
import { lookup, plainKey } from './model.ts';
import type { Fn, Model } from './model.ts';
import { propertyOf, unwrap, valueOf } from './names.ts';

export type ClassNode = Extract<Node, { type: 'ClassDeclaration' | 'ClassExpression' }>;
type Member = Extract<Node, { type: 'MethodDefinition' }>;

const MAX_DEPTH = 8;

/** The class that an expression names. */
export function classOf(model: Model, node: Node | null | undefined, depth = 0): ClassNode | null {
  if (!node || depth > MAX_DEPTH) return null;
  const value = unwrap(node);
  if (value.type === 'ClassDeclaration' || value.type === 'ClassExpression')
    return value as ClassNode;
  if (value.type === 'MemberExpression') return classOf(model, valueOf(model, value), depth + 1);
  if (value.type !== 'Identifier') return null;
  const def = lookup(model, value)?.defs.find((one) => one.value !== null);
  if (!def || def.path.length > 1 || (def.kind !== 'init' && def.kind !== 'class')) return null;
  const [key] = def.path;
  return classOf(
    model,
    key === undefined ? def.value : propertyOf(model, def.value, key),
    depth + 1,
  );
}

/** The class of which an expression is an instance: `new X()`, or what holds one. */
export function instanceClass(model: Model, node: Node, depth = 0): ClassNode | null {
  if (depth > MAX_DEPTH) return null;
  const value = unwrap(node);
  if (value.type === 'ThisExpression') return classAround(value);
  if (value.type === 'NewExpression') return classOf(model, value.callee);
  const next =
    value.type === 'MemberExpression'
      ? valueOf(model, value)
      : value.type === 'Identifier'
        ? onlyValue(model, value)
        : null;
  return next ? instanceClass(model, next, depth + 1) : null;
}

function onlyValue(model: Model, identifier: Node): Node | null {
  const binding = lookup(model, identifier);
  const values = binding?.defs.filter(({ value }) => value !== null) ?? [];
  if (values.length === 0) return binding?.given.length === 1 ? (binding.given[0] ?? null) : null;
  const def = values[0];
  return values.length === 1 && def?.kind === 'init' && def.path.length === 0 ? def.value : null;
}

function classAround(node: Node): ClassNode | null {
  let at: Node | null = node;
  while (at !== null && at.type !== 'ClassBody') at = parentOf(at);
  return at ? (parentOf(at) as ClassNode | null) : null;
}

/** The constructor, a method or a getter of a class itself. */
export function memberOf(
  model: Model,
  { body }: ClassNode,
  key: string,
  kind: Member['kind'],
): Fn | null {
  const member = body.body.find(
    (one): one is Member =>
      one.type === 'MethodDefinition' && one.kind === kind && plainKey(one.key) === key,
  );
  return (member && model.fnOf.get(member.value)) ?? null;
}
