// Binding of patterns: declarations, parameters and assignments.
import type { Node } from '../../parse.ts';
import { keyOf } from './property-access.ts';
import type { Machine } from './machine.ts';
import {
  UNDEFINED,
  UNKNOWN,
  array,
  textOf,
  union,
  type ObjectValue,
  type Value,
  type Env,
} from './values.ts';

export function bind(
  it: Machine,
  pattern: Node,
  value: Value,
  env: Env,
  kind: 'var' | 'let' | 'assign',
): void {
  switch (pattern.type) {
    case 'Identifier':
      if (kind === 'assign') env.assign(pattern.name, value, it.uncertain === 0);
      else env.declare(pattern.name, value, kind === 'var');
      return;
    case 'AssignmentPattern': {
      const isMissing = value.kind === 'literal' && value.value === undefined;
      const isOpen = value.kind === 'unknown' && !value.taints;
      const fallback = isMissing || isOpen ? it.evaluate(pattern.right, env) : UNDEFINED;
      bind(
        it,
        pattern.left,
        isMissing ? fallback : isOpen ? union([fallback, value]) : value,
        env,
        kind,
      );
      return;
    }
    case 'ObjectPattern':
      bindObject(it, pattern, value, env, kind);
      return;
    case 'ArrayPattern':
      bindArray(it, pattern, value, env, kind);
      return;
    case 'RestElement':
      bind(it, pattern.argument, value, env, kind);
      return;
    case 'MemberExpression':
      assignMember(it, pattern, value, env);
      return;
    default: {
      // TypeScript's parameter properties and casts.
      const inner = pattern as { parameter?: Node; expression?: Node };
      const target = inner.parameter ?? inner.expression;
      if (target && typeof target === 'object') bind(it, target, value, env, kind);
    }
  }
}

function bindObject(
  it: Machine,
  pattern: Node & { type: 'ObjectPattern' },
  value: Value,
  env: Env,
  kind: 'var' | 'let' | 'assign',
): void {
  const taken = new Set<string>();
  for (const property of pattern.properties) {
    if (property.type === 'RestElement') {
      bind(it, property.argument, without(value, taken), env, kind);
      continue;
    }
    const key = keyOf(it, property, env);
    if (key !== undefined) taken.add(key);
    bind(it, property.value, key === undefined ? UNKNOWN : it.get(value, key), env, kind);
  }
}

function without(value: Value, taken: ReadonlySet<string>): Value {
  if (value.kind !== 'object') return value;
  const props = new Map([...value.props].filter(([key]) => !taken.has(key)));
  const copy: ObjectValue = { ...value, props };
  return copy;
}

function bindArray(
  it: Machine,
  pattern: Node & { type: 'ArrayPattern' },
  value: Value,
  env: Env,
  kind: 'var' | 'let' | 'assign',
): void {
  for (const [index, element] of pattern.elements.entries()) {
    if (!element) continue;
    if (element.type === 'RestElement') {
      const rest = value.kind === 'array' ? array(value.items.slice(index), value.isOpen) : value;
      bind(it, element.argument, rest, env, kind);
    } else bind(it, element, it.get(value, String(index)), env, kind);
  }
}

function assignMember(
  it: Machine,
  node: Node & { type: 'MemberExpression' },
  value: Value,
  env: Env,
): void {
  if (node.object.type === 'Super') return;
  const target = it.evaluate(node.object, env);
  const plain = !node.computed && node.property.type === 'Identifier';
  const key: Value = plain
    ? { kind: 'literal', value: (node.property as { name: string }).name }
    : node.property.type === 'PrivateIdentifier'
      ? { kind: 'literal', value: `#${node.property.name}` }
      : it.evaluate(node.property, env);
  it.hooks.onWrite?.({ node, file: env.file, target, key, value });
  const name = textOf(key);
  if (name === undefined) {
    if (target.kind === 'object') target.isOpen = true;
    return;
  }
  const old = target.kind === 'object' && it.uncertain > 0 ? target.props.get(name) : undefined;
  const isEmpty =
    !old || old.kind === 'lazy' || (old.kind === 'literal' && old.value === undefined);
  it.set(target, name, isEmpty ? value : union([old, value]));
}
