#!/usr/bin/env node
// Starts the command: streams and signals in, exit code out. `--version` must not load the program.
import { readFileSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`${version}\n`);
} else {
  // Where Node can (from 22.1 on), what it compiled is kept, in no folder that others can write to.
  const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache');
  module.enableCompileCache?.(path.join(cache, 'mcp-vet', 'compiled'));
  const { main, processIo } = await import('../dist/cli.js');
  process.exitCode = await main(argv, processIo(process));
}
