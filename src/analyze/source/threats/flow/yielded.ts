// What a property of a function's answer is, where the function writes its answers out.
import type { Node } from '../../parse.ts';
import { calleesOf } from './callees.ts';
import { lookup, plainKey } from './model.ts';
import type { Model } from './model.ts';
import { unwrap } from './names.ts';

/** The values of `key` in what a call yields; null if some answer is not written out. */
export function yieldedProperty(model: Model, node: Node, key: string): Node[] | null {
  const holder = valueOf(model, unwrap(node));
  if (holder?.type !== 'CallExpression') return null;
  const [fn, ...others] = calleesOf(model, holder);
  if (!fn || others.length > 0 || fn.returns.length === 0) return null;
  const found: Node[] = [];
  for (const answer of fn.returns.map(unwrap)) {
    if (answer.type === 'Literal' && answer.value === null) continue;
    if (answer.type !== 'ObjectExpression') return null;
    for (const property of answer.properties) {
      if (property.type !== 'Property' || property.computed) return null;
      if (plainKey(property.key) === key) found.push(property.value);
    }
  }
  return found;
}

/** What a variable that is given one value only holds. */
function valueOf(model: Model, node: Node): Node | null {
  if (node.type !== 'Identifier') return node;
  const defs = lookup(model, node)?.defs.filter(({ value }) => value !== null) ?? [];
  const [def] = defs;
  if (defs.length !== 1 || def?.kind !== 'init' || def.path.length > 0) return null;
  return def.value && unwrap(def.value);
}
