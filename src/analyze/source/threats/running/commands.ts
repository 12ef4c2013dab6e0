// Threats by the command lines that code starts.
import type { Node } from '../../parse.ts';
import { unasked } from './at-install.ts';
import { candidatesOf } from '../flow/candidates.ts';
import { isCloselyRead, runsAtInstall } from '../closeness.ts';
import { patterns } from '../data.ts';
import { isAddedAndLoaded } from './fetched-packages.ts';
import { propertyTexts } from '../flow/sources.ts';
import { DECODED, INVISIBLE, REMOTE } from '../flow/labels.ts';
import { lookup, plainKey } from '../flow/model.ts';
import type { Call } from '../flow/model.ts';
import { constantOf, HOLE, shapeOf, unwrap } from '../flow/names.ts';
import { noteSink, offer } from '../flow/record.ts';
import { callersOf } from '../flow/callers.ts';
import { reachOf } from '../flow/reach.ts';
import { carried, report } from '../scene.ts';
import type { Reach, Report, Scene } from '../scene.ts';
import { shellThreats } from './shell.ts';
import { isTableProgram, judgeTable } from './tables.ts';
import * as calls from '../flow/vocabulary.ts';

/** `args`: what the program and its options are, other than they may stand in the call itself. */
export function judgeCommand(scene: Scene, call: Call, args: readonly Node[], name: string): void {
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
  if (isTableProgram(shape, list)) judgeTable(scene, call);
}

/** `run([`open "${url}"`, …])`: of each command that the element of a list may be, the program is written out. */
function startsWritten(scene: Scene, code: Node): boolean {
  const value = unwrap(code);
  if (value.type === 'Identifier' && isWrittenEachTime(scene, value)) return true;
  const list = value.type === 'MemberExpression' && value.computed ? unwrap(value.object) : null;
  const binding = list?.type === 'Identifier' ? lookup(scene.model, list) : null;
  const owner = binding?.owner;
  if (!binding || !owner) return false;
  const index = owner.params.findIndex(
    (param) => param.type === 'Identifier' && param.name === binding.name,
  );
  const sites = callersOf(scene.model).get(owner.node) ?? [];
  return sites.length > 0 && sites.every((site) => isWrittenList(scene, site, index));
}

// Its options may be code.
const INTERPRETS =
  /^(?:\S*\/)?(?:(?:ba|z|da|k|fi)?sh|cmd(?:\.exe)?|powershell(?:\.exe)?|pwsh|node|deno|bun|python3?|perl|ruby|php|osascript|eval|env|sudo|exec|xargs|nohup)\b/i;

/** `cmd = isMac ? `open "${url}"` : …`, in one place or several: the program is written out each time. */
function isWrittenEachTime(scene: Scene, name: Node): boolean {
  const defs = lookup(scene.model, name)?.defs ?? [];
  const given = defs.filter(({ value }) => value !== null);
  return (
    given.length > 0 &&
    given.length === defs.filter(({ kind, value }) => kind !== 'init' || value !== null).length &&
    given.every(({ value }) => {
      const lines = candidatesOf(scene, value);
      return (
        lines.length > 0 &&
        lines.every((line) => /^[\w./-]{2,40} /.test(line) && !INTERPRETS.test(line))
      );
    })
  );
}

function isWrittenList(scene: Scene, site: Node, index: number): boolean {
  const given = site.type === 'CallExpression' ? site.arguments[index] : undefined;
  return (
    given?.type === 'ArrayExpression' &&
    given.elements.every((one) => {
      const shape = one === null ? null : shapeOf(scene.model, one);
      return shape !== null && /^[\w./-]{2,40} /.test(shape);
    })
  );
}

/** Rows of a table of programs, `['claude', ['--flag']]` or `claude: ['--flag']`, as lines. */
function commandTable(scene: Scene): string[] {
  if (!patterns.agentBypass.test(scene.file.text)) return [];
  const rows = scene.file.nodesOf('ArrayExpression').map(({ elements: [program, list] }) => {
    return { name: constantOf(scene.model, program), list };
  });
  const members = scene.file
    .nodesOf('Property')
    .map(({ key, value: list }) => ({ name: plainKey(key), list }));
  return [...rows, ...members].flatMap(({ name, list }) => {
    if (!name || list?.type !== 'ArrayExpression' || !patterns.agentCommand.test(name)) return [];
    return [`${name} ${propertyTexts(scene.flow, list)}`];
  });
}

