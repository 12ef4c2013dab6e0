// A command line of a client configuration -> what it starts. Exact: flags that take values are known, shells are not guessed at.
import type { ConfiguredServer, Launch } from '../types.ts';

const MAX_DEPTH = 4;
// npm's options that take a value; everything else with dashes is a switch.
const NPX_VALUE_FLAGS = new Set([
  '-p',
  '--package',
  '-c',
  '--call',
  '-w',
  '--workspace',
  '--registry',
  '--userconfig',
  '--globalconfig',
  '--cache',
  '--prefix',
  '--node-options',
  '--loglevel',
  '--script-shell',
  '--tag',
  '--node-arg',
  '-n',
  '--shell',
  '--cafile',
]);
const PYTHON = new Set([
  'uvx',
  'uv',
  'pipx',
  'python',
  'python3',
  'py',
  'poetry',
  'hatch',
  'rye',
  'conda',
  'pixi',
]);
const CONTAINERS = new Set(['docker', 'podman', 'nerdctl', 'container']);
const SHELLS = new Set(['sh', 'bash', 'zsh', 'dash', 'fish', 'ksh', 'powershell', 'pwsh']);
const REMOTE_WRAPPERS = new Set(['mcp-remote', '@modelcontextprotocol/mcp-remote']);
const STDIO_WRAPPERS = new Set(['supergateway', 'mcp-proxy', '@modelcontextprotocol/inspector']);

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
  // Some clients take the whole line as the command.
  if (
    args.length === 0 &&
    /\s/.test(command.trim()) &&
    !/[\\/]/.test(command.trim().split(/\s/)[0] ?? '')
  ) {
    const words = splitWords(command);
    if (words && words.length > 1) return commandLaunch(words[0] ?? '', words.slice(1), depth + 1);
  }
  const program = programOf(command);
  if (program === 'npx') return npxLaunch('npx', args, depth);
  if (program === 'npm') return npmLaunch(args, depth);
  if (program === 'bunx' || program === 'pnpx') return npxLaunch(program, args, depth);
  if (program === 'bun') return subcommand('bun', ['x'], args, depth);
  if (program === 'pnpm') return subcommand('pnpm', ['dlx'], args, depth);
  if (program === 'yarn') return subcommand('yarn', ['dlx'], args, depth);
  if (program === 'cmd') return cmdLaunch(args, depth);
  if (program === 'env' || program === 'cross-env') return envLaunch(args, depth);
  if (SHELLS.has(program)) return shellLaunch(program, args, depth);
  if (program === 'node' || program === 'tsx' || program === 'ts-node' || program === 'deno') {
    return scriptLaunch(program, args);
  }
  if (PYTHON.has(program)) return pythonLaunch(program, args);
  if (CONTAINERS.has(program)) return containerLaunch(program, args);
  if (/[\\/]/.test(command) || /\.[cm]?[jt]s$/.test(command))
    return { kind: 'local', path: command };
  return unsupported(
    'command',
    `it starts the program ${safe(program)}, which is not an npm runner`,
  );
}

/** `/usr/local/bin/npx`, `npx.cmd`, `C:\nodejs\npx.exe` -> `npx`. */
function programOf(command: string): string {
  const base = command.trim().split(/[\\/]/).at(-1) ?? '';
  return base.toLowerCase().replace(/\.(cmd|exe|bat|ps1)$/, '');
}

function npmLaunch(args: readonly string[], depth: number): Launch {
  const at = args.findIndex((word) => !word.startsWith('-'));
  const verb = args[at];
  if (verb === 'exec' || verb === 'x') {
    return npxLaunch('npm exec', [...args.slice(0, at), ...args.slice(at + 1)], depth);
  }
  return unsupported('npm', 'it starts a script of a local project (npm run); vet its folder');
}

function subcommand(
  program: string,
  verbs: readonly string[],
  args: readonly string[],
  depth: number,
): Launch {
  const at = args.findIndex((word) => !word.startsWith('-'));
  if (at >= 0 && verbs.includes(args[at] ?? '')) {
    return npxLaunch(
      `${program} ${args[at] ?? ''}`,
      [...args.slice(0, at), ...args.slice(at + 1)],
      depth,
    );
  }
  if (program === 'bun')
    return scriptLaunch(program, args[at] === 'run' ? args.slice(at + 1) : args);
  return unsupported(program, 'it starts a script of a local project; vet its folder');
}

function npxLaunch(runner: string, args: readonly string[], depth: number): Launch {
  const packages: string[] = [];
  let index = 0;
  for (; index < args.length; index += 1) {
    const word = args[index] ?? '';
    if (word === '--') {
      index += 1;
      break;
    }
    if (!word.startsWith('-')) break;
    const [flag = '', inline] = word.includes('=') ? splitOnce(word) : [word, undefined];
    const value = inline ?? (NPX_VALUE_FLAGS.has(flag) ? args[(index += 1)] : undefined);
    if (flag === '-c' || flag === '--call') {
      return unsupported('shell', 'it runs a shell string (--call), which is not taken apart');
    }
    if ((flag === '-p' || flag === '--package') && value) packages.push(value);
  }
  const rest = args.slice(index);
  const specs = packages.length > 0 ? packages : rest.slice(0, 1);
  if (specs.length === 0 || specs.some((spec) => spec === '')) {
    return unsupported('npx', 'the command names no package');
  }
  const own = rest.slice(1);
  const wraps = wrappedBy(specs[0] ?? '', own, depth);
  return { kind: 'npm', specs, runner, args: own, ...(wraps ? { wraps } : {}) };
}

