// Arguments that reach a shell or choose a program.
import type { Value } from '../surface/eval/values.ts';
import { literal, optionsOf, taintsOf, textOf } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { property } from '../surface/registrations.ts';
import {
  arrivals,
  isUnnamed,
  isWholeArgument,
  partsOf,
  states,
  type Arrival,
  type Fault,
  type ToolContext,
} from './faults.ts';
import { optionFault, programText } from './options.ts';
import { isShell, scriptIn } from './scripts.ts';
import type { Sink } from './sinks.ts';

const RUNS_COMMANDS =
  /\b(?:run|runs|exec|execut\w+|shell|terminal|command|commands|bash|powershell|script|cli|process)\b/;
// "Explains a command; it is never run."
const RUNS_NONE =
  /\b(?:never|not|nor|without|nothing(?: is| gets)?|no (?:commands?|code|programs?|scripts?)(?: is| are| gets?| will be)?|only (?:parsed?|explained|taken apart|analy[sz]ed|checked))(?: \w{1,12}){0,2} (?:runs?|running|ran|execut\w{1,4}|started?|starting|launch\w{0,3}|evaluat\w{1,3})\b/;
const RUNS_CODE =
  /\b(?:scripts?|code|python|javascript|applescript|powershell|snippets?|eval\w*|execut\w+|run|runs|sql|query|queries)\b/;
// Quotes and the character that undoes quoting.
const ESCAPES_ALL = /\.replace(?:All)?\(\s*(?:\/\\\\\/g|\/\[[^\]]{0,6}\\\\|["']\\\\["'])/;
export function commandFault(use: Use, sink: Sink, tool: ToolContext): Fault | undefined {
  const [first] = use.args;
  // `new StdioClientTransport({ command, args })`
  const command = property(first, 'command') ?? property(first, 'file') ?? first;
  if (!command) return undefined;
  if (sink.kind === 'shell') return shellFault(use, command, tool);
  const list = use.args.find((arg, index) => index > 0 && arg.kind === 'array');
  if (usesShell(use)) {
    return shellFault(use, command, tool) ?? (list && shellFault(use, list, tool));
  }
  if (mayUseShell(use)) {
    const fault = shellFault(use, command, tool) ?? (list && shellFault(use, list, tool));
    if (fault?.severity === 'high') return { ...fault, severity: 'moderate', confidence: 'medium' };
  }
  const program = programText(command);
  if (program !== undefined && list?.kind === 'array') {
    const script = scriptFault(use, [literal(program), ...list.items], tool);
    if (script || isShell(program)) return script;
  }
  return programFault(use, command, tool) ?? optionFault(use, command, list, tool);
}

function usesShell(use: Use): boolean {
  return [...use.args, ...(use.client ?? [])].some((arg) => {
    const shell = property(arg, 'shell');
    return shell?.kind === 'literal' ? Boolean(shell.value) : shell?.kind === 'text';
  });
}

/** `shell: process.platform === 'win32'`: on some machines it does. */
function mayUseShell(use: Use): boolean {
  return use.args.some((arg) => {
    const shell = property(arg, 'shell');
    return shell?.kind === 'unknown' || shell?.kind === 'union';
  });
}

export function shellFault(use: Use, command: Value, tool: ToolContext): Fault | undefined {
  const open = arrivals(use, command, tool, ['shell-quoted', 'stripped']).filter(isOpen);
  const first = open.find((arrival) => !arrival.isTyped) ?? open[0];
  if (!first) return undefined;
  const isWhole = isWholeArgument(command);
  // Running what it is told is then what the tool is for; the review of tools speaks about that.
  const isStated =
    states(tool, RUNS_COMMANDS) && !states(tool, RUNS_NONE) && !isUnnamed(tool, first.taint.origin);
  if (isWhole && isStated) return undefined;
  const isDoubtful = first.isTyped || first.checks.has('named');
  const isOneOfSeveral = dependsOnBranch(command);
  return {
    ruleId: 'shell-injection',
    severity: isDoubtful ? 'low' : isOneOfSeveral ? 'moderate' : 'high',
    confidence: isDoubtful
      ? 'low'
      : isOneOfSeveral || first.taint.marks.has('half-quoted')
        ? 'medium'
        : 'high',
    message: isWhole
      ? 'A tool argument is run as a shell command'
      : 'A tool argument is put into a shell command without quoting',
    taint: first.taint,
  };
}

/** `pod.exec(name, ['sh', '-c', script])`: a command line in a call of any kind. */
export function lineFault(use: Use, tool: ToolContext): Fault | undefined {
  for (const arg of use.args) {
    if (arg.kind !== 'array' && arg.kind !== 'object') continue;
    for (const [, part] of partsOf(arg)) {
      if (part.kind !== 'array' || !isShell(textOf(part.items[0]) ?? '')) continue;
      const fault = scriptFault(use, part.items, tool);
      if (fault) return fault;
    }
  }
  return undefined;
}

/** A template that the library would have quoted: every part of it counts. */
export function rawShellFault(use: Use, tool: ToolContext): Fault | undefined {
  const [text] = use.args;
  return text && shellFault(use, text, tool);
}

/** Part of a script that an interpreter is given: `sh -c script`, `osascript -e script`. */
export function scriptFault(
  use: Use,
  line: readonly Value[],
  tool: ToolContext,
): Fault | undefined {
  const found = scriptIn(line);
  if (!found) return undefined;
  if (found.isShell) return shellFault(use, found.script, tool);
  const open = arrivals(use, found.script, tool, ['stripped', 'json', 'shell-quoted']).filter(
    isOpen,
  );
  const first = open.find((arrival) => !arrival.isTyped && !arrival.checks.has('named'));
  if (!first || (isWholeArgument(found.script) && states(tool, RUNS_CODE))) return undefined;
  const isQuoted = first.taint.marks.has('half-quoted');
  return {
    ruleId: 'code-injection',
    severity: isQuoted ? (ESCAPES_ALL.test(use.file.text) ? 'low' : 'moderate') : 'high',
    confidence: isQuoted ? 'low' : 'high',
    message: 'A tool argument is put into the text of a script that another program runs',
    taint: first.taint,
  };
}

/** The argument is one of several things that may stand there, the others being no constants. */
function dependsOnBranch(value: Value): boolean {
  const parts = optionsOf(value).flatMap((o) => (o.kind === 'text' ? o.parts : [o]));
  const holders = parts.filter((part) => taintsOf(part).length > 0);
  return holders.every(
    (part) =>
      part.kind === 'union' &&
      part.options.some((o) => o.kind !== 'literal' && taintsOf(o).length === 0),
  );
}

const isOpen = ({ checks }: Arrival) => !checks.has('allowed') && !checks.has('pattern');

function programFault(use: Use, command: Value, tool: ToolContext): Fault | undefined {
  const first = arrivals(use, command, tool, ['stripped']).filter(isOpen)[0];
  if (!first || states(tool, RUNS_COMMANDS)) return undefined;
  const isDoubtful = first.isTyped || first.checks.size > 0;
  return {
    ruleId: 'program-from-argument',
    severity: isDoubtful ? 'low' : 'high',
    confidence: isDoubtful ? 'low' : 'medium',
    message: 'A tool argument decides which program is started',
    taint: first.taint,
  };
}
