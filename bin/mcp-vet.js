#!/usr/bin/env node
// Starts the command: streams and signals in, exit code out. `--version` must not load the program.
import { readFileSync } from 'node:fs';

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`${version}\n`);
} else {
  const { main, processIo } = await import('../dist/cli.js');
  process.exitCode = await main(argv, processIo(process));
}