/** A wrapper is vetted itself, and so is what it starts; a remote behind it cannot be. */
function wrappedBy(spec: string, args: readonly string[], depth: number): Launch | undefined {
  const name = spec.replace(/(?!^)@[^/]*$/, '');
  if (REMOTE_WRAPPERS.has(name)) {
    const url = args.find((word) => /^https?:\/\//i.test(word));
    return url ? { kind: 'remote', url } : undefined;
  }
  if (!STDIO_WRAPPERS.has(name)) return undefined;
  const at = args.indexOf('--stdio');
  const line = at >= 0 ? args[at + 1] : undefined;
  if (line !== undefined) {
    const words = splitWords(line);
    return words ? commandLaunch(words[0] ?? '', words.slice(1), depth + 1) : undefined;
  }
  const remote = args[args.findIndex((word) => /^--(sse|streamableHttp)$/.test(word)) + 1];
  if (remote && /^https?:\/\//i.test(remote)) return { kind: 'remote', url: remote };
  const dashes = args.indexOf('--');
  const inner = dashes >= 0 ? args.slice(dashes + 1) : [];
  return inner.length > 0 ? commandLaunch(inner[0] ?? '', inner.slice(1), depth + 1) : undefined;
}

function cmdLaunch(args: readonly string[], depth: number): Launch {
  const at = args.findIndex((word) => /^\/[ck]$/i.test(word));
  const rest = args.slice(at + 1);
  if (at < 0 || rest.length === 0)
    return unsupported('cmd', 'it starts a Windows shell without a command');
  const words = rest.length === 1 ? splitWords(rest[0] ?? '') : [...rest];
  if (!words || words.length === 0)
    return unsupported('shell', 'it runs a shell string, which is not taken apart');
  return commandLaunch(words[0] ?? '', words.slice(1), depth + 1);
}

function envLaunch(args: readonly string[], depth: number): Launch {
  const at = args.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word) && !word.startsWith('-'));
  if (at < 0) return unsupported('env', 'it sets variables and starts nothing');
  return commandLaunch(args[at] ?? '', args.slice(at + 1), depth + 1);
}

function shellLaunch(program: string, args: readonly string[], depth: number): Launch {
  const at = args.findIndex((word) => /^-[a-z]*c$/i.test(word) || /^-command$/i.test(word));
  const words = at >= 0 ? splitWords(args[at + 1] ?? '') : undefined;
  if (at < 0 && args.length === 1 && args[0]) return { kind: 'local', path: args[0] };
  if (!words || words.length === 0) {
    return unsupported('shell', `it runs a ${program} script, which is not taken apart`);
  }
  const start = words[0] === 'exec' ? 1 : 0;
  return commandLaunch(words[start] ?? '', words.slice(start + 1), depth + 1);
}

function scriptLaunch(program: string, args: readonly string[]): Launch {
  const path = args.find((word) => !word.startsWith('-') && word !== 'run');
  if (program === 'deno')
    return unsupported('deno', 'it is started by deno; only npm packages are vetted');
  return path === undefined
    ? unsupported(program, 'it starts no file that is named')
    : { kind: 'local', path };
}

function pythonLaunch(program: string, args: readonly string[]): Launch {
  const target =
    args.find((word) => !word.startsWith('-') && word !== 'run' && word !== 'tool') ?? '';
  const isPinned = /(==|@)\d/.test(target);
  const pinned = isPinned ? 'pinned to a version' : 'not pinned to a version';
  return unsupported(program, `it is a Python server, ${pinned}; only npm packages are vetted`);
}

function containerLaunch(program: string, args: readonly string[]): Launch {
  const image = args.find((word) =>
    /^[a-z0-9.:/_-]+\/[a-z0-9._/-]+(:[\w.-]+)?(@sha256:[0-9a-f]+)?$/i.test(word),
  );
  const pinned =
    image === undefined
      ? 'image not recognised'
      : image.includes('@sha256:')
        ? 'image pinned by digest'
        : 'image not pinned by digest';
  return unsupported(program, `it is a container, ${pinned}; only npm packages are vetted`);
}

/** Words of a plain command line; undefined where a shell would do more than split. */
function splitWords(line: string): string[] | undefined {
  if (line.length > 4_000 || /[;&|<>`]|\$\(/.test(line)) return undefined;
  const words = line.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];
  return words.map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
}

function splitOnce(word: string): [string, string] {
  const at = word.indexOf('=');
  return [word.slice(0, at), word.slice(at + 1)];
}

function unsupported(code: string, reason: string): Launch {
  return { kind: 'unsupported', code, reason };
}

function safe(text: string): string {
  return /^[\w.-]{1,40}$/.test(text) ? text : 'named there';
}
