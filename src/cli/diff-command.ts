// `mcp-vet diff <spec> <spec>`: what changed between two versions.
import type { Command } from 'commander';
import type { Severity } from '../types.ts';
import { EXIT, type Io } from './io.ts';

interface Flags {
  json?: boolean;
  failOn?: Severity;
  registry?: string;
  cache?: string;
  offline?: boolean;
  trustProject?: boolean;
  color: boolean;
}

const SEVERITIES: Severity[] = ['info', 'low', 'moderate', 'high', 'critical'];
const EXAMPLES = `
Examples:
  mcp-vet diff mcp-remote@0.1.14 mcp-remote@0.1.15
  mcp-vet diff @scope/server@latest ./server --json

Exit codes: 0 compared, 1 a change at or above --fail-on, 2 not compared,
130 interrupted.`;

export function diffCommand(program: Command, io: Io, setExit: (code: number) => void): void {
  program
    .command('diff')
    .description('what changed between two versions: scripts, dependencies, capabilities, tools')
    .argument('<before>', 'npm spec, ./folder or .tgz')
    .argument('<after>', 'npm spec, ./folder or .tgz')
    .option('--json', 'the changes as JSON')
    .addOption(
      program
        .createOption('--fail-on <severity>', 'exit 1 on changes from this severity on')
        .choices(SEVERITIES),
    )
    .option('--registry <url>', 'another registry than the configured one')
    .option('--cache <dir>', 'cache folder')
    .option('--offline', 'use only what is cached')
    .option('--trust-project', "also use this folder's .npmrc (registries)")
    .option('--no-color', 'no colour')
    .addHelpText('after', EXAMPLES)
    .action(async (before: string, after: string, flags: Flags) => {
      setExit(await run(before, after, flags, io));
    });
}

async function run(before: string, after: string, flags: Flags, io: Io): Promise<number> {
  const { diff } = await import('../vet/diff.ts');
  const { registry, cache, offline, trustProject } = flags;
  const given = Object.entries({ registry, cache, offline, trustProject });
  const result = await diff(before, after, {
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
    cwd: io.cwd,
    environment: io.env,
    signal: io.signal,
  });
  if (flags.json === true) {
    io.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  } else {
    const { renderDiff } = await import('../render/diff.ts');
    const { isTerminal, columns } = io.stdout;
    const colour = { isTerminal, env: io.env, isOff: !flags.color };
    io.stdout.write(renderDiff(result, { ...colour, width: columns }));
  }
  if (io.signal.aborted) return EXIT.interrupted;
  const limit = flags.failOn === undefined ? Infinity : SEVERITIES.indexOf(flags.failOn);
  const isLoud = result.changes.some(({ severity }) => SEVERITIES.indexOf(severity) >= limit);
  return isLoud ? EXIT.belowGate : EXIT.passed;
}
