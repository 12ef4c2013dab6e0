#!/usr/bin/env node
// Starts the command: streams and signals in, exit code out. `--version` must not load the program.
import { readFileSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';

// How much a function runs before V8 optimises it. The work lasts seconds: with the usual 67 584 two fifths of
// the CPU went into optimising code that was hardly run again. Only for versions known to have the setting.
const PATIENCE = 600_000;
// How much a heap grows before it is swept, in per cent: with V8's own choice a large tree took 50 MB more.
const GROWTH = 40;
// How much of what it calls is compiled into a function, in bytes of byte code. With V8's own 920 large functions,
// of which there are many, were compiled for longer than they ran: 3 to 6 % of all instructions.
const INLINED = 300;
const INTERRUPTED = 130;
const engine = Number.parseInt(process.versions.v8, 10);

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`${version}\n`);
} else {
  // Before anything runs, and in the command only: a library does not set the engine of its host.
  if (engine >= 11 && engine <= 13) {
    setFlagsFromString(`--interrupt-budget=${PATIENCE}`);
    setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
    setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${INLINED}`);
  }
  // Where Node can (from 22.1 on), what it compiled is kept, in no folder that others can write to.
  const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache');
  module.enableCompileCache?.(path.join(cache, 'mcp-vet', 'compiled'));
  const { main, processIo } = await import('../dist/cli.js');
  process.exitCode = await main(argv, processIo(process));
  // All is written and cleaned up. npm's libraries would hold on to the process for as long as they would
  // have waited before they asked again for what nobody wants any longer.
  if (process.exitCode === INTERRUPTED)
    process.stdout.write('', () => process.stderr.write('', () => process.exit()));
}
