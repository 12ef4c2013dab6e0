// Arguments that a program takes for its options, which may write files or run other programs.
import { ruleData } from '../../../rule-data.ts';
import type { Severity } from '../../../types.ts';
import { array, literal, optionsOf, textOf, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { arrivals, describes, isWholeArgument, type Fault, type ToolContext } from './faults.ts';

interface OptionProgram {
  programs: string[];
  /** Where only some of its commands have such options: their names. */
  commands?: string[];
  /** Whether an option of it runs a program or writes any file. */
  isDangerous: boolean;
  /** How bad it is with one of its commands, where it is not else. */
  grave?: Severity;
}
interface OptionData {
  optionPrograms: OptionProgram[];
  /** Options after which the next argument is not theirs. */
  flags: string[];
  /** Libraries that hand arguments to a program, and how grave that is by method. */
  optionClients: { names: string[]; program: string; methods: Record<string, Severity> }[];
  /** What packages export as the path of a program. */
  programPaths: Record<string, string>;
}

function isOptionData(data: unknown): data is OptionData {
  const { optionPrograms, optionClients, flags } = (data ?? {}) as Partial<OptionData>;
  return Array.isArray(optionPrograms) && Array.isArray(optionClients) && Array.isArray(flags);
}

export function optionFault(
  use: Use,
  command: Value,
  list: Value | undefined,
  tool: ToolContext,
): Fault | undefined {
  if (list?.kind !== 'array') return undefined;
  const known = programOf(command);
  const split = splitFault(use, list.items, known !== undefined, tool);
  if (split || !known) return split;
  const end = list.items.findIndex((item) => textOf(item) === '--');
  const before = end === -1 ? list.items : list.items.slice(0, end);
  for (const [index, item] of before.entries()) {
    if (!isWholeArgument(item) || isValueOf(before[index - 1])) continue;
    const first = arrivals(use, item, tool, ['stripped', 'normalized', 'joined']).find(
      (arrival) => arrival.checks.size === 0 && !arrival.isTyped,
    );
    if (!first) continue;
    const isDangerous = tool.isKnown && known.isDangerous;
    return {
      ruleId: 'argument-injection',
      severity: isDangerous
        ? runsBy(known, before)
          ? 'high'
          : 'moderate'
        : known.grave &&
            tool.isKnown &&
            runsBy(known, before) &&
            !LOOKS_AT_DASHES.test(use.file.text)
          ? known.grave
          : 'low',
      confidence: 'medium',
      message: 'A tool argument may be taken as an option of the program that is started',
      taint: first.taint,
    };
  }
  return undefined;
}

// Arguments are looked at for options where the program is started.
const LOOKS_AT_DASHES = /startsWith\(\s?['"`]-|\/\^-|\[0\] ?===? ?['"`]-|charAt\(0\) ?===? ?['"`]-/;
// What follows is then handed on as it is.
const HANDS_ON = /\b(?:commands?|arguments|args|flags|options|parameters)\b/;

/** `line.split(' ')` where the line was put together: a blank in an argument begins another one. */
function splitFault(
  use: Use,
  items: readonly Value[],
  isKnown: boolean,
  tool: ToolContext,
): Fault | undefined {
  const open = items
    .flatMap((item) => arrivals(use, item, tool, ['stripped', 'encoded', 'shell-quoted']))
    .find(
      ({ taint, checks, isTyped }) =>
        taint.marks.has('split') &&
        !isTyped &&
        !checks.has('allowed') &&
        !checks.has('pattern') &&
        !describes(tool, taint.origin, HANDS_ON),
    );
  if (!open) return undefined;
  return {
    ruleId: 'argument-injection',
    severity: isKnown ? 'high' : 'moderate',
    confidence: 'medium',
    message:
      'A command line is taken apart at its blanks, so that a tool argument brings options of its own',
    taint: open.taint,
  };
}

/** `git.raw(['log', revision])`, `git.show(revision)`: clients that start the program by themselves. */
export function clientOptionFault(use: Use, tool: ToolContext): Fault | undefined {
  const { optionClients } = ruleData('sinks', isOptionData);
  const client = optionClients.find(
    ({ names, methods }) =>
      names.some((name) => use.name.startsWith(`${name}.`)) && Object.hasOwn(methods, use.method),
  );
  if (!client) return undefined;
  const items = use.args.flatMap((arg) => (arg.kind === 'array' ? arg.items : [arg]));
  const line = array([literal(use.method), ...items]);
  const fault = optionFault(use, literal(client.program), line, tool);
  return fault && { ...fault, severity: client.methods[use.method] ?? 'low' };
}

/** `git`, `/usr/bin/git`, `process.env.GIT ?? 'git'` and `rgPath` of a package. */
/** The program that is named, also by the path that a package or the platform exports. */
export function programText(command: Value): string | undefined {
  const { programPaths } = ruleData('sinks', isOptionData);
  return command.kind === 'external' && Object.hasOwn(programPaths, command.name)
    ? programPaths[command.name]
    : textOf(command);
}

function programOf(command: Value): OptionProgram | undefined {
  const { optionPrograms } = ruleData('sinks', isOptionData);
  for (const option of optionsOf(command)) {
    const name = /([^/\\]+?)(?:\.exe)?$/.exec(programText(option) ?? '')?.[1];
    const found = optionPrograms.find(({ programs }) => name && programs.includes(name));
    if (found) return found;
  }
  return undefined;
}

const runsBy = ({ commands }: OptionProgram, line: readonly Value[]): boolean =>
  !commands || line.some((item) => commands.includes(textOf(item) ?? ''));

/** `-m message`: what follows such an option is its value, however it begins. */
function isValueOf(before: Value | undefined): boolean {
  const option = before && textOf(before);
  return (
    option !== undefined &&
    /^--?[a-z]/i.test(option) &&
    !option.includes('=') &&
    !ruleData('sinks', isOptionData).flags.includes(option)
  );
}
