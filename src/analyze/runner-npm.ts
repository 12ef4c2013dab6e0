// npx and its relatives: which packages a command line fetches, and what a wrapper among them starts.
import type { Launch } from '../types.ts';
import { leadingOptions, splitWords, unsupported } from './command-words.ts';

/** Starts another command line; handed in, because that one may be npx again. */
export type Start = (command: string, args: readonly string[]) => Launch;

// npm's options that take a value; everything else with dashes is a switch.
const VALUE_FLAGS = new Set([
  ...['-p', '--package', '-c', '--call', '-w', '--workspace', '--registry', '--userconfig'],
  ...['--globalconfig', '--cache', '--prefix', '--node-options', '--loglevel', '--script-shell'],
  ...['--tag', '--node-arg', '-n', '--shell', '--cafile', '--reporter', '--dir', '-C', '--cwd'],
]);
// -yp is -y -p.
const PACKAGE_FLAG = /^(-[yq]*p|--package)$/;
const REMOTE_WRAPPERS = new Set(['mcp-remote', '@modelcontextprotocol/mcp-remote']);
const STDIO_WRAPPERS = new Set(['supergateway', 'mcp-proxy', '@modelcontextprotocol/inspector']);
// They run the file or the command that stands behind them.
const SCRIPT_RUNNERS = new Set(['tsx', 'ts-node', 'nodemon', 'node']);
const COMMAND_RUNNERS = new Set(['cross-env', 'dotenv', 'dotenv-cli', 'dotenvx']);
const INSTALLERS = new Set(['@smithery/cli']);

export function npxLaunch(runner: string, args: readonly string[], start: Start): Launch {
  const { given, rest } = leadingOptions(args, takesValue);
  if (given.some(({ flag }) => flag === '-c' || flag === '--call')) {
    return unsupported('shell', 'it runs a shell string (--call), which is not taken apart');
  }
  const packages = given
    .filter(({ flag }) => PACKAGE_FLAG.test(flag))
    .map(({ value }) => value ?? '');
  const specs = packages.length > 0 ? packages : rest.slice(0, 1);
  if (specs.length === 0 || specs.includes('')) {
    return unsupported('npx', 'the command names no package');
  }
  const own = rest.slice(1);
  const wraps = wrappedBy(nameOf(specs[0] ?? ''), own, start);
  return { kind: 'npm', specs, runner, args: own, ...(wraps ? { wraps } : {}) };
}

function takesValue(flag: string): boolean {
  return VALUE_FLAGS.has(flag) || PACKAGE_FLAG.test(flag);
}

export function npmLaunch(args: readonly string[], start: Start): Launch {
  const inner = behindVerb(args, ['exec', 'x']);
  if (inner) return npxLaunch('npm exec', inner, start);
  return unsupported('npm', 'it starts a script of a local project (npm run); vet its folder');
}

/** `pnpm --silent dlx x` -> `--silent x`: options may stand on either side of the verb. */
export function behindVerb(
  args: readonly string[],
  verbs: readonly string[],
): string[] | undefined {
  const { rest } = leadingOptions(args, takesValue);
  const at = args.length - rest.length;
  if (!verbs.includes(args[at] ?? '')) return undefined;
  return [...args.slice(0, at), ...args.slice(at + 1)];
}

function nameOf(spec: string): string {
  return spec.replace(/(?!^)@[^/]*$/, '');
}

/** A wrapper is vetted itself, and so is what it starts; a remote behind it cannot be. */
function wrappedBy(name: string, args: readonly string[], start: Start): Launch | undefined {
  if (REMOTE_WRAPPERS.has(name)) return remoteIn(args);
  if (STDIO_WRAPPERS.has(name)) return wrappedStdio(args, start);
  if (INSTALLERS.has(name)) {
    return unsupported('installer', 'it fetches and starts a server of its own choice at run time');
  }
  if (SCRIPT_RUNNERS.has(name)) {
    const path = args.find((word) => /\.[cm]?[jt]sx?$/.test(word));
    return path === undefined ? undefined : { kind: 'local', path };
  }
  if (!COMMAND_RUNNERS.has(name)) return undefined;
  const dashes = args.indexOf('--');
  const inner = dashes >= 0 ? args.slice(dashes + 1) : args.filter((word) => !/^\w+=/.test(word));
  return inner[0]?.startsWith('-') === false ? start(inner[0], inner.slice(1)) : undefined;
}

function wrappedStdio(args: readonly string[], start: Start): Launch | undefined {
  const line = valueOf(args, /^--stdio$/);
  if (line !== undefined) {
    const words = splitWords(line);
    if (words?.[0] !== undefined) return start(words[0], words.slice(1));
    return unsupported('shell', 'it runs a shell string, which is not taken apart');
  }
  if (valueOf(args, /^--(sse|streamableHttp)$/) !== undefined) return remoteIn(args);
  const dashes = args.indexOf('--');
  // mcp-proxy and the inspector also take the command bare, behind their own options.
  const inner = dashes >= 0 ? args.slice(dashes + 1) : bareCommand(args);
  return inner[0] === undefined ? remoteIn(args) : start(inner[0], inner.slice(1));
}

function bareCommand(args: readonly string[]): readonly string[] {
  const at = args.findIndex((word) => /^(npx|node|uvx|bunx|docker|python3?)$/.test(word));
  return at < 0 ? [] : args.slice(at);
}

function remoteIn(args: readonly string[]): Launch | undefined {
  const url = args.map((word) => word.replace(/^--?[\w-]+=/, '')).find(isUrl);
  return url === undefined ? undefined : { kind: 'remote', url };
}

function isUrl(word: string): boolean {
  return /^https?:\/\//i.test(word);
}

/** `--flag value` or `--flag=value`. */
function valueOf(args: readonly string[], flag: RegExp): string | undefined {
  const at = args.findIndex((word) => flag.test(word.split('=')[0] ?? ''));
  if (at < 0) return undefined;
  const word = args[at] ?? '';
  return word.includes('=') ? word.slice(word.indexOf('=') + 1) : args[at + 1];
}
