// Tables of files that are written somewhere: settings among them after which an agent asks nobody any more.
import type { Node } from '../../parse.ts';
import { AGENT_PATH } from '../flow/labels.ts';
import { pathLabels } from '../data.ts';
import { is, WRITE } from '../flow/kinds.ts';
import { lookup } from '../flow/model.ts';
import { shapeOf, unwrap } from '../flow/names.ts';
import { reachOf } from '../flow/reach.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';
import { grantsAll } from './file-targets.ts';

const MAX_CHARS = 20_000;
const MAX_DEPTH = 4;
const MAX_PATHS = 40;
// "Writes .claude/settings.json, which allows all commands."
const SAID =
  /\bauto-?approv\w*|\bbypass\w*|\byolo\b|\bpermissions?\b|\bwithout (?:asking|prompts?|confirmation)|\bunattended\b/i;

/** `{ '.claude/settings.json': { permissions: ... } }`, `put('.vscode/settings.json', SETTINGS)`. */
export function findFileTables(scene: Scene): void {
  if (!scene.pkg.isSubject || !writesUnasked(scene)) return;
  let left = MAX_PATHS;
  for (const node of scene.model.strings) {
    if (node.type !== 'Literal' || typeof node.value !== 'string') continue;
    if ((pathLabels(node.value) & AGENT_PATH) === 0) continue;
    if (left-- <= 0) return;
    if (!besides(scene, node).some((one) => isGrave(textOf(scene, one, 0)))) continue;
    if (isSaid(scene, node.value)) continue;
    report(scene, node, {
      ruleId: 'agent-config-write',
      severity: 'critical',
      confidence: 'medium',
      message: 'Code writes settings after which an agent or editor runs things without asking.',
    });
  }
}

// What runs when a folder is opened.
const RUNS_BY_ITSELF =
  /\brunOn['"]?\s{0,3}:\s{0,3}['"]folderOpen|\bcurl\b[^\n|]{0,200}\|\s{0,3}(?:ba|z|da)?sh\b/;
const isGrave = (text: string): boolean => grantsAll(text) || RUNS_BY_ITSELF.test(text);

/** A command that a person starts by hand shows what it does. */
const writesUnasked = (scene: Scene): boolean =>
  scene.calls.some(({ call, name }) => is(name, WRITE) && reachOf(scene, call) !== 'command');

/** What stands in the same row, record or call. */
function besides(scene: Scene, node: Node): Node[] {
  const parent = scene.file.parentOf(node);
  if (parent?.type === 'Property') {
    if (parent.key === node) return [parent.value];
    const record = scene.file.parentOf(parent);
    return record?.type === 'ObjectExpression'
      ? record.properties.flatMap((one) => (one.type === 'Property' ? [one.value] : []))
      : [];
  }
  if (parent?.type === 'ArrayExpression') return parent.elements.filter((one) => one !== null);
  return parent?.type === 'CallExpression' ? parent.arguments : [];
}

/** As it is written, with what the names in it stand for. */
function textOf(scene: Scene, node: Node, depth: number): string {
  const value = unwrap(node);
  if (value.type !== 'Identifier') return scene.file.textOf(value).slice(0, MAX_CHARS);
  const def = lookup(scene.model, value)?.defs.find((one) => one.value !== null);
  return def?.value && depth < MAX_DEPTH ? textOf(scene, def.value, depth + 1) : '';
}

function isSaid(scene: Scene, path: string): boolean {
  const texts = [
    scene.declared.readme,
    ...scene.model.strings.map((one) => shapeOf(scene.model, one)),
  ];
  return texts.some((text) => text !== null && text.length > 15 && text !== path && isToldIn(text));
}

const isToldIn = (text: string): boolean => {
  const at = text.search(/\.claude\b|\.vscode\b|\.cursor\b|\bagents?\b|\bclaude\b|\bcopilot\b/i);
  return at >= 0 && SAID.test(text.slice(Math.max(0, at - 200), at + 400));
};
