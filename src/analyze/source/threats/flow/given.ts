// What callers hand to the parameters of a file's functions: values, and functions to be called.
import type { Node } from '../../parse.ts';
import { handingsOf } from './handings.ts';
import { lookup, plainKey } from './model.ts';
import type { Call, Model } from './model.ts';
import { propertyOf } from './names.ts';

const ROUNDS = 3;
const MAX_GIVEN = 6;
const MAX_CALLS = 15_000;

/** Fills `given` of the parameters; a function that is handed on may hand on others itself. */
export function handOver(model: Model): void {
  if (model.calls.length > MAX_CALLS) return;
  for (let round = 0; round < ROUNDS; round++) {
    let isNew = false;
    for (const call of model.calls) isNew = handArguments(model, call) || isNew;
    // What was not known of a parameter before may be now.
    model.callees.clear();
    model.names.clear();
    model.shapes.clear();
    if (!isNew) return;
  }
}

function handArguments(model: Model, call: Call): boolean {
  let isNew = false;
  for (const { fn, args } of handingsOf(model, call)) {
    fn.params.forEach((param, index) => {
      const given = args[index];
      if (given && given.type !== 'SpreadElement') isNew = hand(model, param, given, 0) || isNew;
    });
  }
  return isNew;
}

function hand(model: Model, param: Node, given: Node, depth: number): boolean {
  if (param.type === 'AssignmentPattern') return hand(model, param.left, given, depth);
  if (param.type === 'Identifier') {
    const binding = lookup(model, param);
    const list = binding?.given;
    if (!list || list.includes(given) || list.length >= MAX_GIVEN) return false;
    // A function that calls itself again with the same says nothing new.
    if (given.type === 'Identifier' && lookup(model, given) === binding) return false;
    list.push(given);
    return true;
  }
  if (param.type !== 'ObjectPattern' || depth > 3) return false;
  let isNew = false;
  for (const part of param.properties) {
    if (part.type !== 'Property' || part.computed) continue;
    const value = propertyOf(model, given, plainKey(part.key));
    if (value) isNew = hand(model, part.value, value, depth + 1) || isNew;
  }
  return isNew;
}
