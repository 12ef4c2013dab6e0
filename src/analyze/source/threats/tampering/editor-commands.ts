// Commands that code writes into settings which an editor runs by itself when a folder is opened.
import { walkTree } from '../../nodes.ts';
import { plainKey } from '../flow/model.ts';
import { shapeOf } from '../flow/names.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';
import { shellThreats } from '../running/shell.ts';

const OPENED =
  /folderOpen|\b(?:initialize|onCreate|updateContent|postCreate|postStart|postAttach)Command\b/;
const CONTAINER = /^(?:initialize|onCreate|updateContent|postCreate|postStart|postAttach)Command$/;
const FETCHES =
  /\b(?:fetch|https?\.get)\([\s\S]{0,200}\b(?:eval|Function|exec)\b|\bcurl\b[^\n]{0,300}\||\bnpx\s+-y\b/;

export function findEditorCommands(scene: Scene): void {
  if (!scene.pkg.isSubject || !OPENED.test(scene.file.text)) return;
  for (const node of scene.file.nodesOf('Property')) {
    const key = plainKey(node.key);
    const isTask = key === 'command' && runsOnOpen(scene, node);
    if (!isTask && !CONTAINER.test(key)) continue;
    const line = shapeOf(scene.model, node.value) ?? '';
    const context = {
      readme: scene.declared.readme,
      declared: scene.declared,
      name: scene.pkg.name,
    };
    const isGrave =
      FETCHES.test(line) ||
      shellThreats(line, context).some(
        ({ severity }) => severity === 'critical' || severity === 'high',
      );
    if (line !== '')
      report(scene, node, {
        ruleId: 'agent-config-write',
        severity: isGrave ? 'critical' : 'low',
        confidence: isGrave ? 'high' : 'medium',
        message:
          'Code holds settings with which an editor runs a command as soon as a folder is opened.',
      });
  }
}

/** `{ command, runOptions: { runOn: 'folderOpen' } }`. */
function runsOnOpen(scene: Scene, command: Parameters<typeof report>[1]): boolean {
  const task = scene.file.parentOf(command);
  let isFound = false;
  if (task)
    walkTree(task, (part) => {
      if (part.type === 'Literal' && part.value === 'folderOpen') isFound = true;
    });
  return isFound;
}
