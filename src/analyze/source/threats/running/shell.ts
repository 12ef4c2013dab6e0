// Threats in a line for a shell: install scripts, and what code hands to exec.
import { HOLE } from '../flow/names.ts';
import { protectionThreats } from '../protections.ts';
import { downloadThreats } from './shell-downloads.ts';
import { installThreats } from './shell-installs.ts';
import { lineThreats } from './shell-lines.ts';
import type { ShellContext, ShellThreat } from './shell-threat.ts';

const MAX_LINE = 8_000;

/** Every threat in a command line. Linear in its length, which is bounded. */
export function shellThreats(text: string, context: ShellContext): ShellThreat[] {
  const line = text.slice(0, MAX_LINE).replaceAll(HOLE, 'xx');
  if (line.length < 5) return [];
  return [
    ...protectionThreats(line),
    ...downloadThreats(line, context),
    ...lineThreats(line, context),
    ...installThreats(line, text, context),
  ];
}
