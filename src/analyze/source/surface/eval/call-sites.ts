// Calls in expressions: callee, receiver and arguments -> an event for the interpreter.
import type { Node } from '../../parse.ts';
import type { Machine } from './machine.ts';
import { keyOf, memberOf } from './property-access.ts';
import { UNKNOWN, external, type Env, type Value } from './values.ts';

// Tags that only tidy a text up; those of queries do not give the text.
const PROSE_TAG =
  /dedent|outdent|indent|oneLine|String\.raw|^(?:md|markdown|trim|text|prompt|prose|doc|lines?)$/i;

export function callOf(
  it: Machine,
  node: Node & { type: 'CallExpression' | 'NewExpression' },
  env: Env,
): Value {
  const isNew = node.type === 'NewExpression';
  const callee = node.callee;
  const args = () => argumentsOf(it, node.arguments, env);
  if (callee.type === 'Super') return superCall(it, node, args(), env);
  const inner = callee.type === 'ChainExpression' ? callee.expression : callee;
  if (inner.type !== 'MemberExpression') {
    const value = it.evaluate(inner, env);
    const name = inner.type === 'Identifier' ? inner.name : '';
    const event = {
      node,
      file: env.file,
      name,
      callee: value,
      self: undefined,
      args: args(),
      isNew,
    };
    return isNew ? it.construct(event) : it.call(event);
  }
  const self = inner.object.type === 'Super' ? env.selfValue() : it.evaluate(inner.object, env);
  const key = keyOf(it, { key: inner.property, computed: inner.computed }, env);
  const value =
    inner.object.type === 'Super' || key === undefined || self === undefined
      ? memberOf(it, inner, env)
      : it.get(self, key);
  const event = { node, file: env.file, name: key ?? '', callee: value, self, args: args(), isNew };
  return isNew ? it.construct(event) : it.call(event);
}

function superCall(it: Machine, node: Node, args: readonly Value[], env: Env): Value {
  const home = env.home();
  const self = env.selfValue();
  if (home?.kind !== 'class' || !home.parent || self?.kind !== 'object') return UNKNOWN;
  it.construct({
    node,
    file: env.file,
    name: 'super',
    callee: home.parent,
    self,
    args,
    isNew: true,
  });
  return self;
}

export function argumentsOf(it: Machine, nodes: readonly Node[], env: Env): Value[] {
  const values: Value[] = [];
  for (const node of nodes) {
    if (node.type !== 'SpreadElement') {
      values.push(it.evaluate(node, env));
      continue;
    }
    const spread = it.evaluate(node.argument, env);
    if (spread.kind === 'array') values.push(...spread.items);
    else values.push(spread.kind === 'unknown' ? spread : UNKNOWN);
  }
  return values;
}

export function taggedOf(
  it: Machine,
  node: Node & { type: 'TaggedTemplateExpression' },
  env: Env,
): Value {
  const text = it.evaluate(node.quasi, env);
  const callee = it.evaluate(node.tag, env);
  const name = callee.kind === 'external' ? `${callee.name}\`\`` : '``';
  const event = { node, file: env.file, name, self: undefined, args: [text], isNew: false };
  const made = callee.kind === 'external' && callee.args ? { args: callee.args } : {};
  const answer = it.hooks.onCall({ ...event, callee: { ...external(name), ...made } });
  const tag =
    callee.kind === 'external' ? callee.name : node.tag.type === 'Identifier' ? node.tag.name : '';
  return answer ?? (PROSE_TAG.test(tag) ? text : UNKNOWN);
}
