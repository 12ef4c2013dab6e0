// Statements: runs a body once, both ways where a condition is open, and keeps what checks tell.
import type { Node } from '../../parse.ts';
import { entryOf } from './archives.ts';
import { classOf } from './classes.ts';
import { LocalEnv } from './env.ts';
import { narrowed } from './choices.ts';
import { keptChecks } from './guards.ts';
import type { Completion, Guard, Machine } from './machine.ts';
import { UNDEFINED, UNKNOWN, literal, optionsOf, truthOf, type Value, type Env } from './values.ts';

// A list of tools is shorter; a longer list is looked at in part.
const MAX_ITERATIONS = 600;

/** Runs statements in order; names of functions are known before they are declared. */
export function execute(it: Machine, statements: readonly Node[], env: Env): Completion {
  hoist(statements, env);
  for (const statement of statements) {
    if (it.steps <= 0) return 'normal';
    const completion = run(it, statement, env);
    if (completion !== 'normal') return completion;
  }
  return 'normal';
}

export function hoist(statements: readonly Node[], env: Env): void {
  for (const statement of statements) {
    const inner = declarationOf(statement);
    if (inner?.type === 'FunctionDeclaration' && inner.id) {
      env.declare(inner.id.name, { kind: 'function', node: inner, env, file: env.file });
    }
  }
}

export function declarationOf(statement: Node): Node | null {
  const isExport =
    statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration';
  return isExport ? ((statement.declaration as Node | null | undefined) ?? null) : statement;
}

function run(it: Machine, node: Node, env: Env): Completion {
  it.steps -= 1;
  if (it.nesting > 700) return 'normal';
  it.nesting += 1;
  const completion = dispatch(it, node, env);
  it.nesting -= 1;
  return completion;
}

function dispatch(it: Machine, node: Node, env: Env): Completion {
  switch (node.type) {
    case 'ExpressionStatement':
      it.evaluate(node.expression, env);
      return 'normal';
    case 'VariableDeclaration':
      declare(it, node, env);
      return 'normal';
    case 'ClassDeclaration':
      if (node.id) env.declare(node.id.name, classOf(it, node, env));
      return 'normal';
    case 'ReturnStatement': {
      const value = node.argument ? it.evaluate(node.argument, env) : UNDEFINED;
      it.frame.returns.push(keptChecks(it, value));
      return 'return';
    }
    case 'ThrowStatement':
      it.evaluate(node.argument, env);
      return 'throw';
    case 'BreakStatement':
    case 'ContinueStatement':
      return 'skip';
    case 'BlockStatement':
      return it.execute(node.body, new LocalEnv(env, env.file, false));
    case 'IfStatement':
      return branch(it, node, env);
    default:
      return dispatchMore(it, node, env);
  }
}

function dispatchMore(it: Machine, node: Node, env: Env): Completion {
  switch (node.type) {
    case 'ForOfStatement':
    case 'ForInStatement':
      return loopOver(it, node, env);
    case 'ForStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
      return loop(it, node, env);
    case 'TryStatement':
      return attempt(it, node, env);
    case 'SwitchStatement':
      return choose(it, node, env);
    case 'LabeledStatement':
      return run(it, node.body, env);
    case 'ExportNamedDeclaration':
    case 'ExportDefaultDeclaration': {
      const inner = declarationOf(node);
      const isStatement = inner?.type.endsWith('Declaration') === true;
      if (inner && isStatement) return run(it, inner, env);
      if (inner) it.evaluate(inner, env);
      return 'normal';
    }
    default:
      return 'normal';
  }
}

function declare(it: Machine, node: Node & { type: 'VariableDeclaration' }, env: Env): void {
  for (const { id, init } of node.declarations) {
    const value = init ? it.evaluate(init, env) : UNDEFINED;
    it.bind(id, value, env, node.kind === 'var' ? 'var' : 'let');
  }
}

function branch(it: Machine, node: Node & { type: 'IfStatement' }, env: Env): Completion {
  const test = it.evaluate(node.test, env);
  const truth = truthOf(test);
  if (truth === true) return run(it, node.consequent, env);
  if (truth === false) return node.alternate ? run(it, node.alternate, env) : 'normal';
  const mark = it.guards.length;
  const checks = test.checks ?? [];
  const guarded = (whenTruthy: boolean, by: Guard['by'], returned?: boolean): Guard[] =>
    checks.filter((c) => c.whenTruthy === whenTruthy).map((c) => ({ ...c, by, returned }));
  it.uncertain += 1;
  it.guards.push(...guarded(true, 'branch'));
  const returnsBefore = it.frame.returns.length;
  const yes = run(it, node.consequent, narrowed(env, node.test, true));
  it.guards.length = mark;
  const early = truthOf(flagOf(it.frame.returns[returnsBefore] ?? UNKNOWN));
  it.guards.push(...guarded(false, 'branch'));
  const no = node.alternate ? run(it, node.alternate, narrowed(env, node.test, false)) : 'normal';
  it.guards.length = mark;
  it.uncertain -= 1;
  if (yes !== 'normal' && no !== 'normal') return yes === no ? yes : 'return';
  if (yes !== 'normal') it.guards.push(...guarded(false, exitOf(yes), early));
  if (no !== 'normal') it.guards.push(...guarded(true, exitOf(no)));
  return 'normal';
}

