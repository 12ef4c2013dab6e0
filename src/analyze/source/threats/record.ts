// Writes down what a file gives to, takes from and hands to others, for link.ts.
import { escapeExcerpt } from '../../text/escape.ts';
import type { Node } from '../parse.ts';
import {
  CRED,
  CRED_PARSED,
  DECODED,
  ENV,
  ENV_TEXT,
  INVISIBLE,
  LINKED,
  PARAM,
  REMOTE,
} from './labels.ts';
import { functionAround } from './model.ts';
import { carried } from './scene.ts';
import type { Scene } from './scene.ts';

const GIVEN = ENV | ENV_TEXT | CRED | CRED_PARSED | DECODED | INVISIBLE | REMOTE;
const IS_LOCAL = /^(?:new )?\.{1,2}\//;

/** A sink of which this file alone does not know what goes in. */
export function noteSink(
  scene: Scene,
  node: Node,
  kind: 'send' | 'run',
  labels: number,
  isForeign: boolean,
): void {
  if (labels & LINKED)
    scene.link.pending.push({ kind, labels, isForeign, threat: placeOf(scene, node) });
  if ((labels & PARAM) === 0) return;
  for (
    let fn = functionAround(scene.model, node);
    fn !== null;
    fn = functionAround(scene.model, fn.node)
  ) {
    scene.link.takers.set(fn.name === '' ? 'default' : fn.name, { kind, isForeign });
    if (isDefault(scene, fn.node)) scene.link.takers.set('default', { kind, isForeign });
  }
}

export function noteGiven(scene: Scene): void {
  for (const fn of scene.model.functions) {
    const labels = fn.labels & GIVEN;
    if (labels === 0) continue;
    give(scene, fn.name === '' || isDefault(scene, fn.node) ? 'default' : fn.name, labels);
    if (fn.name !== '') give(scene, fn.name, labels);
  }
  for (const [name, binding] of scene.model.scopes.get(scene.model.program) ?? []) {
    if (binding.labels & GIVEN) give(scene, name, binding.labels & GIVEN);
  }
  for (const { call, name, args } of scene.calls) {
    if (!IS_LOCAL.test(name)) continue;
    const labels = args.reduce((all, arg) => all | carried(scene, arg), 0) & (GIVEN | LINKED);
    if (labels) scene.link.handed.push({ name, labels, threat: placeOf(scene, call) });
  }
}

function give(scene: Scene, name: string, labels: number): void {
  scene.link.gives.set(name, (scene.link.gives.get(name) ?? 0) | labels);
}

function placeOf(scene: Scene, node: Node) {
  return {
    file: scene.file.path,
    line: scene.file.lineOf(node),
    excerpt: escapeExcerpt(scene.file.textOf(node)),
  };
}

function isDefault(scene: Scene, fn: Node): boolean {
  const parent = scene.file.parentOf(fn);
  if (parent?.type === 'ExportDefaultDeclaration') return true;
  return (
    parent?.type === 'AssignmentExpression' &&
    /^(?:module\.)?exports$/.test(scene.file.textOf(parent.left))
  );
}
