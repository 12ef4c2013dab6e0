// Threats by what is fed to the programs that keep the jobs of a user: crontab, at.
import type { Node } from '../../parse.ts';
import { walkTree } from '../../nodes.ts';
import { candidatesOf } from '../flow/candidates.ts';
import { functionAround } from '../flow/model.ts';
import type { Call } from '../flow/model.ts';
import { shapeOf, unwrap } from '../flow/names.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';
import { shellThreats } from './shell.ts';

const MAX_AROUND = 6000;

/** `crontab -`, `crontab`, `crontab -u me -`, `at now + 1 hour`. */
export const isTableProgram = (shape: string, list: string): boolean =>
  /^(?:\/usr\/bin\/)?(?:crontab(?: -u \S{1,60})?(?: -)?|at (?:now|midnight|noon|-t |\d)[^|;&]{0,40}|batch)$/.test(
    `${shape} ${list}`.trim(),
  );

/** What comes over the standard input becomes jobs: one that downloads and runs is the same thing later. */
export function judgeTable(scene: Scene, call: Call): void {
  const { declared, pkg } = scene;
  const context = { readme: declared.readme, declared, name: pkg.name };
  const texts = fedTo(scene, call).flatMap((node) => {
    const shape = shapeOf(scene.model, node);
    return shape === null ? candidatesOf(scene, node) : [shape];
  });
  const found = texts
    .flatMap((text) => text.split('\n').flatMap((line) => shellThreats(line, context)))
    .find(({ severity }) => severity === 'critical' || severity === 'high');
  if (!found) return;
  report(scene, call, {
    ruleId: 'autostart-write',
    severity: 'critical',
    message: `A job is put into the schedule of the user: ${found.message}`,
  });
}

/** `{ input }`, and what the code around writes to the `stdin` of a child. */
function fedTo(scene: Scene, call: Call): Node[] {
  const fed: Node[] = [];
  for (const arg of call.arguments) {
    if (arg.type !== 'ObjectExpression') continue;
    for (const one of arg.properties)
      if (one.type === 'Property' && scene.file.textOf(one.key) === 'input') fed.push(one.value);
  }
  const around = functionAround(scene.model, call)?.node ?? scene.file.program;
  if (around.end - around.start > MAX_AROUND && around !== scene.file.program) return fed;
  walkTree(around, (node) => {
    if (node.type !== 'CallExpression' || fed.length > 20) return;
    const callee = unwrap(node.callee);
    if (callee.type !== 'MemberExpression' || callee.computed) return;
    const isWrite = /^(?:write|end)$/.test(scene.file.textOf(callee.property));
    if (!isWrite || !/\bstdin$/.test(scene.file.textOf(callee.object))) return;
    if (node.arguments[0]) fed.push(node.arguments[0]);
  });
  return fed;
}
