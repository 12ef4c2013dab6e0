// Deeds that cannot be undone, in tools that ask nobody and show nothing before.
import { ruleData } from '../../../rule-data.ts';
import type { ToolDefinition } from '../../../types.ts';
import type { Use } from '../surface/model.ts';
import { NO_TAINT, type Act } from './acts.ts';
import type { Fault } from './faults.ts';

interface Words {
  safeguards: string;
  safeguardTexts: string;
}
function isWords(data: unknown): data is Words {
  return typeof (data as Partial<Words> | null)?.safeguardTexts === 'string';
}

const ASKS = /^(?:elicit|elicitInput|createElicitation|question|confirm)$/;

/** Tools that ask a person while they run. */
export function askingTools(uses: readonly Use[]): Set<string> {
  return new Set(uses.filter(({ method }) => ASKS.test(method)).map(({ tool }) => tool));
}

export function unaskedFault(act: Act | undefined, asking: ReadonlySet<string>): Fault | undefined {
  // What files a tool keeps for itself it may say that it clears.
  const isSwept =
    act?.isSwept === true &&
    (act.does === 'deletes-data' || (act.does === 'deletes' && !act.isLossTold));
  if (!act || (act.does !== 'drops' && act.does !== 'pays' && !isSwept)) return undefined;
  const { tool, does, taint, isScratch } = act;
  if (asking.has(tool.name) || hasSafeguard(tool) || isScratch) return undefined;
  const isAnnotated = tool.annotations.destructiveHint === true;
  // One thing that the caller names is what a tool of that kind is for.
  const isNarrow = does === 'drops' && taint !== undefined && !act.isSwept;
  const isQuiet = isNarrow || (does === 'pays' && isAnnotated);
  return {
    ruleId: 'destructive-tool',
    severity: isQuiet ? 'low' : 'moderate',
    confidence: 'medium',
    message:
      does === 'pays'
        ? 'A tool moves money on one call, without a confirmation or a dry run'
        : isSwept
          ? 'A tool deletes all that it finds on one call, without a confirmation or a dry run'
          : 'A tool deletes a whole store on one call, without a confirmation or a dry run',
    taint: taint ?? NO_TAINT,
  };
}

function hasSafeguard({ inputSchema, description }: ToolDefinition): boolean {
  const { safeguards, safeguardTexts } = ruleData('tools', isWords);
  if (new RegExp(safeguardTexts, 'i').test(description.slice(0, 4000))) return true;
  const isObject =
    typeof inputSchema === 'object' && inputSchema !== null && !Array.isArray(inputSchema);
  const properties = isObject ? inputSchema['properties'] : null;
  if (typeof properties !== 'object' || properties === null) return false;
  const named = new RegExp(safeguards, 'i');
  return Object.keys(properties).some((name) => named.test(name));
}
