// Expressions -> values.
import { posix } from 'node:path';
import { isRooting } from './addresses.ts';
import type { Node } from '../../parse.ts';
import { inText } from './members.ts';
import { keyOf, memberOf } from './property-access.ts';
import { arithmetic, eitherChecks } from './operators.ts';
import { callOf, taggedOf } from './call-sites.ts';
import { classOf } from './classes.ts';
import { isDataSpec } from './data-files.ts';
import { globalValue } from './globals.ts';
import { keepChoice } from './choices.ts';
import { keptChecks, thrownChecks } from './guards.ts';
import type { Machine } from './machine.ts';
import {
  UNDEFINED,
  UNKNOWN,
  array,
  concat,
  external,
  literal,
  located,
  optionsOf,
  textOf,
  truthOf,
  union,
  withChecks,
  type ObjectValue,
  type Value,
  type Env,
} from './values.ts';

const MAX_NESTING = 700;
const MAX_CHARACTERS = 2000;

export function evaluate(it: Machine, node: Node, env: Env): Value {
  if (it.steps <= 0 || it.nesting > MAX_NESTING) return UNKNOWN;
  it.steps -= 1;
  it.nesting += 1;
  const value = dispatch(it, node, env);
  it.nesting -= 1;
  return value.kind === 'lazy' ? value.force() : value;
}

function dispatch(it: Machine, node: Node, env: Env): Value {
  switch (node.type) {
    case 'Literal':
      if ('regex' in node && node.regex) {
        return { kind: 'regex', source: node.regex.pattern, flags: node.regex.flags };
      }
      return node.value instanceof RegExp ? UNKNOWN : literal(node.value);
    case 'TemplateLiteral':
      return concat(
        node.quasis.flatMap((quasi, index) => {
          const hole = node.expressions[index];
          const text = literal(quasi.value.cooked ?? '');
          return hole ? [text, inText(it, it.evaluate(hole, env))] : [text];
        }),
      );
    case 'Identifier':
      return env.lookup(node.name) ?? globalValue(node.name);
    case 'ThisExpression':
      return env.selfValue() ?? UNKNOWN;
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return { kind: 'function', node, env, file: env.file };
    case 'ClassExpression':
      return classOf(it, node, env);
    case 'ObjectExpression':
      return objectOf(it, node, env);
    case 'ArrayExpression':
      return arrayOf(it, node.elements, env);
    case 'MemberExpression':
      return memberOf(it, node, env);
    case 'ChainExpression':
    case 'ParenthesizedExpression':
      return it.evaluate(node.expression, env);
    case 'AwaitExpression':
      return it.evaluate(node.argument, env);
    case 'SequenceExpression':
      return node.expressions.map((part) => it.evaluate(part, env)).at(-1) ?? UNDEFINED;
    default:
      return dispatchMore(it, node, env);
  }
}

function dispatchMore(it: Machine, node: Node, env: Env): Value {
  switch (node.type) {
    case 'CallExpression':
    case 'NewExpression':
      return callOf(it, node, env);
    case 'TaggedTemplateExpression':
      return taggedOf(it, node, env);
    case 'ImportExpression':
      return importOf(it, node, env);
    case 'ConditionalExpression':
      return conditional(it, node, env);
    case 'LogicalExpression':
      return logical(it, node, env);
    case 'BinaryExpression':
    case 'UnaryExpression':
      return arithmetic(it, node, env);
    case 'AssignmentExpression':
      return assignment(it, node, env);
    case 'UpdateExpression':
      if (node.argument.type === 'Identifier') env.assign(node.argument.name, UNKNOWN, true);
      return UNKNOWN;
    case 'YieldExpression': {
      const value = node.argument ? it.evaluate(node.argument, env) : UNDEFINED;
      it.frame.yields.push(value);
      return value;
    }
    case 'SpreadElement':
      return it.evaluate(node.argument, env);
    case 'MetaProperty':
      return importMeta(env.file.path);
    default: {
      // TypeScript's `x as T`, `x!`, `x satisfies T`.
      const inner = (node as { expression?: Node }).expression;
      return inner && typeof inner === 'object' ? it.evaluate(inner, env) : UNKNOWN;
    }
  }
}

function importOf(it: Machine, node: Node & { type: 'ImportExpression' }, env: Env): Value {
  const source = it.evaluate(node.source, env);
  const spec = textOf(source);
  if (spec !== undefined) {
    const module = it.importFrom(env.file, spec);
    if (!isDataSpec(spec)) return module;
    return { kind: 'object', props: new Map([['default', module]]), isOpen: false };
  }
  const callee = external('import');
  const event = { node, file: env.file, name: 'import', callee, self: undefined };
  return it.hooks.onCall({ ...event, args: [source], isNew: false }) ?? UNKNOWN;
}

function importMeta(path: string): Value {
  const props = new Map<string, Value>([
    ['url', located('import.meta.url', path)],
    ['filename', located('import.meta.filename', path)],
    ['dirname', located('import.meta.dirname', posix.dirname(path))],
  ]);
  return { kind: 'object', props, isOpen: true };
}

