// Threats by WebAssembly that comes over the network and is let out of its box.
import type { Node } from '../parse.ts';
import { EXEC, is, READ, REMOVE, WRITE } from './kinds.ts';
import { REMOTE } from './labels.ts';
import { lookup } from './model.ts';
import type { Call } from './model.ts';
import { unwrap } from './names.ts';
import { carried, report } from './scene.ts';
import type { Scene } from './scene.ts';

/** By itself such a program can only compute; what it is handed decides. */
export function judgeWasm(scene: Scene, call: Call, name: string): void {
  if (!/^WebAssembly\.instantiate(?:Streaming)?$/.test(name)) return;
  if ((carried(scene, call.arguments[0]) & REMOTE) === 0) return;
  const given = writtenOut(scene, call.arguments[1]);
  const isLetOut = scene.calls.some(
    (one) =>
      given !== null &&
      one.call.start >= given.start &&
      one.call.end <= given.end &&
      is(one.name, EXEC | READ | WRITE | REMOVE),
  );
  if (!isLetOut) return;
  report(scene, call, {
    ruleId: 'fetched-code-executed',
    severity: 'critical',
    message:
      'A program that came over the network is given the files or processes of this machine.',
  });
}

function writtenOut(scene: Scene, node: Node | undefined): Node | null {
  const value = node ? unwrap(node) : null;
  if (value?.type !== 'Identifier') return value;
  return lookup(scene.model, value)?.defs.find(({ kind }) => kind === 'init')?.value ?? null;
}
