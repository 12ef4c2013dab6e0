// Threats to the packages that are installed beside it: code of others that is changed where it lies.
import type { Severity } from '../../../../types.ts';
import type { Node } from '../../parse.ts';
import { runsAtInstall } from '../closeness.ts';
import { walkBehind } from '../flow/behind.ts';
import { WRITE, is } from '../flow/kinds.ts';
import type { Call } from '../flow/model.ts';
import { constantOf, nameOf, shapeOf } from '../flow/names.ts';
import { reachOf } from '../flow/reach.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';

/** Caches and what generators put there are nobody's code. */
const BESIDE = /(?:^|[/\\\u0000])node_modules(?:[/\\](?!\.)[^*!?]{0,200})?$/;
const RESOLVED =
  /^(?:require\.resolve|import\.meta\.resolve|\w{1,20}\.resolve|module\.createRequire\(\)\.resolve)$/;
const JOINS = /^(?:path\.(?:(?:posix|win32)\.)?(?:join|resolve)|new URL|url\.fileURLToPath)$/;
const MOVES = /copy|cp|rename|symlink|move/i;
const WORTH = /node_modules|require\.resolve|\.resolve\(/;
/** What is no code: data that a tool builds there. */
const DATA = /\.(?:md|txt|log|wasm|map|lock|png|svg|ico|html?|css|db|sqlite3?)$/i;

/** What nobody needs to mend an import. */
const CODE =
  /\brequire\(|\bimport\(|\bfetch\(|https?:\/\/|\beval\(|child_process|process\.env|globalThis/;
/** A fault of another package, put right where it stands. */
const MENDS = /\.replace(?:All)?\(/;

export function findNeighbourWrites(scene: Scene): void {
  if (!WORTH.test(scene.file.text)) return;
  for (const { call, name } of scene.calls) {
    if (!is(name, WRITE)) continue;
    const path = call.arguments[MOVES.test(name) ? 1 : 0];
    const isInstall = runsAtInstall(scene.pkg, scene.placeOf(call).file);
    if (!path || (!scene.pkg.isSubject && !isInstall) || !leadsBeside(scene, path)) continue;
    if (/\.open(?:Sync)?$/.test(name) && !/['"`](?:w|a|r\+)/.test(scene.file.textOf(call)))
      continue;
    const severity = gradeOf(scene, call, isInstall);
    if (severity === null) continue;
    report(scene, call, {
      ruleId: 'package-tampering',
      severity,
      confidence: severity === 'critical' ? 'high' : 'medium',
      message: 'Code writes into other packages that are installed beside it.',
    });
  }
}

/** `join(root, 'node_modules', name, file)`, `require.resolve('other')`, also where another function puts it together. */
function leadsBeside(scene: Scene, path: Node): boolean {
  const { model, pkg } = scene;
  // A scope has one owner: what lies beside it there is of the same maker.
  const scope = scopeOf(pkg.name);
  const own = `node_modules/${scope ?? pkg.name}`;
  let isBeside = false;
  let isData = DATA.test(shapeOf(model, path) ?? '');
  walkBehind(model, [path], (node) => {
    if (isBeside) return false;
    if (node.type === 'CallExpression' || node.type === 'NewExpression') {
      const name = nameOf(model, node.type === 'NewExpression' ? node : node.callee) ?? '';
      const [asked] = node.arguments;
      const text = asked ? (shapeOf(model, asked) ?? '') : '';
      if (RESOLVED.test(name) && name !== 'path.resolve' && /^@?[a-z][\w./-]{1,100}$/.test(text)) {
        isBeside = !name.startsWith('path.') && !isOwnName(pkg.name, text);
        return false;
      }
      if (!JOINS.test(name)) return true;
      isBeside = node.arguments.some((arg) => BESIDE.test(constantOf(model, arg) ?? ''));
      // Caches have a name of their own after it.
      const whole = shapeOf(model, node) ?? '';
      if (/node_modules\/\./.test(whole) || whole.includes(own)) isBeside = false;
      return !isBeside;
    }
    if (node.type === 'TemplateLiteral' || node.type === 'BinaryExpression') {
      const text = shapeOf(model, node) ?? '';
      isBeside =
        /(?:^|[/\\])node_modules[/\\](?!\.)[^*!?]{1,300}$/.test(text) && !text.includes(own);
    }
    return true;
  });
  const direct = shapeOf(model, path) ?? '';
  isBeside ||=
    /(?:^|[/\\])node_modules[/\\](?!\.)[^*!?]{1,300}$/.test(direct) && !direct.includes(own);
  return isBeside && !isData;
}

const scopeOf = (name: string): string | undefined => /^@[^/]{1,100}\//.exec(name)?.[0];

/** Itself, and the parts of it for each system that its maker publishes beside it: `@esbuild/linux-x64`. */
const isOwnName = (name: string, text: string): boolean =>
  text === name ||
  [`${name}/`, `@${name}/`, scopeOf(name)].some(
    (start) => start !== undefined && text.startsWith(start),
  );

/** Null for what a person asks for on a command line. */
function gradeOf(scene: Scene, call: Call, isInstall: boolean): Severity | null {
  const reach = reachOf(scene, call);
  if (reach === 'command' && !isInstall) return null;
  const content = call.arguments.slice(1);
  let isMended = false;
  let bringsCode = false;
  walkBehind(scene.model, content, (node) => {
    const isCall = node.type === 'CallExpression';
    isMended ||=
      isCall && MENDS.test(scene.file.text.slice(Math.max(node.start, node.end - 400), node.end));
    bringsCode ||= CODE.test(isCall ? '' : (constantOf(scene.model, node) ?? ''));
    bringsCode ||= isCall && /__dirname|import\.meta/.test(scene.file.textOf(node));
    return !bringsCode;
  });
  if (isMended && !bringsCode) return 'moderate';
  return isInstall || reach === 'start' ? 'critical' : 'high';
}
