// `mcp-vet rules [id]`: lists the rules, or explains one.
import type { Command } from 'commander';
import { VetError } from '../errors.ts';
import type { Io } from './io.ts';

export function rulesCommand(program: Command, io: Io): void {
  program
    .command('rules')
    .description('list the rules, or explain one')
    .argument('[id]', 'a rule id')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  mcp-vet rules lookalike-name')
    .action(async (id: string | undefined, flags: { json?: boolean }) => {
      const { allRuleTexts } = await import('../checks/index.ts');
      const rules = allRuleTexts();
      const chosen = id === undefined ? rules : rules.filter((rule) => rule.id === id);
      if (chosen.length === 0) {
        throw new VetError('usage', 'There is no rule of that id.', {
          hint: 'mcp-vet rules lists them.',
        });
      }
      if (flags.json === true) {
        io.stdout.write(`${JSON.stringify(chosen, null, 2)}\n`);
        return;
      }
      for (const rule of chosen) {
        if (id === undefined) {
          io.stdout.write(`${rule.id.padEnd(34)} ${rule.severity.padEnd(9)} ${rule.title}\n`);
          continue;
        }
        const cap = rule.caps ? `\ncaps      at ${rule.caps}, when confidence is high` : '';
        const upstream = rule.fixUpstream ? `\nupstream  ${rule.fixUpstream}` : '';
        io.stdout.write(
          `${rule.id} (${rule.check}, ${rule.severity})\n${rule.title}\n\nwhy       ${rule.why}\nfix       ${rule.fix}${upstream}${cap}\n`,
        );
      }
    });
}
