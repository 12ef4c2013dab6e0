// Threats by files that code writes and then runs: downloads and decoded payloads.
import type { Node } from '../parse.ts';
import { walkTree } from '../nodes.ts';
import { addressesOf } from './addresses.ts';
import { candidatesOf } from './candidates.ts';
import { hostOf, placeOf } from './declared.ts';
import type { Place } from './declared.ts';
import { CLIENT, EXEC, is } from './kinds.ts';
import { DECODED, INVISIBLE, REMOTE } from './labels.ts';
import { lookup } from './model.ts';
import type { Binding, Call } from './model.ts';
import { constantOf, shapeOf, unwrap } from './names.ts';
import { carriedByAll, report } from './scene.ts';
import type { Scene } from './scene.ts';
import { propertyTexts } from './sources.ts';

/** What was written, by the path or the variable that holds it. */
export type Written = Map<string | Binding, { node: Call; labels: number }>;

/** Keeps a write of something fetched or decoded. */
export function noteWrite(scene: Scene, call: Call, name: string, written: Written): void {
  const path = call.arguments[0];
  if (!path || /copy|cp|rename|symlink/i.test(name)) return;
  let labels = carriedByAll(scene, call.arguments.slice(1));
  if (
    name.endsWith('createWriteStream') &&
    /\.pipe\(|pipeline\(|\.body|\bwrite\(/.test(scene.file.text) &&
    scene.calls.some((one) => is(one.name, CLIENT) || /^https?\.(?:get|request)$/.test(one.name))
  ) {
    labels |= REMOTE;
  }
  if ((labels & (REMOTE | DECODED | INVISIBLE)) === 0) return;
  for (const key of keysOf(scene, path)) written.set(key, { node: call, labels });
}

/** `spawnSync('curl', ['-o', file, url])`: a program writes the file. */
export function noteFetched(scene: Scene, call: Call, name: string, written: Written): void {
  if (!is(name, EXEC) || !/^(?:\S*\/)?(?:curl|wget)(?:\.exe)?$/.test(lineOf(scene, call))) return;
  const list = call.arguments[1];
  const parts = list?.type === 'ArrayExpression' ? list.elements : [];
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

const UNPACKER =
  /^(?:tar\.(?:x|extract|unpack)|extract-zip|decompress|new adm-zip\.extractAllTo(?:Async)?|unzipper\.\w{1,12}|yauzl\.\w{1,12}|tar-fs\.extract|gunzip-file)$/;
const UNPACKS = /^(?:\S*\/)?(?:tar|unzip|7z|gunzip|gzip|bsdtar|Expand-Archive)\b/;
/** Programs that get a file ready, or only look at it. */
const HANDLES =
  /^(?:\S*\/)?(?:tar|unzip|7z|gunzip|gzip|bsdtar|chmod|chown|xattr|codesign|ls|file|sha256sum|shasum|rm|mv|cp|mkdir|curl|wget)\b/;

const lineOf = (scene: Scene, call: Call): string =>
  (shapeOf(scene.model, call.arguments[0]) ?? '').trim();

/** A path is known by its variable and by its text. */
function keysOf(scene: Scene, node: Node): (string | Binding)[] {
  const keys: (string | Binding)[] = [];
  const value = unwrap(node);
  if (value.type === 'Identifier') {
    const binding = lookup(scene.model, value);
    if (binding) keys.push(binding);
  }
  for (const text of candidatesOf(scene, value)) {
    if (text.length > 4 && (text.match(/\u0000/g)?.length ?? 0) < 2) keys.push(text);
  }
  return keys;
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
  const drop = droppedIn(scene, args, written);
  if (!drop) return;
  const place = sourcePlace(scene);
  if (drop.labels & REMOTE && place !== 'foreign' && place !== 'drop') {
    const isOpen = place === 'own' || place === 'release' || place === 'local';
    report(scene, call, {
      ruleId: 'binary-download',
      severity: isOpen || isPinned(scene) ? 'low' : 'moderate',
      confidence: 'medium',
      message: 'A file is downloaded and then run.',
    });
    return;
  }
  report(scene, call, {
    ruleId: drop.labels & REMOTE ? 'download-and-execute' : 'decoded-code-executed',
    severity: 'critical',
    message:
      drop.labels & REMOTE
        ? 'A file is downloaded from a host that the package does not declare and then run.'
        : 'A file is decoded from text, written, and then run.',
  });
}

/** A digest that is part of the package decides whether the file is used. */
const isPinned = (scene: Scene): boolean =>
  /\bcreateHash\(/.test(scene.file.text) &&
  (/['"`][0-9a-f]{64}['"`]/.test(scene.file.text) ||
    /(?:sums?|checksums?|digests?|hashes|integrity|manifest)\.json/i.test(scene.file.text));

function droppedIn(
  scene: Scene,
  args: readonly Node[],
  written: Written,
): { node: Call; labels: number } | null {
  let found: { node: Call; labels: number } | null = null;
  for (const arg of args) {
    const line = shapeOf(scene.model, arg) ?? '';
    for (const [key, drop] of written) {
      if (typeof key === 'string' && key.length > 5 && line.includes(key)) found = drop;
    }
    walkTree(arg, (node) => {
      if (node.type === 'Identifier') {
        const binding = lookup(scene.model, node);
        const direct = binding && written.get(binding);
        if (direct) found = direct;
        for (const def of binding?.defs.slice(0, 3) ?? []) {
          const text = def.value ? shapeOf(scene.model, def.value) : null;
          if (text !== null && written.has(text)) found = written.get(text) ?? null;
        }
      }
    });
  }
  return found;
}

/** The worst place that the file downloads from. */
function sourcePlace(scene: Scene): Place {
  const places = new Set<Place>();
  for (const { call, name } of scene.calls) {
    if (is(name, EXEC) && /^(?:\S*\/)?(?:curl|wget)\b/.test(lineOf(scene, call))) {
      const words = `${lineOf(scene, call)} ${propertyTexts(scene.flow, call.arguments[1])}`;
      const url = /https?:\/\/[^\s'"]{3,200}/.exec(words)?.[0];
      places.add(placeOf(hostOf(url ?? null), scene.declared));
    }
    if (!is(name, CLIENT) && !/^https?\.(?:get|request)$/.test(name)) continue;
    const texts = addressesOf(scene, call.arguments);
    for (const text of texts.length > 0 ? texts : ['']) {
      places.add(placeOf(hostOf(text), scene.declared));
    }
  }
  if (places.has('unknown')) {
    // The address may be put together elsewhere in the file.
    for (const node of scene.model.strings) {
      const host = hostOf(constantOf(scene.model, node) ?? shapeOf(scene.model, node));
      if (host) places.add(placeOf(host, scene.declared));
    }
  }
  for (const place of ['drop', 'foreign', 'release', 'own', 'local'] as const)
    if (places.has(place)) return place;
  return 'unknown';
}
