// Threats by what is written: configuration of agents, git hooks, autostart.
import type { Node } from '../../parse.ts';
import { candidatesOf } from '../flow/candidates.ts';
import { pathLabels } from '../data.ts';
import { WRITE, is } from '../flow/kinds.ts';
import { CI_PATH } from '../flow/labels.ts';
import { atStart, graded, isAbout, isSetupCommand, TARGETS } from './file-targets.ts';
import type { Target } from './file-targets.ts';
import { keyOf, propertyOf, shapeOf, unwrap } from '../flow/names.ts';
import { GUARDED_TARGET, isGuarded } from '../protections.ts';
import { reachOf } from '../flow/reach.ts';
import { offer } from '../flow/record.ts';
import { judgeRansom, judgeRemove } from './removal.ts';
import { rowTexts } from '../flow/rows.ts';
import { carried, report } from '../scene.ts';
import type { Scene } from '../scene.ts';
import * as calls from '../flow/vocabulary.ts';

const COMMITS = /^(?:createOrUpdateFileContents|createOrUpdateTextFile|createFile|commitFile)$/;
const MAX_CONTENT = 100_000;
const BUNDLE_CALLS = 10_000;

export function findFileThreats(scene: Scene): void {
  for (const { call, name } of scene.calls) {
    if (is(name, WRITE)) judgeWrite(scene, call, name);
    if (calls.isRecursiveRemove(name)) judgeRemove(scene, call);
    judgeUnknownWriter(scene, call, name);
    judgeCommit(scene, call);
    judgeGitConfig(scene, call);
    if (calls.isRemove(name)) judgeRansom(scene, call);
  }
}

/** `git.addConfig('core.hooksPath', folder)`: from then on git runs what lies there. */
function judgeGitConfig(scene: Scene, call: Scene['calls'][number]['call']): void {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return;
  const method = keyOf(scene.model, callee) ?? '';
  if (method !== 'addConfig' && method !== 'setConfig' && method !== 'raw') return;
  const isHooks = call.arguments
    .slice(0, 3)
    .some((arg) => candidatesOf(scene, arg).some((one) => HOOKS_CONFIG.test(one)));
  const target = TARGETS.find(({ ruleId }) => ruleId === 'git-hook-write');
  if (isHooks && target) tell(scene, call, target, '');
}
const HOOKS_CONFIG = /^(?:core\.hooksPath|init\.templateDir)$/i;

/** A file that the API of a forge is told to commit; its content is often encoded. */
function judgeCommit(scene: Scene, call: Scene['calls'][number]['call']): void {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return;
  if (!COMMITS.test(keyOf(scene.model, callee) ?? '')) return;
  const path = propertyOf(scene.model, call.arguments[0] ?? null, 'path');
  if (!path || (carried(scene, path) & CI_PATH) === 0) return;
  // A joined view holds the manifest as well, whose addresses are no part of what is committed.
  const texts = scene.model.strings
    .filter((node) => scene.placeOf(node).file !== 'package.json')
    .map((node) => shapeOf(scene.model, node) ?? '');
  for (const target of TARGETS)
    if (target.label === CI_PATH) tell(scene, call, target, texts.join('\n').slice(0, MAX_CONTENT));
}

function judgeWrite(scene: Scene, call: Scene['calls'][number]['call'], name: string): void {
  const isCopy = /copy|cp|rename|symlink/i.test(name);
  if (/\.(?:open|openSync)$/.test(name) && !/['"`](?:w|a|r\+)/.test(scene.file.textOf(call)))
    return;
  const path = call.arguments[isCopy ? 1 : 0];
  if (!path) return;
  judgeTarget(scene, call, path, call.arguments.slice(1));
}

/** `writeConfig(path, …)` of the same file is followed by the data flow; a library's is not. */
function judgeUnknownWriter(
  scene: Scene,
  call: Scene['calls'][number]['call'],
  name: string,
): void {
  if (name === '' || name.startsWith('function') || is(name, WRITE)) return;
  if (
    !/(?:^|[.#])(?:writeJson|outputJson|writeFile|write-json-file\.writeJsonFile|conf\.set|writeJsonFile)(?:Sync)?$/i.test(
      name,
    )
  )
    return;
  if (call.arguments[0]) judgeTarget(scene, call, call.arguments[0], call.arguments.slice(1));
}

function judgeTarget(scene: Scene, call: Node, path: Node, rest: readonly Node[]): void {
  const isBundle = scene.calls.length > BUNDLE_CALLS;
  // In a bundle too many things have one name; only a path that is written out counts.
  const labels = isBundle
    ? pathLabels(shapeOf(scene.model, path) ?? '')
    : carried(scene, path) | listedLabels(scene, path);
  const content = rest.map((node) => shapeOf(scene.model, node) ?? '').join(' ');
  if (candidatesOf(scene, path).some(isGuarded)) tell(scene, call, GUARDED_TARGET, content);
  for (const target of TARGETS) {
    if ((labels & target.label) === 0) continue;
    tell(scene, call, target, content);
  }
}

/** `${home}/${name}` for each name of a list, `join(home, ...parts)` for each list of parts. */
const listedLabels = (scene: Scene, path: Node): number =>
  [...rowTexts(scene, path), ...candidatesOf(scene, path)].reduce(
    (labels, text) => labels | pathLabels(text.replace(/^\u0000\/?/, '~/')),
    0,
  );

/** Where only other files know who calls it, they decide. */
function tell(scene: Scene, call: Node, target: Target, content: string): void {
  const reach = isSetupCommand(scene, call) ? 'command' : reachOf(scene, call);
  const told = graded(scene, reach, target, content, scene.textAround(call).slice(0, MAX_CONTENT));
  const isOpen = reach === 'unknown' && !isAbout(scene, target.ruleId);
  if (!isOpen || !offer(scene, call, atStart(target, content), told)) report(scene, call, told);
}
