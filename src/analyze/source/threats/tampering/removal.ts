// Threats by what is deleted: whole homes, or what people keep in them.
import type { Node } from '../../parse.ts';
import { calleesOf } from '../flow/callees.ts';
import { candidatesOf } from '../flow/candidates.ts';
import { is, WRITE } from '../flow/kinds.ts';
import { FILES, HOME } from '../flow/labels.ts';
import { functionAround, lookup } from '../flow/model.ts';
import type { Call, Fn } from '../flow/model.ts';
import { constantOf, HOLE, nameOf, propertyOf, shapeOf, unwrap, valueOf } from '../flow/names.ts';
import { reachOf } from '../flow/reach.ts';
import { carried, report } from '../scene.ts';
import type { Scene } from '../scene.ts';

// A lone `/` between parts of addresses is taken for the root elsewhere: a home must be named too.
const NAMES_HOME =
  /homedir|\bHOME\b|USERPROFILE|HOMEPATH|~[\\/]|['"`](?:~|\/home|\/Users|\/root)\b/;
const PERSONAL =
  /^(?:~?[\\/])?(?:Documents|Desktop|Downloads|Pictures|Photos|Music|Movies|Videos|Projects|Developer|Library|\.config|\.ssh|\.local)[\\/]?$/;

/** Deletion of a whole home, of each of its entries, or of the folders that people keep their work in. */
export function judgeRemove(scene: Scene, call: Call): void {
  const path = call.arguments[0];
  if (!path) return;
  const shape = shapeOf(scene.model, path) ?? '';
  const labels = carried(scene, path) | (carried(scene, firstPart(path)) & HOME);
  const isWhole = /^(?:~|\/|[A-Z]:[\\/]?|\/home|\/Users|\/root|C:[\\/]Users)[\\/]?\*{0,2}$/.test(
    shape,
  );
  // A path that a file names (a profile folder of one's own) is no entry of the home folder.
  const isNamedByFile =
    (shape === '' && unwrap(path).type !== 'Identifier') || isNamedByRecord(scene, path);
  const isEach =
    !isNamedByFile &&
    (labels & FILES) !== 0 &&
    (labels & HOME) !== 0 &&
    /^(?:~[\\/]?\u0000?|\u0000(?:[\\/]\u0000)?)$/.test(shape || '\u0000') &&
    !/\.(?:cache|config|npm)|tmp/i.test(shape) &&
    NAMES_HOME.test(textNear(scene, call)) &&
    !isMarked(scene, call);
  const isHomeVariable =
    shape === '' &&
    (labels & HOME) !== 0 &&
    unwrap(path).type === 'Identifier' &&
    (labels & FILES) === 0;
  const isKept = (labels & HOME) !== 0 && isPersonal(scene, path);
  if (!isWhole && !isEach && !isHomeVariable && !isKept) return;
  const option = propertyOf(scene.model, call.arguments[1] ?? null, 'recursive');
  if (!option && !/rimraf|del|remove|emptyDir|shelljs/.test(scene.file.textOf(call))) return;
  const reach = reachOf(scene, call);
  if (reach === 'command' || isHomeVariable) return;
  report(scene, call, {
    ruleId: 'destructive-wipe',
    severity: 'critical',
    confidence: isWhole || isEach || isKept ? 'high' : 'medium',
    message: isKept
      ? 'Code deletes folders in which people keep their own files.'
      : 'Code deletes the home directory or everything in it.',
  });
}

/** `join(job.folder, job.name)`: the folder stands in a record, and nobody knows which it is. */
function isNamedByRecord({ model }: Scene, path: Node): boolean {
  const value = unwrap(path);
  const defs = value.type === 'Identifier' ? (lookup(model, value)?.defs ?? []) : [];
  const made = defs.length === 1 && defs[0]?.value ? unwrap(defs[0].value) : value;
  if (
    made?.type !== 'CallExpression' ||
    !/(?:^|\.)(?:join|resolve)$/.test(nameOf(model, made.callee) ?? '')
  )
    return false;
  const first = made.arguments[0] ? unwrap(made.arguments[0]) : null;
  return (
    first?.type === 'MemberExpression' &&
    !first.computed &&
    valueOf(model, first) === null &&
    !/home|process\.env|profile/i.test(nameOf(model, first) ?? '')
  );
}

const MANY_FILES = 200_000;

/** Where many files are read as one, one of them always names a home. */
const textNear = (scene: Scene, call: Call): string =>
  scene.file.text.length > MANY_FILES ? scene.textAround(call) : scene.file.text;

// `entry.name.includes('_temp_')`, with nothing that turns it round or lets others pass.
const LEFT_OVER =
  /(?<![!\w.])[\w.]{1,60}\.(?:includes|startsWith|endsWith)\(\s{0,3}['"`][^'"`]{0,20}(?:te?mp|cache|stale|trash|orphan)[^'"`]{0,20}['"`]/i;
const TURNED = /!\s{0,3}\(|\|\||\?\?/;
const MAX_TEST = 400;

/** Only entries whose name says that they are left over are deleted. */
function isMarked(scene: Scene, call: Call): boolean {
  let node: Node = call;
  for (let depth = 0; depth < 30; depth++) {
    const parent = scene.file.parentOf(node);
    if (!parent || scene.model.fnOf.has(parent)) return false;
    if (parent.type === 'IfStatement' && parent.consequent === node) {
      const { start, end } = parent.test;
      const text = scene.file.text.slice(start, Math.min(end, start + MAX_TEST));
      if (end - start <= MAX_TEST && LEFT_OVER.test(text) && !TURNED.test(text)) return true;
    }
    node = parent;
  }
  return false;
}

const ENCRYPTS = /\bcreateCipher(?:iv)?\b|\bAES\.encrypt\b|\bpublicEncrypt\b|\bopenpgp\.encrypt\b/;

/** Files found below the home directory that are written anew, encrypted, and then deleted. */
export function judgeRansom(scene: Scene, call: Call): void {
  const [file] = call.arguments;
  // What is rare is asked first: the text of the file may be megabytes.
  if ((carried(scene, file) & HOME) === 0 || constantOf(scene.model, file) !== null) return;
  const around = functionAround(scene.model, call);
  if (!around || !ENCRYPTS.test(scene.file.text) || !encrypts(scene, around)) return;
  const isReplaced = scene.calls.some(
    (one) => is(one.name, WRITE) && functionAround(scene.model, one.call) === around,
  );
  if (!isReplaced || reachOf(scene, call) === 'command') return;
  report(scene, call, {
    ruleId: 'destructive-wipe',
    severity: 'critical',
    message:
      'Code encrypts the files that it finds in the home directory and deletes the originals.',
  });
}

/** The function itself, or one that it calls. */
function encrypts(scene: Scene, around: Fn): boolean {
  const isIn = ({ node }: Fn) => ENCRYPTS.test(scene.file.text.slice(node.start, node.end));
  return (
    isIn(around) ||
    scene.calls.some(
      ({ call }) =>
        functionAround(scene.model, call) === around && calleesOf(scene.model, call).some(isIn),
    )
  );
}

/** `join(homedir(), part)` where the part may be Documents or another folder of a person's own. */
function isPersonal(scene: Scene, path: Node): boolean {
  const value = unwrap(path);
  const [first, ...more] = (shapeOf(scene.model, value) ?? '').split(/[\\/]/);
  if ((first === '~' || first === HOLE) && more.length === 1 && PERSONAL.test(more[0] ?? ''))
    return true;
  const last = value.type === 'CallExpression' ? value.arguments.at(-1) : rightPart(value);
  return candidatesOf(scene, last).some((text) => PERSONAL.test(text));
}

function rightPart(node: Node): Node {
  if (node.type === 'BinaryExpression') return node.right;
  return node.type === 'TemplateLiteral' ? (node.expressions.at(-1) ?? node) : node;
}

/** The left end of `home + '/' + name`. */
function firstPart(node: Node): Node {
  let at = unwrap(node);
  for (let depth = 0; at.type === 'BinaryExpression' && depth < 20; depth++) at = unwrap(at.left);
  return at;
}
