// Threats by what is run: decoded or fetched code, downloads, reverse shells.
import type { Severity } from '../../../../types.ts';
import type { Node } from '../../parse.ts';
import { isCloselyRead } from '../closeness.ts';
import { callsCode } from './code-runners.ts';
import { judgeCommand } from './commands.ts';
import { hostOf, placeOf } from '../declared.ts';
import type { Place } from '../declared.ts';
import { judgeDropped, noteFetched, noteMoved, noteUnpacked, noteWrite } from './dropped.ts';
import type { Written } from './dropped.ts';
import { CHMOD, CONNECTION, EVAL, EXEC, WRITE, is } from '../flow/kinds.ts';
import { DECODED, INVISIBLE, REMOTE, SHELL, SOCKET } from '../flow/labels.ts';
import { isSpelt } from '../flow/encoded.ts';
import type { Invocation } from '../flow/invoke.ts';
import { functionAround } from '../flow/model.ts';
import type { Call } from '../flow/model.ts';
import { HOLE, keyOf, nameOf, shapeOf, unwrap } from '../flow/names.ts';
import { judgeOwnCode, judgeOwnUnpacking } from './own-code.ts';
import { noteSink } from '../flow/record.ts';
import { carried, carriedByAll, report } from '../scene.ts';
import type { Scene } from '../scene.ts';
import * as calls from '../flow/vocabulary.ts';
import { judgeWasm } from './wasm.ts';

