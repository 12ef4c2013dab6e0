// A command line of a client configuration -> what it starts. Exact: flags that take values are known, shells are not guessed at.
import type { ConfiguredServer, Launch } from '../types.ts';
import { leadingOptions, programOf, splitWords, unsupported } from './command-words.ts';
import { containerLaunch, pythonLaunch } from './runner-foreign.ts';
import { behindVerb, npmLaunch, npxLaunch, type Start } from './runner-npm.ts';

const MAX_DEPTH = 4;
const PYTHON = new Set([
  ...['uvx', 'uv', 'pipx', 'python', 'python3', 'py', 'poetry', 'hatch', 'rye', 'conda', 'pixi'],
]);
const CONTAINERS = new Set(['docker', 'podman', 'nerdctl', 'container']);
const SHELLS = new Set(['sh', 'bash', 'zsh', 'dash', 'fish', 'ksh', 'powershell', 'pwsh']);
const SCRIPTS = new Set(['node', 'tsx', 'ts-node']);
const SCRIPT_VALUES = new Set([
  ...['-r', '--require', '--import', '--loader', '--experimental-loader', '--env-file', '-P'],
]);

export function launchOf(server: ConfiguredServer): Launch {
  if (server.packages) return packageLaunch(server.packages);
  if (server.command !== undefined) return commandLaunch(server.command, server.args, 0);
  if (server.url !== undefined) return { kind: 'remote', url: server.url };
  return unsupported('unknown', 'the entry has neither a command nor a URL');
}

function packageLaunch(packages: NonNullable<ConfiguredServer['packages']>): Launch {
  const npm = packages.filter((entry) => entry.registry === 'npm');
  if (npm.length === 0) {
    const kinds = [...new Set(packages.map((entry) => entry.registry))].sort().join(', ');
    return unsupported(kinds || 'unknown', `it is published as ${kinds || 'nothing'}, not on npm`);
  }
  const specs = npm.map(({ name, version }) => (version ? `${name}@${version}` : name));
  return { kind: 'npm', specs, runner: 'server.json', args: [] };
}

export function commandLaunch(command: string, args: readonly string[], depth: number): Launch {
  if (depth > MAX_DEPTH) return unsupported('nested', 'the command is wrapped too many times');
  const start: Start = (inner, rest) => commandLaunch(inner, rest, depth + 1);
  const words = wholeLine(command, args);
  if (words) return start(words[0] ?? '', words.slice(1));
  const program = programOf(command);
  if (program === 'npx' || program === 'bunx' || program === 'pnpx') {
    return npxLaunch(program, args, start);
  }
  if (program === 'npm') return npmLaunch(args, start);
  if (program === 'bun') return bunLaunch(args, start);
  if (program === 'pnpm' || program === 'yarn') {
    const inner = behindVerb(args, ['dlx']);
    if (inner) return npxLaunch(`${program} dlx`, inner, start);
    return unsupported(program, 'it starts a script of a local project; vet its folder');
  }
  if (program === 'deno') return denoLaunch(args);
  if (program === 'cmd') return cmdLaunch(args, start);
  if (program === 'env' || program === 'cross-env') return envLaunch(args, start);
  if (SHELLS.has(program)) return shellLaunch(program, args, start);
  if (SCRIPTS.has(program)) return scriptLaunch(program, args);
  if (PYTHON.has(program)) return pythonLaunch(program, args);
  if (CONTAINERS.has(program)) return containerLaunch(program, args);
  if (/[\\/]/.test(command) || /\.[cm]?[jt]s$/.test(command)) {
    return { kind: 'local', path: command };
  }
  return unsupported(
    'command',
    `it starts the program ${safe(program)}, which is not an npm runner`,
  );
}

/** Some clients take the whole line as the command. */
function wholeLine(command: string, args: readonly string[]): string[] | undefined {
  const first = command.trim().split(/\s/)[0] ?? '';
  if (args.length > 0 || !/\s/.test(command.trim()) || /[\\/]/.test(first)) return undefined;
  const words = splitWords(command);
  return words && words.length > 1 ? words : undefined;
}

function bunLaunch(args: readonly string[], start: Start): Launch {
  const inner = behindVerb(args, ['x']);
  if (inner) return npxLaunch('bun x', inner, start);
  return scriptLaunch('bun', behindVerb(args, ['run']) ?? args);
}

/** `deno run -A npm:@scope/x@1.2.3` starts an npm package. */
function denoLaunch(args: readonly string[]): Launch {
  const at = args.findIndex((word) => word.startsWith('npm:'));
  const spec = /^npm:\/?((?:@[^/@]+\/)?[^/@]+(?:@[^/]+)?)/.exec(args[at] ?? '')?.[1];
  if (spec !== undefined) {
    return { kind: 'npm', specs: [spec], runner: 'deno', args: args.slice(at + 1) };
  }
  return unsupported('deno', 'it is started by deno; only npm packages are vetted');
}

function cmdLaunch(args: readonly string[], start: Start): Launch {
  const at = args.findIndex((word) => /^\/[ck]$/i.test(word));
  const rest = args.slice(at + 1);
  if (at < 0 || rest.length === 0)
    return unsupported('cmd', 'it starts a Windows shell without a command');
  const words = rest.length === 1 ? splitWords(rest[0] ?? '') : [...rest];
  if (!words || words.length === 0)
    return unsupported('shell', 'it runs a shell string, which is not taken apart');
  return start(words[0] ?? '', words.slice(1));
}

function envLaunch(args: readonly string[], start: Start): Launch {
  const at = args.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word) && !word.startsWith('-'));
  if (at < 0) return unsupported('env', 'it sets variables and starts nothing');
  return start(args[at] ?? '', args.slice(at + 1));
}

function shellLaunch(program: string, args: readonly string[], start: Start): Launch {
  const at = args.findIndex((word) => /^-[a-z]*c$/i.test(word) || /^-command$/i.test(word));
  const words = at >= 0 ? splitWords(args[at + 1] ?? '') : undefined;
  if (at < 0 && args.length === 1 && args[0]) return { kind: 'local', path: args[0] };
  if (!words || words.length === 0) {
    return unsupported('shell', `it runs a ${program} script, which is not taken apart`);
  }
  const from = words[0] === 'exec' ? 1 : 0;
  return start(words[from] ?? '', words.slice(from + 1));
}

function scriptLaunch(program: string, args: readonly string[]): Launch {
  const path = leadingOptions(args, (flag) => SCRIPT_VALUES.has(flag)).rest[0];
  return path === undefined
    ? unsupported(program, 'it starts no file that is named')
    : { kind: 'local', path };
}

function safe(text: string): string {
  return /^[\w.-]{1,40}$/.test(text) ? text : 'named there';
}
