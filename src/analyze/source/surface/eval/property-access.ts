// Property access in expressions: plain, computed, and through `super`.
import type { Node } from '../../parse.ts';
import type { Machine } from './machine.ts';
import { UNKNOWN, taintsOf, union, type Env, type ObjectValue, type Value } from './values.ts';

export function keyOf(
  it: Machine,
  node: { key: Node; computed: boolean },
  env: Env,
): string | undefined {
  const { key } = node;
  if (!node.computed && key.type === 'Identifier') return key.name;
  if (!node.computed && key.type === 'PrivateIdentifier') return `#${key.name}`;
  const value = it.evaluate(key, env);
  return value.kind === 'literal' && value.value !== undefined ? String(value.value) : undefined;
}

export function memberOf(it: Machine, node: Node & { type: 'MemberExpression' }, env: Env): Value {
  if (node.object.type === 'Super') return superMember(it, node, env);
  const target = it.evaluate(node.object, env);
  const key = keyOf(it, { key: node.property, computed: node.computed }, env);
  if (key !== undefined) return it.get(target, key);
  const ledBy = taintsOf(target).length === 0 ? keyTaints(it, node, env) : [];
  // `HANDLERS[name]` with an unknown name: any of them.
  if (target.kind === 'object' && !target.isOpen && target.props.size > 0) {
    return union([...target.props.values()]);
  }
  // `if (!accounts[name]) return`: the name is that of an entry.
  const checks = ledBy.map(({ origin }) => ({ origin, kind: 'named' as const, whenTruthy: true }));
  if (ledBy.length > 0 && target.kind !== 'array') return { kind: 'unknown', ledBy, checks };
  if (target.kind === 'array') return union(target.items);
  return target.kind === 'unknown' ? target : UNKNOWN;
}

function keyTaints(it: Machine, node: Node & { type: 'MemberExpression' }, env: Env) {
  return node.computed ? taintsOf(it.evaluate(node.property, env)) : [];
}

function superMember(it: Machine, node: Node & { type: 'MemberExpression' }, env: Env): Value {
  const home = env.home();
  const key = keyOf(it, { key: node.property, computed: node.computed }, env);
  if (home?.kind !== 'class' || !home.parent || key === undefined) return UNKNOWN;
  const self = env.selfValue();
  if (home.parent.kind !== 'class' || self?.kind !== 'object') return UNKNOWN;
  const shadow: ObjectValue = { ...self, props: new Map(), class: home.parent };
  const found = it.get(shadow, key);
  return found.kind === 'function' ? { ...found, self } : found;
}
