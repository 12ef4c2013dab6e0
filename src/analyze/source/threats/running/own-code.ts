// Code that writes over the package it belongs to with what came over the network.
import type { Node } from '../../parse.ts';
import { walkTree } from '../../nodes.ts';
import { isCloselyRead } from '../closeness.ts';
import { UNPACKER } from './dropped.ts';
import { CLIENT, is } from '../flow/kinds.ts';
import { REMOTE } from '../flow/labels.ts';
import { lookup } from '../flow/model.ts';
import type { Call } from '../flow/model.ts';
import { nameOf, propertyOf, shapeOf } from '../flow/names.ts';
import { reachOf } from '../flow/reach.ts';
import { carried, carriedByAll, report } from '../scene.ts';
import type { Scene } from '../scene.ts';

const HERE = /^(?:__dirname|__filename|import\.meta|require\.main|process\.argv\.1)\b/;
const SELF =
  /^(?:__filename|process\.argv\[1\]|require\.main\.filename|(?:\w{1,20}\.)?fileURLToPath\(import\.meta\.url\)|new URL\(import\.meta\.url\))$/;
const CODE = /\.(?:[cm]?[jt]sx?|node)$|(?:^|[/\\])package\.json$/;
/** Folders in which a package keeps what is not its code. */
const APART =
  /(?:^|[/\\])(?:\.?cache|data|tmp|temp|models?|assets|downloads?|vendor|bin|logs?)(?:[/\\]|$)/i;
const SIGNED = /\bcreateVerify\(|\bverify\(|\bssri\.|sigstore|minisign|signify/;
const DIGEST = /\bcreateHash\(|\bdigest\(/;
const MAX_DEPTH = 5;

/** `writeFile(new URL(name, import.meta.url), body)` of a fetched body. */
export function judgeOwnCode(scene: Scene, call: Call, name: string): void {
  const path = call.arguments[0];
  if (!path || /copy|cp|rename|symlink|open/i.test(name) || !isCloselyRead(scene.pkg)) return;
  if ((carriedByAll(scene, call.arguments.slice(1)) & REMOTE) === 0 || !isHere(scene, path, 0))
    return;
  const shape = shapeOf(scene.model, path) ?? '';
  // Who sends the file also says what it is called.
  const isNamedThere = (carried(scene, path) & REMOTE) !== 0 && !/\.\w{2,5}$/.test(shape);
  const isSelf = SELF.test(scene.file.textOf(path));
  if (APART.test(shape) || (!CODE.test(shape) && !isNamedThere && !isSelf)) return;
  const { text } = scene.file;
  const isAsked = reachOf(scene, call) === 'command';
  const isChecked = SIGNED.test(text) || isAsked || isWrittenAsData(scene, call.arguments[1]);
  report(scene, call, {
    ruleId: 'self-update',
    severity: isChecked ? 'low' : DIGEST.test(text) ? 'moderate' : 'critical',
    confidence: isChecked || DIGEST.test(text) ? 'medium' : 'high',
    message: 'The package writes over its own code with what it fetched.',
  });
}

/** `exports.settings = ${JSON.stringify(answer)};`: what was fetched stands there as data. */
function isWrittenAsData(scene: Scene, content: Node | undefined): boolean {
  if (content?.type !== 'TemplateLiteral') return false;
  const fixed = content.quasis.map(({ value }) => value.raw).join('');
  if (!/\b(?:exports|export|return|const)\b/.test(fixed) || RUNS.test(fixed)) return false;
  return content.expressions.every(
    (part) =>
      (carried(scene, part) & REMOTE) === 0 ||
      (part.type === 'CallExpression' && nameOf(scene.model, part.callee) === 'JSON.stringify'),
  );
}
const RUNS = /\b(?:eval|Function|import|require|exec|execSync|spawn|spawnSync|vm)\s{0,3}[(.]/;

/** `tar.x({ cwd: here })` of what is fetched: the package is replaced as a whole. */
export function judgeOwnUnpacking(scene: Scene, call: Call, name: string): void {
  if (!UNPACKER.test(name) || !isCloselyRead(scene.pkg)) return;
  const options = call.arguments.at(-1) ?? null;
  const into = ['cwd', 'C', 'dir', 'path']
    .map((key) => propertyOf(scene.model, options, key))
    .find((one) => one !== null);
  const target =
    into ?? (/unzipper|adm-zip|tar-fs|decompress/.test(name) ? call.arguments.at(0) : null);
  if (!target || !isHere(scene, target, 0) || APART.test(shapeOf(scene.model, target) ?? ''))
    return;
  const isFetching = scene.calls.some((one) => is(one.name, CLIENT) || FETCHES.test(one.name));
  const { text } = scene.file;
  if (!isFetching || SIGNED.test(text) || DIGEST.test(text)) return;
  if (reachOf(scene, call) === 'command') return;
  report(scene, call, {
    ruleId: 'self-update',
    severity: 'critical',
    message: 'The package writes over its own code with what it fetched.',
  });
}
const FETCHES = /^https?\.(?:get|request)$/;

/** Whether a path is built on the place of the file itself. */
function isHere(scene: Scene, node: Node, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  let isFound = false;
  walkTree(node, (part) => {
    if (isFound) return;
    if (part.type === 'MetaProperty') isFound = true;
    if (part.type !== 'Identifier' && part.type !== 'MemberExpression') return;
    if (HERE.test(nameOf(scene.model, part) ?? '')) isFound = true;
    if (part.type !== 'Identifier' || isFound) return;
    for (const def of lookup(scene.model, part)?.defs.slice(0, 3) ?? []) {
      const isPlace = def.value && (def.kind === 'init' || def.kind === 'assign');
      if (
        isPlace &&
        def.value &&
        def.value.end - def.value.start < 400 &&
        isHere(scene, def.value, depth + 1)
      )
        isFound = true;
    }
  });
  return isFound;
}