function objectOf(it: Machine, node: Node & { type: 'ObjectExpression' }, env: Env): Value {
  const value: ObjectValue = {
    kind: 'object',
    props: new Map(),
    isOpen: false,
    file: env.file,
    node,
  };
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      spreadInto(it, value, it.evaluate(property.argument, env));
      continue;
    }
    const key = keyOf(it, property, env);
    if (key === undefined) {
      value.isOpen = true;
      continue;
    }
    if (property.kind === 'get') {
      const fn: Value = {
        kind: 'function',
        node: property.value,
        env,
        file: env.file,
        self: value,
      };
      value.props.set(key, { kind: 'lazy', force: () => it.callFunction(fn, []) });
    } else if (property.kind !== 'set') {
      const member = it.evaluate(property.value, env);
      // `{ run: this.run.bind(this) }` keeps the receiver that it was given.
      const isMethod = member.kind === 'function' && property.value.type === 'FunctionExpression';
      value.props.set(key, isMethod ? { ...member, self: value } : member);
    }
  }
  return value;
}

function spreadInto(it: Machine, target: ObjectValue, source: Value): void {
  if (source.kind === 'object') {
    for (const [key, member] of source.props) target.props.set(key, member);
    if (source.rest) target.rest = source.rest;
    if (source.isOpen) target.isOpen = true;
    return;
  }
  if (source.kind === 'literal') return;
  if (source.kind === 'union') {
    for (const option of source.options) spreadInto(it, target, option);
    return;
  }
  if (source.kind === 'schema' && source.shape) {
    for (const [key, member] of source.shape) target.props.set(key, member);
    return;
  }
  target.isOpen = true;
  if (source.kind === 'unknown' && source.taints) {
    target.rest = source;
    // `{ ...defaults, ...args }`: whoever calls decides about the defaults too.
    for (const [key, member] of target.props) {
      if (member.kind !== 'literal') continue;
      const given = it.get(source, key);
      target.props.set(key, member.value ? union([member, given]) : given);
    }
  }
  // `{ ...process.env }`
  if (source.kind === 'external') target.rest ??= source;
  // `{ ...tool, ...texts[tool.name] }`: what was said before may be replaced.
  if (source.kind === 'external' && source.name.includes('()')) {
    const said = target.props.get('description');
    if (said)
      target.props.set('description', union([said, external(`${source.name}.description`)]));
  }
}

function arrayOf(it: Machine, elements: readonly (Node | null)[], env: Env): Value {
  const result = array([]);
  for (const element of elements) {
    if (element === null) continue;
    if (element.type !== 'SpreadElement') {
      result.items.push(it.evaluate(element, env));
      continue;
    }
    const spread = it.evaluate(element.argument, env);
    if (spread.kind === 'array') {
      result.items.push(...spread.items);
      if (spread.isOpen) result.isOpen = true;
    } else if (textOf(spread) !== undefined) {
      result.items.push(...Array.from(textOf(spread) ?? '', literal).slice(0, MAX_CHARACTERS));
    } else if (spread.kind !== 'literal') {
      result.isOpen = true;
      for (const option of optionsOf(spread)) {
        if (option.kind === 'array') result.items.push(...option.items);
        else if (option.kind === 'unknown' && option.taints) result.items.push(option);
      }
    }
  }
  return result;
}

function conditional(it: Machine, node: Node & { type: 'ConditionalExpression' }, env: Env): Value {
  const test = it.evaluate(node.test, env);
  const truth = isRooting(node) ? false : truthOf(test);
  if (truth === true) return it.evaluate(node.consequent, env);
  if (truth === false) return it.evaluate(node.alternate, env);
  it.uncertain += 1;
  const mark = it.guards.length;
  const guard = (whenTruthy: boolean) =>
    it.guards.push(
      ...(test.checks ?? [])
        .filter((check) => check.whenTruthy === whenTruthy)
        .map((check) => ({ ...check, by: 'branch' as const })),
    );
  guard(true);
  const yes = thrownChecks(it, mark, keptChecks(it, it.evaluate(node.consequent, env)));
  it.guards.length = mark;
  guard(false);
  const no = thrownChecks(it, mark, keptChecks(it, it.evaluate(node.alternate, env)));
  it.guards.length = mark;
  it.uncertain -= 1;
  keepChoice(env, node, yes, no);
  return union([yes, no]);
}

function logical(it: Machine, node: Node & { type: 'LogicalExpression' }, env: Env): Value {
  const left = it.evaluate(node.left, env);
  const truth = truthOf(left);
  const isNullish = left.kind === 'literal' && (left.value === undefined || left.value === null);
  if (node.operator === '??' && left.kind !== 'unknown' && left.kind !== 'union') {
    return isNullish ? it.evaluate(node.right, env) : left;
  }
  if (node.operator === '||' && truth === true) return left;
  if (node.operator === '&&' && truth === false) return left;
  const isDecided = truth !== undefined && node.operator !== '??';
  if (!isDecided) it.uncertain += 1;
  const right = it.evaluate(node.right, env);
  if (!isDecided) it.uncertain -= 1;
  if (isDecided) return right;
  const checks =
    node.operator === '||'
      ? eitherChecks(left, right)
      : [...(left.checks ?? []), ...(right.checks ?? [])];
  // `a && b`: the value is b whenever it is of use; the checks of both hold then.
  const value = node.operator === '&&' ? right : union([left, right]);
  return checks.length === 0 ? value : withChecks({ ...value, checks: [] }, checks);
}

function assignment(it: Machine, node: Node & { type: 'AssignmentExpression' }, env: Env): Value {
  const right = keptChecks(it, it.evaluate(node.right, env));
  let value = right;
  if (node.operator !== '=') {
    const left = it.evaluate(node.left, env);
    value = node.operator === '+=' ? concat([left, right]) : union([left, right]);
  }
  it.bind(node.left, value, env, 'assign');
  return value;
}
