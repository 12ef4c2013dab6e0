// Threats by code that no source file shows: bytecode handed to the engine, programs in files named like pictures.
import type { Node } from '../../parse.ts';
import { walkTree } from '../../nodes.ts';
import { callsCode } from './code-runners.ts';
import { READ, is } from '../flow/kinds.ts';
import { FILES } from '../flow/labels.ts';
import { lookup } from '../flow/model.ts';
import type { Call } from '../flow/model.ts';
import { nameOf, propertyOf, shapeOf, unwrap } from '../flow/names.ts';
import { carried, report } from '../scene.ts';
import type { Scene } from '../scene.ts';

const OTHER_KIND =
  /\.(?:png|jpe?g|gif|ico|svg|webp|bmp|woff2?|ttf|otf|css|txt|md|dat|bin|pdf|mp[34]|wav|db|map|lock|log|bak)['"`]?\)?$/i;
const NAMED =
  /\.(?:png|jpe?g|gif|ico|svg|webp|bmp|woff2?|ttf|otf|css|txt|md|dat|bin|pdf|mp[34]|wav|db|map|lock|log|bak)['"`]/i;
const MAX_DEPTH = 5;

export function findHiddenCode(scene: Scene): void {
  for (const invocation of scene.calls) {
    const code = callsCode(scene, invocation);
    if (!code) continue;
    judgeBytecode(scene, invocation.call, code);
    if (carried(scene, code) & FILES && isFromOtherKind(scene, code, 0)) {
      report(scene, invocation.call, {
        ruleId: 'disguised-code',
        severity: 'critical',
        message: 'What stands in a file that is named like a picture or a text is run as code.',
      });
    }
  }
}

/** `new vm.Script(' '.repeat(n), { cachedData })`: the text is only there to have the right length. */
function judgeBytecode(scene: Scene, call: Call, code: Node): void {
  if (!scene.pkg.isSubject || !/\bvm\.Script$/.test(nameOf(scene.model, call.callee) ?? '')) return;
  const options = call.arguments[1];
  if (!options || !propertyOf(scene.model, options, 'cachedData')) return;
  const text = shapeOf(scene.model, code) ?? '';
  const isDummy = /\.repeat\(|\bdummy/i.test(sourceText(scene, code)) || isBlank(text);
  if (!isDummy || carried(scene, code) & FILES) return;
  report(scene, call, {
    ruleId: 'unreadable-program',
    severity: 'high',
    message: 'Bytecode is run in place of a source text that has only its length.',
  });
}

const isBlank = (text: string): boolean => text !== '' && /^[\s\u0000\u200b;'"]*$/.test(text);

/** The expression, or what its variable was given. */
function sourceText(scene: Scene, node: Node): string {
  const value = unwrap(node);
  const def = value.type === 'Identifier' ? lookup(scene.model, value)?.defs[0]?.value : null;
  return scene.file.textOf(def ?? value).slice(0, 300);
}

/** Follows variables to the call that reads. */
function isFromOtherKind(scene: Scene, node: Node, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  let isFound = false;
  walkTree(node, (part) => {
    if (isFound) return;
    if (part.type === 'CallExpression') {
      const [path] = part.arguments;
      if (path && is(nameOf(scene.model, part.callee) ?? '', READ)) isFound = isOther(scene, path);
    }
    if (part.type !== 'Identifier' || isFound) return;
    for (const { value } of lookup(scene.model, part)?.defs.slice(0, 3) ?? [])
      if (value && value.end - value.start < 600 && isFromOtherKind(scene, value, depth + 1))
        isFound = true;
  });
  return isFound;
}

const isOther = (scene: Scene, path: Node): boolean =>
  OTHER_KIND.test(shapeOf(scene.model, path) ?? '') || NAMED.test(sourceText(scene, path));
