// Tools that answer though no list shows them, and arguments that work though no schema names them.
import { capabilitiesOf } from '../surface/capabilities.ts';
import type { Use } from '../surface/model.ts';
import { lineFault } from './commands.ts';
import { isUnnamed, plain, type Fault, type ToolContext } from './faults.ts';

const RUNS = new Set(['shell', 'process-spawn', 'dynamic-code']);
const CHANGES = new Set(['file-write', 'file-delete']);

/** `shared`: places that a listed tool reaches as well, as behind an old name of it. */
export function unlistedFault(
  use: Use,
  tool: ToolContext,
  shared: ReadonlySet<unknown>,
): Fault | undefined {
  if (use.channel !== 'unlisted' || shared.has(use.node)) return undefined;
  const can = capabilitiesOf([use]).get(use.tool) ?? [];
  const runs = can.some((one) => RUNS.has(one)) || lineFault(use, tool) !== undefined;
  if (!runs && !can.some((one) => CHANGES.has(one))) return undefined;
  return {
    ruleId: 'unlisted-tool',
    severity: runs ? 'critical' : 'high',
    confidence: 'medium',
    message: runs
      ? 'A tool that no list shows answers to its name and runs commands or code'
      : 'A tool that no list shows answers to its name and changes files',
  };
}

const RUNNING = new Set(['shell-injection', 'code-injection', 'program-from-argument']);

/**
 * A command or code in an argument that the schema keeps quiet about is a back door.
 * `named`: the arguments of all tools.
 */
export function withHiddenArgument(
  fault: Fault,
  tool: ToolContext,
  named: ReadonlySet<string>,
): Fault {
  const origin = fault.taint?.origin ?? '';
  if (!RUNNING.has(fault.ruleId) || !isUnnamed(tool, origin)) return fault;
  // What a server keeps of the call of one tool comes to the others.
  if (named.has(plain(origin).split('.')[0] ?? '')) return fault;
  return {
    ...fault,
    severity: 'critical',
    message: `${fault.message}; no schema names that argument`,
  };
}