const PINNED_MODULE =
  /^https:\/\/(?:cdn\.jsdelivr\.net\/npm|unpkg\.com|esm\.sh|cdn\.skypack\.dev|esm\.run)\/(?:@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+(?:[\w.+-]*)(?:\/[\w./+-]*)?$/;

// Node refuses such an import; a server that brings its own pages leaves it to the browser.
const ON_A_PAGE = /\bdocument\.(?:createElement|querySelector|getElementById|body)\b/;

export function findExecution(scene: Scene): void {
  const written: Written = new Map();
  for (const invocation of scene.calls) {
    const { call, name } = invocation;
    judgeCode(scene, invocation);
    judgePipe(scene, call);
    judgeWasm(scene, call, name);
    judgeOwnUnpacking(scene, call, name);
    if (is(name, WRITE)) {
      noteWrite(scene, call, name, written);
      judgeOwnCode(scene, call, name);
    }
  }
  for (const { call, name } of scene.calls) noteFetched(scene, call, name, written);
  for (const { call, name } of scene.calls) noteUnpacked(scene, call, name, written);
  for (const { call, name } of scene.calls) noteMoved(scene, call, name, written);
  for (const { call, name, args } of scene.calls) {
    if (is(name, EXEC)) judgeCommand(scene, call, args, name);
    if (name === 'require' && args[0] && carried(scene, args[0]) & REMOTE) {
      if (isNamedThere(scene, shapeOf(scene.model, args[0]) ?? ''))
        report(scene, call, {
          ruleId: 'fetched-code-executed',
          severity: 'critical',
          message: 'Which module is loaded comes over the network.',
        });
    }
    const isLoad =
      name === 'require' ||
      name === 'module.createRequire()' ||
      name === 'process.dlopen' ||
      name === 'new Worker';
    if ((is(name, EXEC) || isLoad) && !is(name, CHMOD))
      judgeDropped(scene, call, call.arguments.slice(0, 2), written);
  }
  for (const node of scene.model.imports) {
    judgeImport(scene, node);
    judgeDropped(scene, node, [node.source], written);
  }
}

/** What a compiler to WebAssembly puts around a module: it evaluates the code that the module brings along. */
function isOfCompiler({ file, model }: Scene, call: Node): boolean {
  const around = functionAround(model, call)?.name ?? '';
  // `new Function(getStringFromWasm0(pointer, length))`
  if (/__wbindgen_\w/.test(file.text) && /\bgetStringFromWasm\w?\(/.test(file.textOf(call)))
    return true;
  return (
    /^addEm(?:Asm|Js)$/.test(around) &&
    /\bUTF8ToString\(/.test(file.text) &&
    /\bnew WebAssembly\.Module\(/.test(file.text)
  );
}

function judgeCode(scene: Scene, invocation: Invocation): void {
  const { call } = invocation;
  const code = callsCode(scene, invocation) ?? runnerGiven(scene, call);
  if (!code) return;
  const labels = carried(scene, code);
  noteSink(scene, call, 'run', labels, false);
  const shape = shapeOf(scene.model, code);
  if (labels & REMOTE) {
    report(scene, call, {
      ruleId: 'fetched-code-executed',
      severity: isOfCompiler(scene, call) ? 'moderate' : 'critical',
      message: 'Text that came over the network is run as code.',
    });
  } else if (labels & INVISIBLE) {
    report(scene, call, {
      ruleId: 'invisible-payload',
      severity: 'critical',
      message: 'Text hidden in invisible characters is decoded and run as code.',
    });
  } else if (
    labels & DECODED ||
    isFoldedCode(scene, code, shape) ||
    (shape === null && scene.pkg.isSubject && isSpelt(scene, code))
  ) {
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
    const isInline =
      (isData || nameOf(scene.model, node.source) === 'URL.createObjectURL()') &&
      (labels & REMOTE) !== 0;
    report(scene, node, {
      ruleId: 'fetched-code-executed',
      severity:
        isInline || isNamedThere(scene, shape) ? 'critical' : gradeOfImport(scene, shape, place),
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

/** Whoever sends the name of a module chooses what runs. */
const isNamedThere = (scene: Scene, shape: string): boolean =>
  scene.pkg.isSubject && shape.replaceAll(HOLE, '') === '';

/** How bad it is to import from a place; a library that loads what its own user names is no attack. */
function gradeOfImport(scene: Scene, shape: string, place: Place): Severity {
  const isOffered = !isCloselyRead(scene.pkg);
  if (place === 'local') return 'low';
  if (place === 'unknown') return isOffered ? 'low' : 'moderate';
  // A fixed version of a registry package, from the usual mirror: a browser's way to load a module.
  if (!PINNED_MODULE.test(shape)) return 'critical';
  if (isOffered) return 'low';
  return ON_A_PAGE.test(scene.file.text) ? 'moderate' : 'critical';
}

const PIPELINE = /^(?:stream(?:\.promises)?\.|readable-stream\.)?(?:pipeline|pump)$/;

function judgePipe(scene: Scene, call: Call): void {
  const name = nameOf(scene.model, call.callee) ?? '';
  if (PIPELINE.test(name)) {
    const parts = call.arguments.map((arg) => carried(scene, arg));
    for (const [index, to] of parts.entries())
      if (index > 0) judgeStream(scene, call, 'pipe', parts[index - 1] ?? 0, to, '');
    return;
  }
  const callee = unwrap(call.callee);
  const method = callee.type === 'MemberExpression' ? keyOf(scene.model, callee) : null;
  const from = callee.type === 'MemberExpression' ? carried(scene, callee.object) : 0;
  judgeStream(scene, call, method, from, carriedByAll(scene, call.arguments), name);
}

function judgeStream(
  scene: Scene,
  call: Call,
  method: string | null,
  from: number,
  to: number,
  name: string,
): void {
  const isShellOnSocket = is(name, EXEC) && carried(scene, call) & SHELL && to & SOCKET;
  const isPiped =
    method === 'pipe' && ((from & SOCKET && to & SHELL) || (from & SHELL && to & SOCKET));
  if (!isShellOnSocket && !isPiped) {
    judgeFed(scene, call, method, from, to);
    return;
  }
  report(scene, call, {
    ruleId: 'reverse-shell',
    severity: 'critical',
    message: 'A shell is connected to a network connection.',
  });
}

/** Text that a shell or an interpreter reads from its standard input. */
function judgeFed(scene: Scene, call: Call, method: string | null, from: number, to: number): void {
  const isWritten = (method === 'write' || method === 'end') && (from & SHELL) !== 0;
  const isPiped = method === 'pipe' && (to & SHELL) !== 0;
  const fed = isWritten ? to : isPiped ? from : 0;
  if (fed & REMOTE) {
    const isConnected = scene.calls.some(({ name }) => is(name, CONNECTION));
    report(scene, call, {
      ruleId: isConnected ? 'reverse-shell' : 'fetched-code-executed',
      severity: 'critical',
      message: isConnected
        ? 'A shell is connected to a network connection.'
        : 'Text that came over the network is fed to a shell or an interpreter.',
    });
  } else if (fed & (DECODED | INVISIBLE)) {
    report(scene, call, {
      ruleId: 'decoded-code-executed',
      severity: 'critical',
      message: 'Text is decoded and fed to a shell or an interpreter.',
    });
  }
}
