// `mcp-vet text [file|-]`: instruction-like language in one text.
import type { Command } from 'commander';
import { VetError } from '../errors.ts';
import type { TextLocation } from '../types.ts';
import { readInput, type Io } from './io.ts';

const MAX_BYTES = 16_000_000;
const LOCATIONS: TextLocation[] = [
  'tool-description',
  'param-description',
  'tool-response',
  'prompt',
  'resource',
  'server-instructions',
  'readme',
  'chat',
];

export function textCommand(program: Command, io: Io): void {
  program
    .command('text')
    .description('check a text (a tool description, a response) for instruction-like language')
    .argument('[file]', 'a file, or - for standard input')
    .option('--json', 'the result of findInstructions as JSON')
    .option('--location <where>', LOCATIONS.join(', '), asLocation)
    .addHelpText('after', '\nExample:\n  mcp-vet text description.txt --location tool-description')
    .action(
      async (file: string | undefined, flags: { json?: boolean; location?: TextLocation }) => {
        const { findInstructions } = await import('../analyze/text/index.ts');
        const { escapeExcerpt } = await import('../analyze/text/escape.ts');
        const text = await readInput(file, io, MAX_BYTES);
        const verdict = findInstructions(text, flags.location ? { location: flags.location } : {});
        if (flags.json === true) {
          io.stdout.write(`${JSON.stringify(verdict, null, 2)}\n`);
        } else {
          io.stdout.write(`${verdict.severity}\n`);
          for (const finding of verdict.findings) {
            io.stdout.write(
              `  ${finding.severity}  ${finding.ruleId}  “${escapeExcerpt(finding.excerpt)}”\n`,
            );
          }
        }
      },
    );
}

function asLocation(text: string): TextLocation {
  const found = LOCATIONS.find((location) => location === text);
  if (found) return found;
  throw new VetError('usage', '--location names no place that is known.', {
    hint: `One of: ${LOCATIONS.join(', ')}`,
  });
}