/** `return { ok: false, reason }` is a no. */
function flagOf(value: Value): Value {
  if (value.kind !== 'object') return value;
  for (const key of ['ok', 'valid', 'isValid', 'success', 'allowed', 'isAllowed', 'safe']) {
    const flag = value.props.get(key);
    if (flag?.kind === 'literal') return flag;
  }
  return value;
}

function exitOf(completion: Completion): Guard['by'] {
  return completion === 'throw' ? 'throw' : 'return';
}

function loopOver(
  it: Machine,
  node: Node & { type: 'ForOfStatement' | 'ForInStatement' },
  env: Env,
): Completion {
  const over = it.evaluate(node.right, env);
  const elements = elementsOf(over, node.type === 'ForInStatement');
  const isKnown = over.kind === 'array' && !over.isOpen;
  if (!isKnown) it.uncertain += 1;
  for (const element of elements.slice(0, MAX_ITERATIONS)) {
    const inner = new LocalEnv(env, env.file, false);
    if (node.left.type === 'VariableDeclaration') {
      const id = node.left.declarations[0]?.id;
      if (id) it.bind(id, element, inner, 'let');
    } else it.bind(node.left, element, inner, 'assign');
    // A `continue` or a `return` on one element says nothing about the others.
    run(it, node.body, inner);
  }
  if (!isKnown) it.uncertain -= 1;
  return 'normal';
}

/** What a loop would meet; one unknown element when that is not known. */
export function elementsOf(over: Value, isKeys: boolean): readonly Value[] {
  if (isKeys) {
    if (over.kind !== 'object') {
      return [entryOf(over) ?? (over.kind === 'unknown' ? over : UNKNOWN)];
    }
    const keys: Value[] = [...over.props.keys()].map((key) => literal(key));
    return over.rest ? [...keys, over.rest] : keys;
  }
  if (over.kind === 'array') return over.isOpen ? [...over.items, UNKNOWN] : over.items;
  if (over.kind === 'union') return optionsOf(over).flatMap((option) => elementsOf(option, false));
  if (over.kind === 'object' && over.class === undefined && over.props.has('@@entries')) {
    return elementsOf(over.props.get('@@entries') ?? UNKNOWN, false);
  }
  return [entryOf(over) ?? (over.kind === 'unknown' ? over : UNKNOWN)];
}

function loop(
  it: Machine,
  node: Node & { type: 'ForStatement' | 'WhileStatement' | 'DoWhileStatement' },
  env: Env,
): Completion {
  const inner = new LocalEnv(env, env.file, false);
  if (node.type === 'ForStatement') {
    if (node.init?.type === 'VariableDeclaration') {
      for (const { id } of node.init.declarations) it.bind(id, UNKNOWN, inner, 'let');
    }
  } else it.evaluate(node.test, inner);
  it.uncertain += 1;
  run(it, node.body, inner);
  it.uncertain -= 1;
  return 'normal';
}

function attempt(it: Machine, node: Node & { type: 'TryStatement' }, env: Env): Completion {
  const tried = run(it, node.block, env);
  let caught: Completion = 'normal';
  if (node.handler) {
    const inner = new LocalEnv(env, env.file, false);
    if (node.handler.param) it.bind(node.handler.param, UNKNOWN, inner, 'let');
    it.uncertain += 1;
    caught = run(it, node.handler.body, inner);
    it.uncertain -= 1;
  }
  if (node.finalizer) run(it, node.finalizer, env);
  return tried !== 'normal' && (caught !== 'normal' || !node.handler) ? tried : 'normal';
}

function choose(it: Machine, node: Node & { type: 'SwitchStatement' }, env: Env): Completion {
  const asked = it.evaluate(node.discriminant, env);
  const inner = new LocalEnv(env, env.file, false);
  hoist(
    node.cases.flatMap((one) => one.consequent),
    inner,
  );
  const known = asked.kind === 'literal';
  let isRunning = false;
  let last: Completion = 'normal';
  let isOpen = false;
  for (const one of known ? casesFor(it, node, asked, env) : node.cases) {
    if (!known) it.uncertain += 1;
    isRunning = true;
    last = it.execute(one.consequent, inner);
    if (!known) it.uncertain -= 1;
    if (last === 'normal' || last === 'skip') isOpen = true;
    if (known && last !== 'normal') break;
  }
  if (!isRunning || last === 'skip') return 'normal';
  const hasDefault = node.cases.some((one) => one.test === null);
  return known || (hasDefault && !isOpen) ? last : 'normal';
}

/** The cases that run for a known value: the one that matches and those it falls through to. */
function casesFor(
  it: Machine,
  node: Node & { type: 'SwitchStatement' },
  asked: Value,
  env: Env,
): (typeof node.cases)[number][] {
  const first = node.cases.findIndex((one) => {
    if (!one.test) return false;
    const test = it.evaluate(one.test, env);
    if (test.kind !== 'literal') return true;
    return asked.kind === 'literal' && test.value === asked.value;
  });
  if (first !== -1) return node.cases.slice(first);
  const fallback = node.cases.findIndex((one) => one.test === null);
  return fallback === -1 ? [] : node.cases.slice(fallback);
}
