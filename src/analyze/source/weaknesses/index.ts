// Weaknesses of the server's own code: data flow from tool arguments to sinks.
import type { SurfaceFact, WeaknessHit } from '../../../types.ts';
import type { ServerSource } from '../package-context.ts';
import { readServer } from '../surface/read-server.ts';
import type { Use } from '../surface/model.ts';
import { actOf } from './acts.ts';
import { commandFault } from './commands.ts';
import { contradictions } from './contradictions.ts';
import { codeFault, filterFault, pollutionFault, queryFault } from './data.ts';
import { sinksFor } from './sinks.ts';
import { hitOf, toolContext, type Fault, type ToolContext } from './faults.ts';
import { pathFault } from './paths.ts';
import { requestFault } from './requests.ts';
import { isNetworkOnly, serverFaults } from './server.ts';
import { askingTools, unaskedFault } from './unasked.ts';

const MAX_HITS = 200;
const ORDER = { critical: 0, high: 1, moderate: 2, low: 3, info: 4 };

/** One hit for a sink and a fault, the worst of the tools that reach it; in the order of file and line. */
export function findWeaknesses(server: ServerSource, surface: SurfaceFact): WeaknessHit[] {
  const model = readServer(server);
  const isShared = isNetworkOnly(server);
  const tools = new Map(surface.tools.map((tool) => [tool.name, toolContext(tool, isShared)]));
  const definitions = new Map(surface.tools.map((tool) => [tool.name, tool]));
  const asking = askingTools(model.uses);
  const worst = new Map<string, WeaknessHit>();
  for (const use of model.uses) {
    const faults = faultsOf(use, tools.get(use.tool) ?? contextOf(use, isShared));
    const act = actOf(use, definitions.get(use.tool));
    const unasked = unaskedFault(act, asking);
    const contradicted = [...contradictions(act), ...(unasked ? [unasked] : [])];
    for (const fault of [...faults, ...contradicted]) {
      const hit = hitOf(use, fault);
      // What a tool says is its own matter, however many share the code.
      const whose = contradicted.includes(fault) ? use.tool : '';
      const key = `${fault.ruleId} ${whose} ${hit.file}:${whose === '' ? use.node.start : ''}`;
      const before = worst.get(key);
      if (!before || ORDER[hit.severity] < ORDER[before.severity]) worst.set(key, hit);
    }
  }
  return [...worst.values(), ...serverFaults(server, surface)]
    .sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line))
    .slice(0, MAX_HITS);
}

/** A prompt, a resource or a request says nothing of what its arguments may be: anything. */
const contextOf = ({ channel }: Use, isShared: boolean): ToolContext => ({
  ...toolContext(undefined, isShared),
  isKnown: channel !== undefined,
});

function faultsOf(use: Use, tool: ToolContext): Fault[] {
  const faults: (Fault | undefined)[] = [];
  for (const sink of sinksFor(use)) {
    switch (sink.kind) {
      case 'shell':
      case 'program':
        faults.push(commandFault(use, sink, tool));
        break;
      case 'path':
        faults.push(...sink.args.map((index) => pathFault(use, use.args[index], tool)));
        break;
      case 'url':
      case 'page':
        faults.push(
          ...sink.args.map((at) => requestFault(use, use.args[at], tool, sink.kind === 'page')),
        );
        break;
      case 'merge':
        faults.push(pollutionFault(use, tool));
        break;
      default:
        faults.push(codeFault(use, sink, tool));
    }
  }
  faults.push(queryFault(use, tool), filterFault(use, tool));
  return faults.filter((fault) => fault !== undefined);
}
