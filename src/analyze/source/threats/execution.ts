// Threats by what is run: decoded or fetched code, downloads, reverse shells, hidden names.
import type { Node } from '../parse.ts';
import { candidatesOf } from './candidates.ts';
import { callsCode } from './code-runners.ts';
import { patterns } from './data.ts';
import { hostOf, placeOf } from './declared.ts';
import type { Place } from './declared.ts';
import { propertyTexts } from './evaluate.ts';
import { CHMOD, CLIENT, EVAL, EXEC, WRITE, is } from './kinds.ts';
import { DECODED, INVISIBLE, REMOTE, SHELL, SOCKET } from './labels.ts';
import { walkTree } from '../nodes.ts';
import { lookup } from './model.ts';
import type { Binding, Call } from './model.ts';
import { constantOf, HOLE, keyOf, nameOf, shapeOf, unwrap } from './names.ts';
import { noteSink } from './record.ts';
import { reachOf } from './reach.ts';
import { carried, carriedByAll, report } from './scene.ts';
import type { Scene } from './scene.ts';
import { shellThreats } from './shell.ts';
import * as calls from './vocabulary.ts';

export function findExecution(scene: Scene): void {
  const written = new Map<string | Binding, { node: Call; labels: number }>();
  for (const { call, name } of scene.calls) {
    judgeCode(scene, call, name);
    judgePipe(scene, call);
    if (is(name, WRITE)) noteWrite(scene, call, name, written);
  }
  for (const { call, name, args } of scene.calls) {
    if (is(name, EXEC)) judgeCommand(scene, call, args, name);
    if (
      is(name, EXEC) ||
      is(name, CHMOD) ||
      name === 'require' ||
      name === 'process.dlopen' ||
      name === 'new Worker'
    ) {
      if (!is(name, CHMOD)) judgeDropped(scene, call, call.arguments.slice(0, 2), written);
    }
  }
  for (const node of scene.model.imports) {
    judgeImport(scene, node);
    judgeDropped(scene, node, [node.source], written);
  }
}

function judgeCode(scene: Scene, call: Call, name: string): void {
  const code = callsCode(scene, call, name) ?? runnerGiven(scene, call);
  if (!code) return;
  const labels = carried(scene, code);
  noteSink(scene, call, 'run', labels, false);
  const shape = shapeOf(scene.model, code);
  if (labels & REMOTE) {
    report(scene, call, {
      ruleId: 'fetched-code-executed',
      severity: 'critical',
      message: 'Text that came over the network is run as code.',
    });
  } else if (labels & INVISIBLE) {
    report(scene, call, {
      ruleId: 'invisible-payload',
      severity: 'critical',
      message: 'Text hidden in invisible characters is decoded and run as code.',
    });
  } else if (labels & DECODED || isFoldedCode(scene, code, shape)) {
    report(scene, call, {
      ruleId: 'decoded-code-executed',
      severity: 'critical',
      message: 'Text is decoded and run as code.',
    });
  }
}

/** `promise.then(eval)`: what the promise yields is run. */
function runnerGiven(scene: Scene, call: Call): Node | null {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return null;
  const isGiven = call.arguments.some((arg) => {
    if (arg.type !== 'Identifier' && arg.type !== 'MemberExpression') return false;
    const name = nameOf(scene.model, arg) ?? '';
    return is(name, EVAL) || (is(name, EXEC) && calls.isShellExec(name));
  });
  return isGiven && /^(?:then|map|forEach|on|once|finally)$/.test(keyOf(scene.model, callee) ?? '')
    ? callee.object
    : null;
}

