// `mcp-vet <target...>`: vets, writes every report that was asked for, answers with the gate's exit code.
import type { Command } from 'commander';
import { VetError } from '../errors.ts';
import type { Gate, Severity, TrustLevel, VetResult } from '../types.ts';
import type { VetOptions } from '../vet.ts';
import { EXIT, type Io } from './io.ts';
import { makeProgress } from './progress.ts';

const LEVELS: TrustLevel[] = ['high', 'medium', 'low', 'do-not-use'];
const SEVERITIES: Severity[] = ['info', 'low', 'moderate', 'high', 'critical'];

interface Flags {
  json?: boolean;
  sarif?: string;
  html?: string;
  markdown?: string;
  sbom?: string;
  annotations?: boolean;
  sandbox?: boolean;
  offline?: boolean;
  registry?: string;
  lockfile?: string;
  advisories: string[];
  knownGood: string[];
  config?: string;
  own: string[];
  cache?: string;
  minTrust?: TrustLevel;
  failOn?: Severity;
  maxLost?: number;
  minScore?: number;
  minVerified?: number;
  allowUnverified?: boolean;
  now?: string;
  writeLock?: string;
  env: string[];
  repo?: string;
  discover?: boolean;
  trustProject?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  color: boolean;
  progress: boolean;
}

const EXAMPLES = `
Examples:
  mcp-vet @modelcontextprotocol/server-filesystem
  mcp-vet mcp-remote@0.1.15 --json
  mcp-vet .mcp.json --min-trust medium --sarif mcp-vet.sarif
  mcp-vet @scope/server --sandbox -- /some/argument

Exit codes: 0 vetted and at or above the gate, 1 below it, 2 not vetted,
130 interrupted. Without a gate, 1 means do-not-use or held down by a finding.`;

export function vetCommand(program: Command, io: Io, setExit: (code: number) => void): void {
  const collect = (value: string, all: string[]) => [...all, value];
  program
    .command('vet', { isDefault: true })
    .description(
      'vet packages, folders, tarballs, lockfiles or client configurations (the default)',
    )
    .argument(
      '[target...]',
      'npm spec, purl, ./folder, .tgz, lockfile, or MCP client configuration',
    )
    .optionsGroup('Reports:')
    .option('--json', 'the report on standard output, nothing else there')
    .option('--sarif <file>', 'write a SARIF 2.1.0 log')
    .option('--html <file>', 'write a self-contained HTML report')
    .option('--markdown <file>', 'write a Markdown summary')
    .option('--sbom <file>', 'write a CycloneDX 1.6 SBOM')
    .option('--annotations', 'print GitHub workflow annotations to standard error')
    .optionsGroup('What is asked:')
    .option('--sandbox', 'run the server, isolated and watched, for points 4 and 5 (Linux)')
    .option('--offline', 'use only what is cached, and say what could not be refreshed')
    .option('--registry <url>', 'another registry than the configured one')
    .option('--lockfile <file>', 'the lockfile to take versions from')
    .option('--advisories <path>', 'OSV folder, zip or ndjson[.gz]; repeatable', collect, [])
    .option('--known-good <file>', 'your own list of known-good packages; repeatable', collect, [])
    .option('--config <file>', 'configuration file (mcp-vet.config.json)')
    .option('--own <name>', 'a package, @scope or ./folder of your own; repeatable', collect, [])
    .option('--cache <dir>', 'cache folder')
    .optionsGroup('Gate:')
    .addOption(
      program.createOption('--min-trust <level>', 'fail below this trust level').choices(LEVELS),
    )
    .addOption(
      program
        .createOption('--fail-on <severity>', 'fail on findings from this on')
        .choices(SEVERITIES),
    )
    .option('--max-lost <n>', 'fail when more points were lost', asPoints)
    .option('--min-score <n>', 'fail below this score', asPoints)
    .option('--min-verified <n>', 'fail when fewer of the seven were answered', asPoints)
    .option('--allow-unverified', 'with a gate: an unanswered malware source does not fail it')
    .optionsGroup('More:')
    .option('--now <date>', 'judge ages as of this date')
    .option('--write-lock <dir>', 'write package.json and lockfile of exactly the vetted tree')
    .option('--env <name[=value]>', 'variable for the sandboxed server; repeatable', collect, [])
    .option('--repo <path>', 'a checkout to compare the published files with')
    .option('--discover', "vet every server in this machine's client configurations")
    .option(
      '--trust-project',
      "also use this folder's .npmrc (registries) and mcp-vet configuration",
    )
    .optionsGroup('Terminal:')
    .option('--quiet', 'print only what falls below the gate')
    .option('--verbose', 'also print info findings and what could not be checked')
    .option('--no-color', 'no colour')
    .option('--no-progress', 'no progress on standard error')
    .addHelpText('after', EXAMPLES)
    .passThroughOptions(false)
    .action(async (operands: string[], flags: Flags, command: Command) => {
      const { targets, args } = splitOperands(operands, command);
      setExit(await run(targets, args, flags, io));
    });
}

