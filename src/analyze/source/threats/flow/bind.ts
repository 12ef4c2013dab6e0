// Adds labels to bindings and fields, and notes that something changed.
import type { Node } from '../../parse.ts';
import type { Flow } from './callees.ts';
import { named, REMOTE, SHELL, SOCKET } from './labels.ts';
import { FIELDS } from './memo.ts';
import { fieldKey, lookup, plainKey } from './model.ts';
import type { Binding } from './model.ts';
import { keyOf, unwrap } from './names.ts';

/** In a list of keys: it may stand at any. */
export const ANY_KEY = '*';
const MAX_KEYS = 50;

/** Adds labels to what a pattern binds. */
export function bindLabels(flow: Flow, pattern: Node | undefined, labels: number, depth = 0): void {
  if (!pattern || labels === 0 || depth > 10) return;
  switch (pattern.type) {
    case 'Identifier': {
      const binding = lookup(flow.model, pattern);
      if (binding) add(flow, binding, labels);
      return;
    }
    case 'AssignmentPattern':
      bindLabels(flow, pattern.left, labels, depth + 1);
      return;
    case 'RestElement':
      bindLabels(flow, pattern.argument, labels, depth + 1);
      return;
    case 'ArrayPattern':
      for (const part of pattern.elements) if (part) bindLabels(flow, part, labels, depth + 1);
      return;
    case 'ObjectPattern':
      for (const part of pattern.properties) {
        if (part.type === 'RestElement') bindLabels(flow, part.argument, labels, depth + 1);
        else bindLabels(flow, part.value, named(labels, plainKey(part.key)), depth + 1);
      }
      return;
    default:
  }
}

export function add(flow: Flow, binding: Binding, labels: number): void {
  addAt(flow, binding, labels, [ANY_KEY]);
}

/** Adds labels to a variable that holds an object; what is remote in it stands at these keys only. */
export function addAt(flow: Flow, binding: Binding, labels: number, keys: Iterable<string>): void {
  if (labels & REMOTE) {
    const known = flow.remoteAt.get(binding) ?? new Set();
    flow.remoteAt.set(binding, known);
    for (const key of keys) {
      if (known.has(key) || known.has(ANY_KEY)) continue;
      known.add(known.size < MAX_KEYS ? key : ANY_KEY);
      flow.memo.changes |= binding.bit;
    }
  }
  if ((binding.labels | labels) === binding.labels) return;
  binding.labels |= labels;
  flow.memo.changes |= binding.bit;
}

/** `object.key = value`: the field of `this`, or the variable that holds the object. */
export function taint(flow: Flow, target: Node, labels: number): void {
  let at: Node = target;
  let first = ANY_KEY;
  for (let depth = 0; at.type === 'MemberExpression' && depth < 10; depth++) {
    const object = unwrap(at.object);
    if (object.type === 'ThisExpression') {
      const key = keyOf(flow.model, at);
      if (key !== null) addField(flow, fieldKey(at, key), labels);
      return;
    }
    first = keyOf(flow.model, at) ?? ANY_KEY;
    at = object;
  }
  if (at.type !== 'Identifier' || at.name === 'module' || at.name === 'exports') return;
  const binding = lookup(flow.model, at);
  if (binding) addAt(flow, binding, labels & ~(SOCKET | SHELL), [first]);
}

export function addField(flow: Flow, key: string, labels: number): void {
  const before = flow.model.fields.get(key) ?? 0;
  if ((before | labels) === before) return;
  flow.model.fields.set(key, before | labels);
  flow.memo.changes |= FIELDS;
}

/** Whether what is remote in the object of a variable may stand at this key of it. */
export function holdsRemote(flow: Flow, object: Node, key: string): boolean {
  const at = unwrap(object);
  const binding = at.type === 'Identifier' ? lookup(flow.model, at) : null;
  if (binding) flow.memo.reads |= binding.bit;
  const keys = binding ? flow.remoteAt.get(binding) : undefined;
  return keys === undefined || keys.has(ANY_KEY) || keys.has(key);
}
