// Weaknesses of the server's own code: data flow from tool arguments to sinks.
import type { SurfaceFact, WeaknessHit } from '../../../types.ts';
import type { ServerSource } from '../package-context.ts';
import { readServer } from '../surface/read-server.ts';
import type { Use } from '../surface/model.ts';
import { actOf } from './acts.ts';
import { commandFault, lineFault, rawShellFault } from './commands.ts';
import { containerFault } from './containers.ts';
import { contradictions } from './contradictions.ts';
import { codeFault, filterFault, pollutionFault } from './data.ts';
import { documentFault, pageFault } from './documents.ts';
import { sinksFor } from './sinks.ts';
import { manifestFault, rendererFault } from './manifests.ts';
import { processFault } from './processes.ts';
import { operatorFault, overlaidFault } from './filters.ts';
import { hitOf, toolContext, type Fault, type Habits, type ToolContext } from './faults.ts';
import { habitsOf } from './habits.ts';
import { clientOptionFault } from './options.ts';
import { pathFault } from './paths.ts';
import { privateReads } from './private-data.ts';
import { languageFault } from './languages.ts';
import { queryFault, wholeQueryFault } from './queries.ts';
import { recipientFault } from './recipients.ts';
import { loaderFault, redirectFault, requestFault, serviceFault } from './requests.ts';
import { resultFault } from './results.ts';
import { serverFaults } from './server.ts';
import { sweepingTools } from './sweeps.ts';
import { filledTables } from './tables.ts';
import { askingTools, unaskedFault } from './unasked.ts';
import { unlistedFault, withHiddenArgument } from './unlisted.ts';

const MAX_HITS = 200;
const ORDER = { critical: 0, high: 1, moderate: 2, low: 3, info: 4 };

/** One hit for a sink and a fault, the worst of the tools that reach it; in the order of file and line. */
export function findWeaknesses(server: ServerSource, surface: SurfaceFact): WeaknessHit[] {
  const model = readServer(server);
  const habits = habitsOf(server);
  const tools = new Map(surface.tools.map((tool) => [tool.name, toolContext(tool, habits)]));
  const named = new Set([...tools.values()].flatMap(({ properties }) => [...properties.keys()]));
  const definitions = new Map(surface.tools.map((tool) => [tool.name, tool]));
  const asking = askingTools(model.uses);
  const seen = {
    sweeping: sweepingTools(model.uses, definitions),
    filled: filledTables(model.uses),
  };
  const about = server.manifest.description ?? '';
  const shared = new Set(model.uses.flatMap(({ channel, node }) => (channel ? [] : [node])));
  const worst = new Map<string, WeaknessHit>();
  for (const use of model.uses) {
    const tool = tools.get(use.tool) ?? contextOf(use, habits);
    const hidden = unlistedFault(use, tool, shared);
    const listed = faultsOf(use, tool)
      .map((fault) => withHiddenArgument(fault, tool, named))
      .map((fault) => (asking.has(use.tool) ? seenFirst(fault) : fault));
    const faults = [...listed, ...(hidden ? [hidden] : [])];
    const act = actOf(use, definitions.get(use.tool), about, seen);
    const unasked = unaskedFault(act, asking);
    const sent = recipientFault(
      use,
      listed.find(({ ruleId }) => ruleId === 'request-forgery'),
    );
    if (sent && !asking.has(use.tool)) faults.push(sent);
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
  return [...worst.values(), ...serverFaults(server, surface), ...privateReads(server)]
    .sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line))
    .slice(0, MAX_HITS);
}

/** A prompt, a resource or a request says nothing of what its arguments may be: anything. */
const contextOf = ({ channel, stated = '' }: Use, habits: Habits): ToolContext => ({
  ...toolContext(undefined, habits),
  stated,
  isKnown: channel !== undefined && channel !== 'remote',
  isPrompt: channel === 'prompt',
});

/** A person sees the address before it is asked. */
const seenFirst = (fault: Fault): Fault =>
  fault.ruleId === 'request-forgery' ? { ...fault, severity: 'low' } : fault;

/** What a remote server sends is harmful where it is run; that its pages are opened is meant. */
const isRun = ({ ruleId }: Fault): boolean => /^(?:shell|code)-injection$/.test(ruleId);

function faultsOf(use: Use, tool: ToolContext): Fault[] {
  const faults: (Fault | undefined)[] = [];
  const sinks = sinksFor(use, tool.ranges);
  for (const sink of sinks) {
    switch (sink.kind) {
      case 'shell':
      case 'program':
        faults.push(commandFault(use, sink, tool), loaderFault(use, tool));
        break;
      case 'quoting-shell':
        if (tool.isUnquoted) faults.push(rawShellFault(use, tool));
        break;
      case 'redirect':
        faults.push(redirectFault(use, tool, sink.args));
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
  if (sinks.length === 0) faults.push(lineFault(use, tool));
  faults.push(
    queryFault(use, tool) ?? languageFault(use, tool) ?? wholeQueryFault(use, tool),
    filterFault(use, tool),
    operatorFault(use, tool),
    overlaidFault(use, tool),
    documentFault(use, tool),
    manifestFault(use, tool),
    rendererFault(use, tool),
    processFault(use, tool),
    pageFault(use, tool),
    clientOptionFault(use, tool),
    serviceFault(use, tool),
    resultFault(use, tool),
    containerFault(use, tool),
  );
  const found = faults.filter((fault) => fault !== undefined);
  return use.channel === 'remote' ? found.filter(isRun) : found;
}
