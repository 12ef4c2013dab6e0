// Command lines in which one of the arguments is a script: which, and for what interpreter.
import { ruleData } from '../../../rule-data.ts';
import { textOf, type Value } from '../surface/eval/values.ts';

interface Interpreter {
  programs: string[];
  /** What stands before the script; none if it is the last argument. */
  flags: string[];
  isShell: boolean;
}
interface ScriptData {
  interpreters: Interpreter[];
  /** They start what stands among their own arguments. */
  wrappers: string[];
}
export interface Script {
  script: Value;
  isShell: boolean;
}

function isScriptData(data: unknown): data is ScriptData {
  const { interpreters, wrappers } = (data ?? {}) as Partial<ScriptData>;
  return Array.isArray(wrappers) && Array.isArray(interpreters);
}

/** `[program, ...arguments]` -> the argument that is a script. */
export function scriptIn(line: readonly Value[]): Script | undefined {
  const { wrappers } = ruleData('sinks', isScriptData);
  const texts = line.map((item) => textOf(item));
  const isWrapped = wrappers.includes(baseName(texts[0]));
  const last = isWrapped ? texts.length - 1 : 0;
  for (let at = 0; at <= last; at += 1) {
    const found = interpreterOf(texts[at]);
    const script = found && scriptAfter(found, line, texts, at);
    if (found && script) return { script, isShell: found.isShell };
  }
  return undefined;
}

export const isShell = (program: string): boolean => interpreterOf(program)?.isShell === true;

function interpreterOf(program: string | undefined): Interpreter | undefined {
  const name = baseName(program);
  if (name === '') return undefined;
  return ruleData('sinks', isScriptData).interpreters.find((one) => one.programs.includes(name));
}

/** Without folder, `.exe` and version: `/usr/bin/python3.11` is python. */
const baseName = (program: string | undefined): string =>
  (/([^/\\]+)$/.exec(program ?? '')?.[1] ?? '')
    .toLowerCase()
    .replace(/\.exe$/, '')
    .replace(/(?<=[a-z])[\d.]+$/, '');

function scriptAfter(
  { flags, programs }: Interpreter,
  line: readonly Value[],
  texts: readonly (string | undefined)[],
  at: number,
): Value | undefined {
  if (flags.length === 0) {
    // `ssh host command`: the host alone is no script.
    return line.length - at > 2 || programs.includes('sqlite') ? line.at(-1) : undefined;
  }
  const isFlag = (text: string | undefined) => flags.includes((text ?? '').toLowerCase());
  const first = texts.findIndex((text, index) => index > at && isFlag(text));
  if (first === -1) return undefined;
  // `sh -c 'cmd "$1"' sh argument` hands the argument over without parsing it.
  return line.slice(first + 1).find((item) => !isFlag(textOf(item)));
}