/** Commander drops the `--`; the operands behind it are the server's own. */
function splitOperands(
  operands: string[],
  command: Command,
): { targets: string[]; args: string[] } {
  const raw = command.parent ? (command.parent as Command & { rawArgs: string[] }).rawArgs : [];
  const at = raw.indexOf('--');
  const count = at < 0 ? 0 : raw.length - at - 1;
  return {
    targets: operands.slice(0, operands.length - count),
    args: count === 0 ? [] : operands.slice(-count),
  };
}

async function run(targets: string[], args: string[], flags: Flags, io: Io): Promise<number> {
  if (targets.length === 0 && flags.discover !== true) {
    throw new VetError('usage', 'No target was given.', {
      hint: 'For example: mcp-vet @modelcontextprotocol/server-filesystem (mcp-vet --help lists the options)',
    });
  }
  const { vetAll } = await import('../vet.ts');
  const progress = makeProgress(io, flags.progress && flags.json !== true && flags.quiet !== true);
  let result: VetResult;
  try {
    result = await vetAll(targets, vetOptions(flags, args, io, progress));
  } finally {
    progress.stop();
  }
  const { writeOutputs } = await import('./outputs.ts');
  await writeOutputs(result, flags, io);
  return exitCodeOf(result, io);
}

function vetOptions(
  flags: Flags,
  args: string[],
  io: Io,
  progress: ReturnType<typeof makeProgress>,
): VetOptions {
  const gate: Gate = {};
  if (flags.minTrust !== undefined) gate.minTrust = flags.minTrust;
  if (flags.failOn !== undefined) gate.failOn = flags.failOn;
  if (flags.maxLost !== undefined) gate.maxLost = flags.maxLost;
  if (flags.minScore !== undefined) gate.minScore = flags.minScore;
  if (flags.minVerified !== undefined) gate.minVerified = flags.minVerified;
  if (flags.allowUnverified !== undefined) gate.allowUnverified = flags.allowUnverified;
  const { sandbox, offline, registry, lockfile, config, cache, now, writeLock, repo } = flags;
  const optional = { sandbox, offline, registry, lockfile, config, cache, now, writeLock, repo };
  const given = Object.entries(optional).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(given),
    gate,
    advisories: flags.advisories,
    knownGood: flags.knownGood,
    own: flags.own,
    env: flags.env,
    args,
    trustProject: flags.trustProject === true,
    discover: flags.discover === true,
    cwd: io.cwd,
    environment: io.env,
    signal: io.signal,
    onProgress: progress.show,
    onNotice: (text) => progress.note(text),
  };
}

/** The one place where a result becomes an exit code. */
function exitCodeOf(result: VetResult, io: Io): number {
  if (io.signal.aborted) return EXIT.interrupted;
  if (result.error) return EXIT.notVetted;
  return result.gate.passed ? EXIT.passed : EXIT.belowGate;
}

function asPoints(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 7) return value;
  throw new VetError(
    'usage',
    `A number from 0 to 7 is needed, not ${JSON.stringify(text.slice(0, 20))}.`,
  );
}