/** An agent that is told to look for secrets serves nobody who asked for a tool. */
const HUNTS =
  /\b(?:wallets?|keystores?|private keys?|id_rsa|seed phrases?|credentials?|passwords?)\b|\.env\b/i;

function judgeLine(scene: Scene, call: Call, line: string): void {
  const context = { readme: scene.declared.readme, declared: scene.declared, name: scene.pkg.name };
  for (const threat of shellThreats(line, context)) {
    // What the file itself encodes stands in it in clear, for the sake of quoting.
    if (threat.ruleId === 'encoded-command' && /utf-?16-?le/i.test(scene.file.text)) {
      if (!/-W(?:in\w{0,10})?\s+Hidden/i.test(line)) continue;
    }
    const isHunt = threat.ruleId === 'agent-permission-bypass' && HUNTS.test(line);
    const reach = threat.isOnRequestFine && !isHunt ? reachOfCommand(scene, call) : 'start';
    const { isOnRequestFine: _, ...plain } = threat;
    const told: Report = { ...plain, ...excerptOf(scene, call, threat.ruleId, line) };
    const graded: Report = {
      ...told,
      severity: gradeOf(scene, call, threat, line, reach),
      confidence: reach === 'start' ? (threat.confidence ?? 'high') : 'medium',
    };
    if (reach !== 'unknown' || !offer(scene, call, told, graded)) report(scene, call, graded);
  }
}

/** `spawn(COMMAND, ARGS)` does not show what is fetched. */
function excerptOf(scene: Scene, call: Call, ruleId: string, line: string): { excerpt?: string } {
  const code = scene.file.textOf(call);
  const tag = /@(?:latest|next|canary|beta)\b|\s--?y(?:es)?\b/.exec(line)?.[0].trim() ?? '';
  const isNamed = ruleId !== 'runtime-install' || (RUNS_OTHERS.test(code) && code.includes(tag));
  return isNamed ? {} : { excerpt: line.replaceAll(HOLE, '…').slice(0, 300) };
}
const RUNS_OTHERS = /\b(?:npx|bunx|uvx|pipx|pnpx|dlx|npm|pnpm|yarn|bun)\b/;

function gradeOf(
  scene: Scene,
  call: Call,
  threat: Report,
  line: string,
  reach: Reach,
): Report['severity'] {
  if (reach === 'command') return 'low';
  if (threat.ruleId === 'runtime-install' && isAddedAndLoaded(scene, call, line)) return 'high';
  if (reach !== 'start') return 'moderate';
  return runsAtInstall(scene.pkg, scene.placeOf(call).file)
    ? unasked(threat, line, scene.declared)
    : threat.severity;
}

/** A command of a dependency runs when somebody calls it, not when the server starts. */
function reachOfCommand(scene: Scene, call: Call): Reach {
  const reach = reachOf(scene, call);
  const { file } = scene.placeOf(call);
  const isOthersBin =
    !scene.pkg.isSubject &&
    Object.values(scene.pkg.manifest.bin ?? {}).some((bin) => bin.replace(/^\.\//, '') === file);
  const isLifecycle = runsAtInstall(scene.pkg, file);
  return isOthersBin && !isLifecycle && reach === 'start' ? 'command' : reach;
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
  const isProgram = !isShellWithCode && !calls.isShellExec(name);
  // A path that is put together is a place of our own, whatever its last part says.
  if (isProgram && (shape.replace(HOLE, '') !== '' || name.endsWith('fork'))) return;
  const code = isShellWithCode ? args[1] : args[0];
  if (!code) return;
  const labels = carried(scene, code);
  const startsUnknown =
    isShellWithCode ||
    ((shapeOf(scene.model, code) ?? HOLE).startsWith(HOLE) && !startsWritten(scene, code)) ||
    /^(?:node|python3?|perl) -e/.test(shape);
  if (startsUnknown && !isProgram) noteSink(scene, call, 'run', labels, false);
  if (labels & REMOTE && startsUnknown) {
    report(scene, call, {
      ruleId: 'fetched-code-executed',
      severity: 'critical',
      message: 'Text that came over the network is run as a command.',
    });
  } else if (
    labels & (DECODED | INVISIBLE) &&
    startsUnknown &&
    (!isProgram || isCloselyRead(scene.pkg))
  ) {
    report(scene, call, {
      ruleId: 'decoded-code-executed',
      severity: 'critical',
      message: 'Text is decoded and run as a command.',
    });
  }
}
