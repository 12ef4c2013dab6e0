// Adds labels to bindings and fields, and notes that something changed.
import type { Node } from '../parse.ts';
import type { Flow } from './callees.ts';
import { named, SHELL, SOCKET } from './labels.ts';
import { fieldKey, lookup, plainKey } from './model.ts';
import type { Binding } from './model.ts';
import { keyOf, unwrap } from './names.ts';

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
  if ((binding.labels | labels) === binding.labels) return;
  binding.labels |= labels;
  flow.changed = true;
}

/** `object.key = value`: the field of `this`, or the variable that holds the object. */
export function taint(flow: Flow, target: Node, labels: number): void {
  let at: Node = target;
  for (let depth = 0; at.type === 'MemberExpression' && depth < 10; depth++) {
    const object = unwrap(at.object);
    if (object.type === 'ThisExpression') {
      const key = keyOf(flow.model, at);
      if (key !== null) addField(flow, fieldKey(at, key), labels);
      return;
    }
    at = object;
  }
  if (at.type !== 'Identifier' || at.name === 'module' || at.name === 'exports') return;
  const binding = lookup(flow.model, at);
  if (binding) add(flow, binding, labels & ~(SOCKET | SHELL));
}

export function addField(flow: Flow, key: string, labels: number): void {
  const before = flow.model.fields.get(key) ?? 0;
  if ((before | labels) === before) return;
  flow.model.fields.set(key, before | labels);
  flow.changed = true;
}
