// Threats by files that code writes and then runs: downloads and decoded payloads.
import type { Node } from '../../parse.ts';
import { walkTree } from '../../nodes.ts';
import { answersOf } from '../flow/answers.ts';
import { candidatesOf } from '../flow/candidates.ts';
import { runsAtInstall } from '../closeness.ts';
import { lineOf, reportDropped } from './dropped-grade.ts';
import type { Drop } from './dropped-grade.ts';
import { CLIENT, EXEC, is } from '../flow/kinds.ts';
import { DECODED, INVISIBLE, REMOTE } from '../flow/labels.ts';
import { lookup } from '../flow/model.ts';
import type { Binding, Call } from '../flow/model.ts';
import { HOLE, nameOf, shapeOf, unwrap } from '../flow/names.ts';
import { carriedByAll } from '../scene.ts';
import type { Scene } from '../scene.ts';

/** What was written, by the path or the variable that holds it. */
export type Written = Map<string | Binding, Drop>;

/** Keeps a write of something fetched or decoded. */
export function noteWrite(scene: Scene, call: Call, name: string, written: Written): void {
  const path = call.arguments[0];
  if (!path || /copy|cp|rename|symlink/i.test(name)) return;
  let labels = carriedByAll(scene, call.arguments.slice(1));
  if (
    name.endsWith('createWriteStream') &&
    /\.pipe\(|pipeline\(|\.body|\bwrite\(/.test(scene.textAround(call)) &&
    scene.calls.some((one) => is(one.name, CLIENT) || /^https?\.(?:get|request)$/.test(one.name))
  ) {
    labels |= REMOTE;
  }
  if ((labels & (REMOTE | DECODED | INVISIBLE)) === 0) return;
  for (const key of keysOf(scene, path)) written.set(key, { node: call, labels });
}

/** `spawnSync('curl', ['-o', file, url])`: a program writes the file. */
export function noteFetched(scene: Scene, call: Call, name: string, written: Written): void {
  if (!is(name, EXEC)) return;
  const list = call.arguments[1];
  const parts = list?.type === 'ArrayExpression' ? list.elements : [];
  if (/^(?:\S*\/)?git(?:\.exe)?$/.test(lineOf(scene, call)))
    noteCloned(scene, call, parts, written);
  if (!/^(?:\S*\/)?(?:curl|wget)(?:\.exe)?$/.test(lineOf(scene, call))) return;
  for (const [index, part] of parts.entries()) {
    const path = parts[index + 1];
    if (
      !part ||
      !path ||
      !/^(?:-\w{0,6}[oO]|--output(?:-document)?)$/.test(shapeOf(scene.model, part) ?? '')
    )
      continue;
    for (const key of keysOf(scene, path)) written.set(key, { node: call, labels: REMOTE });
  }
}

/** `git clone <address> <folder>`: whatever lies on a branch that day. */
function noteCloned(
  scene: Scene,
  call: Call,
  parts: readonly (Node | null)[],
  written: Written,
): void {
  const words = parts.map((part) => (part ? (shapeOf(scene.model, part) ?? '') : ''));
  const folder = parts.at(-1);
  if (
    words[0] !== 'clone' ||
    !folder ||
    !words.some((word) => /^(?:https?|git|ssh):\/\//.test(word))
  )
    return;
  for (const key of keysOf(scene, folder)) written.set(key, { node: call, labels: REMOTE });
}

const MOVES =
  /^(?:fs|fs\.promises|fs-extra|graceful-fs)\.(?:rename|copyFile|copy|move|cp|link|symlink)(?:Sync)?$/;

/** `rename(part, binary)`: under its new name it is the same file. */
export function noteMoved(scene: Scene, call: Call, name: string, written: Written): void {
  const [from, to] = call.arguments;
  if (written.size === 0 || !from || !to || !MOVES.test(name)) return;
  const drop = keysOf(scene, from).flatMap((key) => written.get(key) ?? [])[0];
  if (drop) for (const key of keysOf(scene, to)) if (!written.has(key)) written.set(key, drop);
}

/** `tar.x({ file, cwd })`, `unzip -d dir file`: what comes out is what was fetched. */
export function noteUnpacked(scene: Scene, call: Call, name: string, written: Written): void {
  if (written.size === 0) return;
  const isTool = is(name, EXEC) && UNPACKS.test(lineOf(scene, call));
  if (!isTool && !UNPACKER.test(name)) return;
  const drop = droppedIn(scene, call.arguments, written);
  if (!drop) return;
  for (const arg of call.arguments) {
    walkTree(arg, (node) => {
      if (
        node.type !== 'Identifier' &&
        node.type !== 'TemplateLiteral' &&
        node.type !== 'CallExpression'
      )
        return;
      for (const key of keysOf(scene, node)) if (!written.has(key)) written.set(key, drop);
    });
  }
}

export const UNPACKER =
  /^(?:tar\.(?:x|extract|unpack)|extract-zip|decompress|new adm-zip\.extractAllTo(?:Async)?|unzipper\.\w{1,12}|yauzl\.\w{1,12}|tar-fs\.extract|gunzip-file)$/;
const UNPACKS = /^(?:\S*\/)?(?:tar|unzip|7z|gunzip|gzip|bsdtar|Expand-Archive)\b/;
/** Programs that get a file ready, or only look at it, play it or turn it into another. */
const HANDLES =
  /^(?:\S*\/)?(?:git|tar|unzip|7z|gunzip|gzip|bsdtar|chmod|chown|xattr|codesign|ls|file|sha256sum|shasum|rm|mv|cp|mkdir|curl|wget|afplay|aplay|paplay|play|mpg123|mpg321|mpv|cvlc|vlc|sox|ffplay|ffmpeg|ffprobe|convert|magick|identify|sips|pdftotext|pdftoppm|tesseract|exiftool|pandoc)\b/;

// A script that does nothing but play one file, whose name stands in quotes.
const PLAYS =
  /`\(New-Object (?:System\.)?Media\.SoundPlayer ["']\$\{\w{1,40}\}["']\)\.Play(?:Sync)?\(\);?`/;

/** A path is known by its variable and by its text. */
function keysOf(scene: Scene, node: Node): (string | Binding)[] {
  const keys: (string | Binding)[] = [];
  const value = unwrap(node);
  if (value.type === 'Identifier') {
    const binding = lookup(scene.model, value);
    if (binding) keys.push(binding);
  }
  // `cache.file`, `this.target`: by the way it is written.
  if (value.type === 'MemberExpression' && !value.computed) {
    const text = scene.file.textOf(value);
    if (/^[\w$.#]{5,60}$/.test(text)) keys.push(text);
  }
  const asked = askedFor(scene, value);
  if (asked !== null) keys.push(asked);
  for (const text of candidatesOf(scene, value)) {
    const isTelling = text.replaceAll(HOLE, '').length > 12;
    if (text.length > 4 && (isTelling || text.split(HOLE).length < 3)) keys.push(text);
  }
  return keys;
}

/** `binary()` of another file yields the same path each time: by the way it is written. */
function askedFor(scene: Scene, value: Node): string | null {
  if (value.type !== 'CallExpression' || value.arguments.length > 0) return null;
  const text = scene.file.textOf(value);
  return /^[\w$.]{4,60}\(\)$/.test(text) && !/tmpdir|homedir|cwd|now|random/i.test(text)
    ? text
    : null;
}

/** Whether what is run is one of the written files. */
export function judgeDropped(
  scene: Scene,
  call: Node,
  args: readonly Node[],
  written: Written,
): void {
  if (written.size === 0) return;
  const line = call.type === 'CallExpression' ? lineOf(scene, call) : '';
  if (HANDLES.test(line) && !/&&|;|\|/.test(line)) return;
  if (/^powershell/i.test(line) && PLAYS.test(scene.file.textOf(call))) return;
  if (showsDocument(scene, line, args)) return;
  const drop = droppedIn(scene, args, written) ?? droppedAtInstall(scene, call, args, written);
  if (drop) reportDropped(scene, call, drop);
}

const SHOWS =
  /^(?:\S*\/)?(?:open|xdg-open|wslview|explorer(?:\.exe)?|cmd(?:\.exe)? \/c start|start)\b/i;
const DOCUMENT = /\.(?:html?|url|webloc|pdf|png|jpe?g|gif|svg|txt|md|csv|json)$/i;

/** `cmd /c start page.html`: what the desktop shows with the program for such files. */
function showsDocument(scene: Scene, line: string, [, list]: readonly Node[]): boolean {
  if (list?.type !== 'ArrayExpression') return false;
  const words = list.elements.map((one) => candidatesOf(scene, one));
  if (!SHOWS.test(`${line} ${words.flatMap(([word = '']) => word).join(' ')}`)) return false;
  const shown = words.at(-1) ?? [];
  return shown.length > 0 && shown.every((text) => DOCUMENT.test(text));
}

/** An install that fetches a file and starts a program that is written nowhere: the way from one to the other is not seen. */
function droppedAtInstall(
  scene: Scene,
  call: Node,
  args: readonly Node[],
  written: Written,
): Drop | null {
  const isInstall = (node: Node) => runsAtInstall(scene.pkg, scene.placeOf(node).file);
  const isStart =
    call.type === 'CallExpression' && is(nameOf(scene.model, call.callee) ?? '', EXEC);
  if (!isStart || !isInstall(call) || !isUnnamed(scene, args)) return null;
  return (
    [...written.values()].find(({ node, labels }) => labels & REMOTE && isInstall(node)) ?? null
  );
}

const STARTER = /^(?:\S*\/)?(?:(?:ba|z|da)?sh|node|python3?|sudo|powershell|pwsh|start|open)\s/;

/** Neither a tool of the machine nor a file of the package. */
function isUnnamed(scene: Scene, [first, list]: readonly Node[]): boolean {
  if (!first) return false;
  const isNode = nameOf(scene.model, first) === 'process.execPath';
  const program = isNode && list?.type === 'ArrayExpression' ? (list.elements[0] ?? first) : first;
  const lines = candidatesOf(scene, program);
  return lines.every((line) => {
    const word = line.replace(STARTER, '').split(/\s/)[0] ?? '';
    if (!word.includes(HOLE)) return false;
    const last = word.slice(word.lastIndexOf('/') + 1).replaceAll(HOLE, '');
    return last === '' || !scene.pkg.paths.some((path) => path.endsWith(last));
  });
}

function droppedIn(scene: Scene, args: readonly Node[], written: Written): Drop | null {
  let found: Drop | null = null;
  for (const arg of args) {
    const line = shapeOf(scene.model, arg) ?? '';
    for (const [key, drop] of written) {
      if (typeof key === 'string' && key.length > 5 && line.includes(key)) found = drop;
    }
    walkTree(arg, (node) => {
      const asked = askedFor(scene, node);
      if (asked !== null) found ??= written.get(asked) ?? null;
      if (node.type === 'CallExpression' && arg === args[0])
        found ??= answered(scene, node, written);
      if (node.type === 'Identifier') {
        const binding = lookup(scene.model, node);
        const direct = binding && written.get(binding);
        if (direct) found = direct;
        for (const def of binding?.defs.slice(0, 3) ?? []) {
          const text = def.value ? shapeOf(scene.model, def.value) : null;
          if (text !== null && written.has(text)) found = written.get(text) ?? null;
          found ??= answered(scene, def.value, written);
        }
      }
    });
  }
  return found;
}

/** `const bin = await core()`, which answers with the file that it wrote. */
function answered(scene: Scene, value: Node | null, written: Written): Drop | null {
  const call = value ? unwrap(value) : null;
  if (call?.type !== 'CallExpression') return null;
  for (const answer of answersOf(scene.model, call))
    for (const key of keysOf(scene, answer)) {
      const drop = written.get(key);
      if (drop) return drop;
    }
  return null;
}
