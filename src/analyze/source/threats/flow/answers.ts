// The expressions that an expression may come to when it is run.
import type { Node } from '../../parse.ts';
import { calleesOf, functionsIn } from './callees.ts';
import { lookup } from './model.ts';
import type { Fn, Model } from './model.ts';
import { keyOf, nameOf, unwrap } from './names.ts';

const MAX_ANSWERS = 40;

/** What an expression may come to: through functions of its own, branches, promises, and what is kept for later. */
export function answersOf(model: Model, node: Node | null, depth = 0): Node[] {
  if (!node || depth > 6) return [];
  const value = unwrap(node);
  const of = (one: Node | null | undefined) => answersOf(model, one ?? null, depth + 1);
  const returned = (fns: readonly Fn[]) =>
    fns.slice(0, 3).flatMap(({ returns }) => returns.slice(0, 4).flatMap(of));
  switch (value.type) {
    case 'ConditionalExpression':
      return [...of(value.consequent), ...of(value.alternate)];
    case 'LogicalExpression':
      return [...of(value.left), ...of(value.right)];
    case 'AssignmentExpression':
      return of(value.right);
    case 'Identifier': {
      const kept = (lookup(model, value)?.defs ?? []).slice(0, 4);
      const values = kept.filter(({ path }) => path.length === 0).map((def) => def.value);
      return [value, ...values.flatMap(of)].slice(0, MAX_ANSWERS);
    }
    case 'CallExpression': {
      const callee = unwrap(value.callee);
      const method = callee.type === 'MemberExpression' ? (keyOf(model, callee) ?? '') : '';
      if (callee.type === 'MemberExpression' && /^(?:then|catch|finally)$/.test(method))
        return [
          ...value.arguments.flatMap((arg) => returned(functionsIn(model, arg))),
          ...of(callee.object),
        ].slice(0, MAX_ANSWERS);
      if (nameOf(model, callee) === 'Promise.resolve') return of(value.arguments[0]);
      return [value, ...returned(calleesOf(model, value))].slice(0, MAX_ANSWERS);
    }
    default:
      return [value];
  }
}