/** Code that stands in the file only in pieces or codes. */
function isFoldedCode(scene: Scene, code: Node, shape: string | null): boolean {
  if (shape === null || shape.length < 8 || shape.includes(HOLE)) return false;
  const written = scene.file.text.slice(code.start, code.end);
  const isWritten =
    written.includes(shape.slice(0, 12)) ||
    scene.file.text.includes(shape.slice(0, 40).split('\n')[0] ?? '');
  return !isWritten && /require|process|child_process|fetch|import\(/.test(shape);
}

function judgeImport(scene: Scene, node: Extract<Node, { type: 'ImportExpression' }>): void {
  const shape = shapeOf(scene.model, node.source) ?? '';
  const labels = carried(scene, node.source);
  const isData = /^data:text\/javascript/.test(shape);
  if (/^https?:\/\//.test(shape) || labels & REMOTE) {
    const place = placeOf(hostOf(shape), scene.declared);
    // What was fetched stands in the address itself.
    const isInline = isData && (labels & REMOTE) !== 0;
    const severity = isInline
      ? 'critical'
      : place === 'local'
        ? 'low'
        : place === 'unknown'
          ? 'moderate'
          : 'critical';
    report(scene, node, {
      ruleId: 'fetched-code-executed',
      severity,
      message: 'A module is imported from the network.',
    });
  } else if (isData && (labels & (DECODED | REMOTE) || /;base64/.test(shape))) {
    report(scene, node, {
      ruleId: 'decoded-code-executed',
      severity: 'critical',
      message: 'A module is imported from encoded text.',
    });
  }
}

function judgePipe(scene: Scene, call: Call): void {
  const callee = unwrap(call.callee);
  const method = callee.type === 'MemberExpression' ? keyOf(scene.model, callee) : null;
  const from = callee.type === 'MemberExpression' ? carried(scene, callee.object) : 0;
  const to = carriedByAll(scene, call.arguments);
  const name = nameOf(scene.model, call.callee) ?? '';
  const isShellOnSocket = is(name, EXEC) && carried(scene, call) & SHELL && to & SOCKET;
  const isPiped =
    method === 'pipe' && ((from & SOCKET && to & SHELL) || (from & SHELL && to & SOCKET));
  const isFed = method === 'write' && from & SHELL && to & REMOTE;
  if (!isShellOnSocket && !isPiped && !isFed) return;
  report(scene, call, {
    ruleId: 'reverse-shell',
    severity: 'critical',
    message: 'A shell is connected to a network connection.',
  });
}

function judgeCommand(scene: Scene, call: Call, args: readonly Node[], name: string): void {
  const first = args[0];
  const shape = shapeOf(scene.model, first) ?? '';
  const list = propertyTexts(scene.flow, args[1]);
  for (const text of candidatesOf(scene, first))
    judgeLine(scene, call, list === '' ? text : `${text} ${list}`);
  if (list !== '' && shape === '') judgeLine(scene, call, list);
  for (const inner of args[1]?.type === 'ArrayExpression' ? args[1].elements : []) {
    for (const text of candidatesOf(scene, inner))
      if (text.length > 15 && !list.includes(text)) judgeLine(scene, call, text);
  }
  if (shape === '') for (const text of commandTable(scene)) judgeLine(scene, call, text);
  judgeRunText(scene, call, args, name, shape, list);
}

/** `for (const [cmd, args] of [['claude', ['--flag']]]) spawn(cmd, args)`: the rows, as lines. */
function commandTable(scene: Scene): string[] {
  if (!patterns.agentBypass.test(scene.file.text)) return [];
  return scene.file.nodesOf('ArrayExpression').flatMap((row) => {
    const [program, list] = row.elements;
    const name = constantOf(scene.model, program);
    if (!name || list?.type !== 'ArrayExpression' || !patterns.agentCommand.test(name)) return [];
    return [`${name} ${propertyTexts(scene.flow, list)}`];
  });
}

function judgeLine(scene: Scene, call: Call, line: string): void {
  const context = { readme: scene.declared.readme, declared: scene.declared, name: scene.pkg.name };
  for (const threat of shellThreats(line, context)) {
    const reach = threat.isOnRequestFine ? reachOf(scene, call) : 'start';
    const { isOnRequestFine: _, ...told } = threat;
    report(scene, call, {
      ...told,
      severity: reach === 'start' ? threat.severity : reach === 'command' ? 'low' : 'moderate',
      confidence: reach === 'start' ? (threat.confidence ?? 'high') : 'medium',
    });
  }
}

function judgeRunText(
  scene: Scene,
  call: Call,
  args: readonly Node[],
  name: string,
  shape: string,
  list: string,
): void {
  const isShellWithCode =
    /^(?:\S*\/)?(?:(?:ba|z|da)?sh|cmd(?:\.exe)?|powershell(?:\.exe)?|pwsh|node|python3?|perl)$/.test(
      shape,
    ) && /(?:^|\s)(?:-c|\/c|-e|-EncodedCommand|-enc|-Command|--eval)\s/i.test(`${list} `);
  const code = isShellWithCode ? args[1] : calls.isShellExec(name) ? args[0] : null;
  if (!code) return;
  const labels = carried(scene, code);
  const startsUnknown =
    isShellWithCode ||
    (shapeOf(scene.model, code) ?? HOLE).startsWith(HOLE) ||
    /^(?:node|python3?|perl) -e/.test(shape);
  if (startsUnknown) noteSink(scene, call, 'run', labels, false);
  if (labels & REMOTE && startsUnknown) {
    report(scene, call, {
      ruleId: 'fetched-code-executed',
      severity: 'critical',
      message: 'Text that came over the network is run as a command.',
    });
  } else if (labels & (DECODED | INVISIBLE) && startsUnknown) {
    report(scene, call, {
      ruleId: 'decoded-code-executed',
      severity: 'critical',
      message: 'Text is decoded and run as a command.',
    });
  }
}

type Written = Map<string | Binding, { node: Call; labels: number }>;

function noteWrite(scene: Scene, call: Call, name: string, written: Written): void {
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

function judgeDropped(scene: Scene, call: Node, args: readonly Node[], written: Written): void {
  if (written.size === 0) return;
  const drop = droppedIn(scene, args, written);
  if (!drop) return;
  const place = sourcePlace(scene);
  if (drop.labels & REMOTE && place !== 'foreign' && place !== 'drop') {
    const isOpen = place === 'own' || place === 'release' || place === 'local';
    report(scene, call, {
      ruleId: 'binary-download',
      severity: isOpen ? 'low' : 'moderate',
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
    if (!is(name, CLIENT) && !/^https?\.(?:get|request)$/.test(name)) continue;
    const texts = candidatesOf(scene, call.arguments[0]);
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
    const written = scene.file.text.slice(made.start, made.end);
    if (new RegExp(`['"\`](?:node:)?${text}['"\`]`).test(written)) return;
    const isStrong =
      /^(?:child_process|eval|Function|exec|execSync|spawn|spawnSync|net|dgram|vm)$/.test(text);
    report(scene, at, {
      ruleId: 'hidden-name',
      severity: isStrong ? 'high' : 'moderate',
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

function sourceOf(scene: Scene, node: Node): Node {
  if (node.type !== 'Identifier') return node;
  const defs = lookup(scene.model, node)?.defs.filter((def) => def.value !== null) ?? [];
  const value =
    defs.length === 1 && defs[0]?.kind === 'init' && defs[0].path.length === 0
      ? defs[0].value
      : null;
  return value ? unwrap(value) : node;
}
