// `a?.b` as compilers write it for old engines: one helper for the whole file, in which everything would meet.
import type { Node } from '../../parse.ts';
import type { Call } from './model.ts';
import { unwrap } from './names.ts';

const HELPER = /^_(?:async)?[oO]ptionalChain(?:Delete)?$/;
const STEP = /^(?:access|optionalAccess|call|optionalCall)$/;

/** `_optionalChain([a, 'optionalAccess', _ => _.b])`: what it starts with, and the keys on the way; null if it is none. */
export function optionalChain(call: Call): { start: Node; keys: string[] } | null {
  const [list] = call.arguments;
  const callee = unwrap(call.callee);
  if (callee.type !== 'Identifier' || !HELPER.test(callee.name)) return null;
  if (list?.type !== 'ArrayExpression') return null;
  const [start, ...steps] = list.elements;
  const isWritten = steps.every((step, index) =>
    index % 2 === 0
      ? step?.type === 'Literal' && STEP.test(String(step.value))
      : step?.type === 'ArrowFunctionExpression',
  );
  if (!start || !isWritten || steps.length === 0) return null;
  return { start, keys: steps.flatMap((step) => keyOf(step) ?? []) };
}

function keyOf(step: Node | null): string | null {
  if (step?.type !== 'ArrowFunctionExpression') return null;
  const body = step.body as Node;
  const read = body.type === 'CallExpression' ? unwrap(body.callee) : body;
  if (read.type !== 'MemberExpression') return null;
  return !read.computed && read.property.type === 'Identifier' ? read.property.name : null;
}
