// Threats by WebAssembly that comes over the network, or that is let out of its box.
import type { Node } from '../../parse.ts';
import { walkTree } from '../../nodes.ts';
import { destinationOf } from '../egress/destination.ts';
import { isStrange } from '../egress/second-places.ts';
import { CLIENT, CONNECTION, EXEC, is, READ, REMOVE, WRITE } from '../flow/kinds.ts';
import { REMOTE } from '../flow/labels.ts';
import { lookup } from '../flow/model.ts';
import type { Call } from '../flow/model.ts';
import { keyOf, nameOf, unwrap } from '../flow/names.ts';
import { carried, report } from '../scene.ts';
import type { Scene } from '../scene.ts';

const MAX_DEPTH = 3;
/** Glue that compilers write knows the files of every program, whether it opens them or not. */
const GLUE = /\bModule\[|wbg\.|__wbindgen|emscripten|\bFS\.|wasi_snapshot/;

/** By itself such a program can only compute; what it is handed decides. */
export function judgeWasm(scene: Scene, call: Call, name: string): void {
  const isMade = /^WebAssembly\.instantiate(?:Streaming)?$/.test(name);
  if (!isMade && !/^(?:new )?WebAssembly\.Instance$/.test(name)) return;
  const given = givenTo(scene, call.arguments[1], 0);
  const inner = scene.calls.filter(({ call: { start, end } }) =>
    given.some((node) => start >= node.start && end <= node.end),
  );
  const does = (kind: number) => inner.some((one) => is(one.name, kind));
  if (carried(scene, call.arguments[0]) & REMOTE) {
    if (!does(EXEC | READ | WRITE | REMOVE)) {
      noteFetchedModule(scene, call);
      return;
    }
    report(scene, call, {
      ruleId: 'fetched-code-executed',
      severity: 'critical',
      message:
        'A program that came over the network is given the files or processes of this machine.',
    });
    return;
  }
  const isOut = does(EXEC) || does(CLIENT | CONNECTION);
  const isIn = does(READ | WRITE | REMOVE) || readsEnvironment(scene, given);
  if (!scene.pkg.isSubject || !isOut || !(isIn || does(EXEC)) || GLUE.test(scene.file.text)) return;
  report(scene, call, {
    ruleId: 'unreadable-program',
    severity: 'high',
    message:
      'A WebAssembly program, which nobody can read, is given files or the environment and a way out of the machine.',
  });
}

/** It can only compute, but what it answers is what the model is told. */
function noteFetchedModule(scene: Scene, call: Call): void {
  const text = scene.textAround(call);
  if (!scene.pkg.isSubject || GLUE.test(text) || /createHash|subtle\.digest|integrity/.test(text))
    return;
  const isOthers = scene.calls.some(({ call: asked, name, args }) => {
    const host = is(name, CLIENT) ? destinationOf(scene, args).host : null;
    return host !== null && isStrange(scene, host) && scene.textAround(asked) === text;
  });
  if (!isOthers) return;
  report(scene, call, {
    ruleId: 'binary-download',
    severity: 'moderate',
    confidence: 'medium',
    message: 'A WebAssembly program is fetched as the server runs, whatever it is that day.',
  });
}

/** `process.env[name]` for whatever name the program asks. */
function readsEnvironment(scene: Scene, given: readonly Node[]): boolean {
  let isFound = false;
  for (const node of given)
    walkTree(node, (part) => {
      if (part.type !== 'MemberExpression' || !part.computed) return;
      const isUnknown = keyOf(scene.model, part) === null;
      if (isUnknown && nameOf(scene.model, part.object) === 'process.env') isFound = true;
    });
  return isFound;
}

/** The objects and functions that are handed over, where they are written out. */
function givenTo(scene: Scene, node: Node | undefined, depth: number): Node[] {
  if (!node || depth > MAX_DEPTH) return [];
  const value = unwrap(node);
  const fn = value.type === 'Identifier' ? lookup(scene.model, value)?.defs[0]?.value : undefined;
  if (fn) return givenTo(scene, fn, depth + 1);
  if (value.type !== 'ObjectExpression') return [value];
  return value.properties.flatMap((one) =>
    givenTo(scene, one.type === 'Property' ? one.value : one.argument, depth + 1),
  );
}
