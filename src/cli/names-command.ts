// `mcp-vet names [file|-]`: package names alone, offline, in bulk.
import type { Command } from 'commander';
import type { NameVerdict } from '../types.ts';
import { readInput, type Io } from './io.ts';

const MAX_BYTES = 64_000_000;

export function namesCommand(program: Command, io: Io): void {
  program
    .command('names')
    .description('check package names alone, offline, one a line')
    .argument('[file]', 'a file with a name a line, or - for standard input')
    .option('--json', 'one JSON line a name')
    .option('--known <file>', 'known names, a line each or JSON, instead of the built-in list')
    .addHelpText(
      'after',
      '\nExample:\n  echo @modelcontextprotoco1/server-filesystem | mcp-vet names -',
    )
    .action(async (file: string | undefined, flags: { json?: boolean; known?: string }) => {
      const { createNameChecker, defaultKnownNames } = await import('../analyze/names/index.ts');
      const text = await readInput(file, io, MAX_BYTES);
      const known =
        flags.known === undefined
          ? defaultKnownNames()
          : parseKnown(await readInput(flags.known, io, MAX_BYTES));
      const checker = createNameChecker({ known });
      for (const line of text.split('\n')) {
        const name = line.trim();
        if (name === '') continue;
        const verdict = checker.check(name);
        io.stdout.write(
          flags.json === true ? `${JSON.stringify(verdict)}\n` : `${lineOf(verdict)}\n`,
        );
      }
    });
}

function parseKnown(text: string): string[] {
  if (text.trimStart().startsWith('[')) {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.filter((name) => typeof name === 'string') : [];
  }
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function lineOf({ name, verdict, matches }: NameVerdict): string {
  const like = matches.map((match) => `${match.target} (${match.kind}, ${match.confidence})`);
  const safe = JSON.stringify(name).slice(1, -1);
  return like.length > 0 ? `${verdict}  ${safe}  like ${like.join(', ')}` : `${verdict}  ${safe}`;
}
