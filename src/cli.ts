// argv -> options -> exit code. Commands are loaded when they are called.
import { Command, CommanderError, Help, type Option } from 'commander';
import { dbCommand } from './cli/db-command.ts';
import { diffCommand } from './cli/diff-command.ts';
import type { Io } from './cli/io.ts';
import { EXIT, reportError } from './cli/io.ts';
import { namesCommand } from './cli/names-command.ts';
import { rulesCommand } from './cli/rules-command.ts';
import { textCommand } from './cli/text-command.ts';
import { vetCommand } from './cli/vet-command.ts';
import { VetError } from './errors.ts';
export { processIo, type Io } from './cli/io.ts';

const EXAMPLES = `
Examples:
  mcp-vet @modelcontextprotocol/server-filesystem      one package
  mcp-vet .mcp.json --min-trust medium                 every server of a client
  mcp-vet --discover --html servers.html               this machine's servers
  mcp-vet mcp-remote@0.1.15 --sandbox                  run it, isolated, watched
  mcp-vet rules lookalike-name                         explain a rule

mcp-vet vet --help lists the options of the default command.`;
const LATER = new Set(['approve', 'check', 'harden', 'batch']);

/** Runs one command line. Never throws; resolves to the exit code (0, 1, 2 or 130). */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const state = { exitCode: EXIT.passed as number };
  const program = makeProgram(io, (code) => {
    state.exitCode = code;
  });
  try {
    const [first] = argv;
    if (first !== undefined && LATER.has(first)) {
      throw new VetError('usage', `mcp-vet has no command ${first} yet.`, {
        hint: `A package of that name is vetted with: mcp-vet vet ${first}`,
      });
    }
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      const isHelp = error.exitCode === 0 || error.code === 'commander.help';
      if (!isHelp && argv.includes('--json')) {
        return reportError(new VetError('usage', error.message.replace(/^error: /, '')), true, io);
      }
      return isHelp ? EXIT.passed : EXIT.notVetted;
    }
    return reportError(error, argv.includes('--json'), io);
  }
  return state.exitCode;
}

function makeProgram(io: Io, setExit: (code: number) => void): Command {
  const program = new Command('mcp-vet')
    .description('Vet an MCP server package before it is installed.')
    .version(io.version(), '-V, --version')
    .exitOverride()
    .showHelpAfterError('(mcp-vet --help lists commands and options)')
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    })
    .configureHelp({ optionDescription: describeOption })
    .addHelpText('after', (context) => (context.command.parent ? '' : EXAMPLES))
    .enablePositionalOptions();
  vetCommand(program, io, setExit);
  namesCommand(program, io);
  textCommand(program, io);
  diffCommand(program, io, setExit);
  dbCommand(program, io, setExit);
  rulesCommand(program, io);
  return program;
}

/** An empty list is how a repeatable option starts, not something to tell. */
function describeOption(option: Option): string {
  return new Help().optionDescription(option).replace(' (default: [])', '');
}
