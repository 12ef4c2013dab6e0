// Branches that exclude each other: `const x = isNew ? a : b` is a wherever `isNew` holds.
import { parentOf } from '../../nodes.ts';
import type { Node } from '../../parse.ts';
import { LocalEnv } from './env.ts';
import type { Env, Value } from './values.ts';

interface Answer {
  test: string;
  truth: boolean;
}

/** Keeps both values of `const name = test ? yes : no`. */
export function keepChoice(
  env: Env,
  node: Node & { type: 'ConditionalExpression' },
  yes: Value,
  no: Value,
): void {
  const declared = parentOf(node);
  const list = declared && parentOf(declared);
  if (declared?.type !== 'VariableDeclarator' || declared.id.type !== 'Identifier') return;
  if (list?.type !== 'VariableDeclaration' || list.kind !== 'const') return;
  const [answer] = answersOf(node.test, true, env);
  if (!answer) return;
  const { test, truth } = answer;
  const [whenTrue, whenFalse] = truth ? [yes, no] : [no, yes];
  (env.choices ??= []).push({ name: declared.id.name, test, yes: whenTrue, no: whenFalse });
}

/** The variables as they are where a test holds, or does not. */
export function narrowed(env: Env, test: Node, truth: boolean): Env {
  let found: Env | null = null;
  for (const answer of answersOf(test, truth, env)) {
    for (const { name, value } of chosen(env, answer)) {
      found ??= new LocalEnv(env, env.file, false);
      found.declare(name, value);
    }
  }
  return found ?? env;
}

function chosen(env: Env, { test, truth }: Answer): { name: string; value: Value }[] {
  const found: { name: string; value: Value }[] = [];
  for (let at: Env | null = env; at; at = at.parent) {
    for (const choice of at.choices ?? []) {
      if (choice.test === test) {
        found.push({ name: choice.name, value: truth ? choice.yes : choice.no });
      }
    }
    if (at.isFunction) break;
  }
  return found;
}

/** What a test says of names and properties, which answer the same when asked again. */
function answersOf(test: Node, truth: boolean, env: Env, depth = 0): Answer[] {
  if (depth > 8) return [];
  const both = (left: Node, right: Node) => [
    ...answersOf(left, truth, env, depth + 1),
    ...answersOf(right, truth, env, depth + 1),
  ];
  if (test.type === 'UnaryExpression' && test.operator === '!') {
    return answersOf(test.argument, !truth, env, depth + 1);
  }
  if (test.type === 'LogicalExpression') {
    return test.operator === (truth ? '&&' : '||') ? both(test.left, test.right) : [];
  }
  const isSteady =
    test.type === 'Identifier' || (test.type === 'MemberExpression' && !test.computed);
  return isSteady ? [{ test: env.file.text.slice(test.start, test.end), truth }] : [];
}
