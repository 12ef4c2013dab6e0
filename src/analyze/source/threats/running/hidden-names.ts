// Threats by names of modules and functions that are written so that a search does not find them.
import type { Node } from '../../parse.ts';
import { patterns } from '../data.ts';
import { lookup } from '../flow/model.ts';
import { constantOf, unwrap } from '../flow/names.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';

const PIECED = new Set([
  'BinaryExpression',
  'CallExpression',
  'TemplateLiteral',
  'MemberExpression',
]);

/** Names of modules and functions that are written so that a search does not find them. */
export function findHiddenNames(scene: Scene): void {
  const check = (node: Node | undefined, at: Node) => {
    if (!node) return;
    const made = sourceOf(scene, unwrap(node));
    if (!PIECED.has(made.type)) return;
    const text = constantOf(scene.model, made)?.replace(/^node:/, '');
    if (!text || !patterns.hiddenName.test(text)) return;
    if (isEnum(made, text)) return;
    const written = scene.file.text.slice(made.start, made.end);
    // Also in `${prefix}name`, where a search finds the name.
    if (new RegExp(`['"\`}](?:node:)?${text}['"\`]`).test(written)) return;
    const isStrong =
      /^(?:child_process|eval|Function|exec|execSync|spawn|spawnSync|net|dgram|vm)$/.test(text);
    // What hides that it runs whatever it is given is a back door.
    const isDoor = RUNS.test(text) && isOpen(scene, at);
    report(scene, at, {
      ruleId: 'hidden-name',
      severity: isDoor ? 'critical' : isStrong ? 'high' : 'moderate',
      confidence: 'medium',
      message:
        'The name of a module or function is put together from pieces, so that a search does not find it.',
    });
  };
  for (const { call, name } of scene.calls) {
    if (call.callee.type === 'Identifier' || /require/.test(name)) check(call.arguments[0], call);
    for (
      let at = unwrap(call.callee), depth = 0;
      at.type === 'MemberExpression' && depth < 4;
      at = unwrap(at.object), depth++
    ) {
      if (at.computed) check(at.property, call);
    }
  }
  for (const node of scene.model.imports) check(node.source, node);
}

const RUNS = /^(?:exec|execSync|execFile|execFileSync|spawn|spawnSync|eval|Function)$/;

/** Called with what nobody can read in the code. */
const isOpen = ({ model }: Scene, at: Node): boolean => {
  if (at.type !== 'CallExpression') return false;
  const [first] = at.arguments;
  return first !== undefined && constantOf(model, first) === null;
};

/** `Protocols.HTTP`, which is 'http': the name stands there, though in capitals. */
const isEnum = (node: Node, text: string): boolean =>
  node.type === 'MemberExpression' &&
  !node.computed &&
  node.property.type === 'Identifier' &&
  node.property.name.toLowerCase() === text.toLowerCase();

function sourceOf(scene: Scene, node: Node): Node {
  if (node.type !== 'Identifier') return node;
  const defs = lookup(scene.model, node)?.defs.filter((def) => def.value !== null) ?? [];
  const value =
    defs.length === 1 && defs[0]?.kind === 'init' && defs[0].path.length === 0
      ? defs[0].value
      : null;
  return value ? unwrap(value) : node;
}
