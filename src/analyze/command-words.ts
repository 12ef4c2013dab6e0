// Words of command lines, and the answer for what is no npm package.
import type { Launch } from '../types.ts';

/** `/usr/local/bin/npx`, `npx.cmd`, `C:\nodejs\npx.exe` -> `npx`. */
export function programOf(command: string): string {
  const base = command.trim().split(/[\\/]/).at(-1) ?? '';
  return base.toLowerCase().replace(/\.(cmd|exe|bat|ps1)$/, '');
}

/** Words of a plain command line; undefined where a shell would do more than split. */
export function splitWords(line: string): string[] | undefined {
  if (line.length > 4_000 || /[;&|<>`]|\$\(/.test(line)) return undefined;
  const words = line.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];
  return words.map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
}

export interface Options {
  /** What stood before the first word that is no option, in order. */
  given: { flag: string; value?: string }[];
  /** That word and everything behind it. */
  rest: string[];
}

/** Options up to the first plain word or `--`; `takesValue` tells which eat the word behind them. */
export function leadingOptions(
  args: readonly string[],
  takesValue: (flag: string) => boolean,
): Options {
  const given: Options['given'] = [];
  let index = 0;
  for (; index < args.length; index += 1) {
    const word = args[index] ?? '';
    if (word === '--') return { given, rest: args.slice(index + 1) };
    if (!word.startsWith('-')) break;
    const at = word.indexOf('=');
    const flag = at < 0 ? word : word.slice(0, at);
    const value = at >= 0 ? word.slice(at + 1) : takesValue(flag) ? args[(index += 1)] : undefined;
    given.push({ flag, ...(value === undefined ? {} : { value }) });
  }
  return { given, rest: args.slice(index) };
}

/** What can still be said of it goes into the reason; `isPinned` only where that is known. */
export function unsupported(code: string, reason: string, isPinned?: boolean): Launch {
  return { kind: 'unsupported', code, reason, ...(isPinned === undefined ? {} : { isPinned }) };
}
