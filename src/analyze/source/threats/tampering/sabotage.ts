// Threats by destruction: user data overwritten one file after another, or deleted only on some day or in some country.
import type { Node } from '../../parse.ts';
import { walkTree } from '../../nodes.ts';
import { isCloselyRead } from '../closeness.ts';
import { gateOf, says } from '../gates.ts';
import type { Invocation } from '../flow/invoke.ts';
import { WRITE, is } from '../flow/kinds.ts';
import { FILES } from '../flow/labels.ts';
import { functionAround, isFunction, lookup } from '../flow/model.ts';
import type { Binding } from '../flow/model.ts';
import { constantOf, keyOf, nameOf, shapeOf, unwrap } from '../flow/names.ts';
import { callersOf } from '../flow/callers.ts';
import { reachOf } from '../flow/reach.ts';
import { offer } from '../flow/record.ts';
import { carried, report } from '../scene.ts';
import type { Report, Scene } from '../scene.ts';
import { isRemove } from '../flow/vocabulary.ts';

/** A place on earth, a language, or a day that is written down; nothing that a cache would go by. */
const CHOSEN =
  /resolvedOptions\(\)|timeZone|getTimezoneOffset\(|\bcountry\w{0,12}|\bgeoip\b|\bLANG\b|\blocale\b|is(?:After|SameOrAfter)\(\s{0,3}['"`]|new Date\(\s{0,3}['"`\d]|Date\.UTC\(|Date\.parse\(\s{0,3}['"`A-Z]|\b1[5-9]\d{11}\b|get(?:Full)?Year\(\)|getMonth\(\)|getDate\(\)/;
const LISTS = /readdir|glob|walk|notes?\b|files?\b|list|docs|documents|entries|pages/i;
const STORES = /^(?:write|save|put|update|overwrite|replace|set)\w{0,12}$/;
const OWN = /(?:^|[/\\])(?:tmp|temp|\.?cache|logs?|build|dist|out)(?:$|[/\\])/i;
const EMPTIES =
  /^\s{0,9}(?:drop\s+(?:table|database|schema)|truncate\b|delete\s+from\s+[\w."`]{1,60}\s*;?\s*$)/i;
const DROPS =
  /^(?:dropDatabase|dropCollection|flushall|flushdb|flushAll|flushDb|dropAllSchemas|dropTable)$/;
const MAX_DEPTH = 3;

export function findSabotage(scene: Scene): void {
  if (!isCloselyRead(scene.pkg)) return;
  for (const invocation of scene.calls) {
    const deed = deedOf(scene, invocation);
    if (deed) judge(scene, invocation.call, deed);
  }
}

interface Deed {
  told: Report;
  /** Bad enough without a gate, when it happens at start. */
  isPlain: boolean;
}

function judge(scene: Scene, call: Node, { told, isPlain }: Deed): void {
  callersOf(scene.model);
  const reach = reachOf(scene, call);
  if (reach === 'command') return;
  if (gateOf(scene, call, isChosen) || isTurned(scene, call)) {
    const message = `${told.message.slice(0, -1)}, on a certain day or in certain places only.`;
    report(scene, call, { ...told, message });
    return;
  }
  if (!isPlain) return;
  if (reach === 'start') report(scene, call, told);
  else if (reach === 'unknown') offer(scene, call, told);
}

const DATED =
  /(?:Date\.now\(\)|new Date\(\)|getTime\(\))[^;{]{0,40}[<>]=?\s{0,3}(?:\d[\d_]{3,}|new Date\(\s{0,3}['"`\d]|Date\.(?:parse|UTC)\()/;
const TURNS = /=\s{0,3}(?:process\.cwd\(\)|(?:os\.)?homedir\(\)|[^;]{0,60}['"`]\*\*[/\\]?\*?['"`])/;
const MAX_BRANCH = 1_000;

/** From a day on, what is deleted is everything: `if (now > 1800000000000) root = process.cwd()`. */
function isTurned(scene: Scene, call: Node): boolean {
  const around = functionAround(scene.model, call)?.node;
  if (!around) return false;
  const textOf = ({ start, end }: Node) =>
    scene.file.text.slice(start, Math.min(end, start + MAX_BRANCH));
  return scene.file
    .nodesOf('IfStatement')
    .some(
      (one) =>
        one.start > around.start &&
        one.end < call.start &&
        DATED.test(textOf(one.test)) &&
        TURNS.test(textOf(one.consequent)),
    );
}

const isChosen = (scene: Scene, test: Node): boolean => says(scene, test, CHOSEN, 2);

function deedOf(scene: Scene, { call, name, args }: Invocation): Deed | null {
  const [path, content] = args;
  const callee = unwrap(call.callee);
  const method = callee.type === 'MemberExpression' ? (keyOf(scene.model, callee) ?? '') : '';
  if (isEmptying(scene, method, path)) return { told: EMPTIED, isPlain: false };
  if (!path) return null;
  const shape = shapeOf(scene.model, path) ?? '';
  if (OWN.test(shape)) return null;
  if (isRemove(name) && !isConstantPath(shape)) return { told: REMOVED, isPlain: false };
  const isWrite = is(name, WRITE) && !/open|copy|cp|rename|symlink|append/i.test(name);
  // To a length that somebody asks for: that is what a file system does.
  const isTruncation =
    /^fs(?:\.promises)?\.truncate(?:Sync)?$/.test(name) &&
    (!content || isFunction(content) || constantOf(scene.model, content) !== null);
  const isStored = STORES.test(method) && args.length >= 2;
  if (!isTruncation && !((isWrite || isStored) && isSame(scene, content, 0))) return null;
  const source = listOf(scene, path, 0);
  return source === null ? null : { told: OVERWRITTEN, isPlain: isWrite && isRoot(scene, source) };
}

const OVERWRITTEN: Report = {
  ruleId: 'destructive-wipe',
  severity: 'critical',
  message: 'One file after another is overwritten with the same content.',
};
const REMOVED: Report = { ...OVERWRITTEN, message: 'Files are deleted.' };
const EMPTIED: Report = { ...OVERWRITTEN, message: 'A database is emptied.' };

/** A single file that is written out is no data of a person. */
const isConstantPath = (shape: string): boolean => shape !== '' && !shape.includes('\u0000');

function isEmptying(scene: Scene, method: string, first: Node | undefined): boolean {
  if (DROPS.test(method)) return true;
  if (/^(?:deleteMany|remove|destroy)$/.test(method))
    return first?.type === 'ObjectExpression' && first.properties.length === 0;
  return (
    /^(?:exec|query|run|execute|raw|unsafe)$/.test(method) &&
    EMPTIES.test(constantOf(scene.model, first) ?? '')
  );
}

/** The same for every file: a text, zeros, random bytes. */
function isSame(scene: Scene, node: Node | undefined, depth: number): boolean {
  if (!node || depth > MAX_DEPTH) return false;
  if (constantOf(scene.model, node) !== null) return true;
  const value = unwrap(node);
  if (value.type === 'BinaryExpression' && value.operator === '+')
    return isSame(scene, value.left, depth + 1) && isSame(scene, value.right, depth + 1);
  if (value.type === 'Identifier') {
    const defs = lookup(scene.model, value)?.defs.filter((def) => def.value !== null) ?? [];
    return (
      defs.length === 1 &&
      defs[0]?.kind === 'init' &&
      isSame(scene, defs[0].value ?? undefined, depth + 1)
    );
  }
  if (value.type !== 'CallExpression') return false;
  const name = nameOf(scene.model, value.callee) ?? '';
  if (/^(?:Buffer\.alloc(?:Unsafe)?|crypto\.(?:randomBytes|randomFillSync))$/.test(name))
    return true;
  const callee = unwrap(value.callee);
  const isForm =
    callee.type === 'MemberExpression' &&
    /^(?:repeat|toString|padEnd)$/.test(keyOf(scene.model, callee) ?? '');
  if (isForm) return isSame(scene, callee.object, depth + 1);
  return name === 'Buffer.from' && isSame(scene, value.arguments[0], depth + 1);
}

/** What a path is an element of: a listing of files, found by name or by what it carries. */
function listOf(scene: Scene, path: Node, depth: number): Node | null {
  if (depth > MAX_DEPTH) return null;
  let found: Node | null = null;
  walkTree(path, (part) => {
    if (found || part.type !== 'Identifier') return;
    const binding = lookup(scene.model, part);
    if (!binding) return;
    const source = loopedOver(scene, binding);
    if (
      source &&
      (carried(scene, source) & FILES || LISTS.test(scene.file.textOf(source).slice(0, 200)))
    )
      found = source;
    for (const def of binding.defs.slice(0, 2))
      if (!found && def.kind === 'init' && def.value) found = listOf(scene, def.value, depth + 1);
  });
  return found;
}

function loopedOver(scene: Scene, { defs, owner }: Binding): Node | null {
  const each = defs.find((def) => def.kind === 'each');
  if (each?.value) return each.value;
  for (const site of owner ? (callersOf(scene.model).get(owner.node) ?? []) : []) {
    const callee = site.type === 'CallExpression' ? unwrap(site.callee) : null;
    if (
      callee?.type === 'MemberExpression' &&
      /^(?:forEach|map|every|some)$/.test(keyOf(scene.model, callee) ?? '')
    )
      return callee.object;
  }
  return null;
}

/** Whether the listing is of the home, the working directory or the root. */
function isRoot(scene: Scene, source: Node): boolean {
  let isFound = false;
  walkTree(source, (part) => {
    if (part.type !== 'CallExpression' || isFound) return;
    const place = part.arguments[0];
    const shape = place ? (shapeOf(scene.model, place) ?? nameOf(scene.model, place) ?? '') : '';
    if (/^(?:~[/\\]?|\/|\.{1,2}[/\\]?|process\.cwd\(\))$/.test(shape)) isFound = true;
  });
  return isFound;
}
