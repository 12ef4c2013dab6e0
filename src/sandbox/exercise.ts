// The fuzz phase: wires calls, replies, restarts and repeated tool lists to the judges.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ToolDefinition } from '../types.ts';
import type { Session } from './client/session.ts';
import { fuzz, type FuzzLimits, type FuzzResult } from './fuzz/run.ts';
import { evaluatedHost, payloadOf, type FuzzCase } from './fuzz/inputs.ts';
import { fuzzData } from './fuzz/data.ts';
import { seeded } from './fuzz/random.ts';
import type { JudgeContext } from './judge/context.ts';
import { judgeChanges, readTools } from './judge/definitions.ts';
import { judgeRecords, judgeTransport } from './judge/fuzz.ts';
import type { ResponseJudge } from './judge/responses.ts';
import { stringsOf } from './judge/text-of.ts';
import {
  connect,
  launchServer,
  type Connected,
  type Listeners,
  type ServerSetup,
} from './server.ts';
import { hostsIn, listTools, type Survey } from './survey.ts';

const MAX_LISTINGS = 60;
const EXIT_MS = 300;
// A payload's out-of-band host is unique to the call; hosts are compared without the evaluated part.
const UNKNOWN_HOST = 'h.invalid';

export interface Exercise {
  setup: ServerSetup;
  connected: Connected;
  survey: Survey;
  clientName: string;
  context: JudgeContext;
  judge: ResponseJudge;
  listeners: Listeners;
  /** Whether the server said since the last look that its tools have changed. */
  takeAnnounced: () => boolean;
  fuzzLimits?: Partial<FuzzLimits>;
}
export interface Exercised extends FuzzResult {
  /** The conversation at the end; null if the server is gone. */
  connected: Connected | null;
  /** Tools as last listed. */
  lastTools: ToolDefinition[];
}

export async function exercise(run: Exercise): Promise<Exercised> {
  const { setup, context, judge, survey } = run;
  const options = {
    places: setup.plan.places,
    random: seeded(setup.plan.seed),
    marker: setup.plan.marker,
  };
  for (const edge of fuzzData().strings) judge.echo.add(payloadOf(edge, UNKNOWN_HOST, options));
  for (const part of setup.plan.sinkSentences) judge.echo.add(part);
  for (const { inputSchema, description } of survey.tools) {
    for (const host of [...hostsIn(inputSchema), ...hostsIn(description)])
      context.toolHosts.add(host);
  }
  let connected: Connected | null = run.connected;
  let tools = survey.tools;
  let listings = 0;
  const result = await fuzz(
    run.connected.session,
    targetsOf(survey),
    {
      mark: (tool) => connected?.running.box.mark('fuzz', tool.slice(0, 200)),
      onCall: (tool, fuzzCase) => recordCall(context, tool, fuzzCase),
      onReply: (tool, fuzzCase, reply) => judge.lookAtReply(tool, fuzzCase, reply),
      async afterTool(session, calls) {
        listings += 1;
        if (listings <= MAX_LISTINGS) tools = await compareTools(run, session, tools, calls);
      },
      hasCrashed: (session) => hasCrashed(session, connected),
      async reopen() {
        connected = await reopen(run, connected);
        return connected?.session ?? null;
      },
    },
    {
      ...options,
      seed: setup.plan.seed,
      ...(run.fuzzLimits && { limits: run.fuzzLimits }),
      ...(setup.signal && { signal: setup.signal }),
    },
  );
  judgeRecords(result.tools, context);
  if (connected !== null) judgeTransport(connected.session.transport, 'fuzz', context);
  return { ...result, connected, lastTools: tools };
}

function targetsOf(
  survey: Survey,
): { name: string; inputSchema: ToolDefinition['inputSchema']; task: boolean }[] {
  const wantsTask = new Set(
    survey.items.flatMap(({ name, execution }) => {
      const support =
        typeof execution === 'object' && execution !== null && 'taskSupport' in execution;
      return support && execution.taskSupport === 'required' ? [name] : [];
    }),
  );
  return survey.tools.map(({ name, inputSchema }) => ({
    name,
    inputSchema,
    task: wantsTask.has(name),
  }));
}

function recordCall(
  context: JudgeContext,
  tool: string,
  { kind, args, payload, host }: FuzzCase,
): void {
  if (host !== undefined && payload?.includes(host) === true) {
    context.probes.set(host, { tool, kind });
    context.probes.set(evaluatedHost(host), { tool, kind });
  }
  // Payloads with a host of their own are known by the host's zone.
  if (payload !== undefined) context.recordSent(payload);
  else if (kind === 'valid') context.recordSent(stringsOf(args));
}

async function compareTools(
  run: Exercise,
  session: Session,
  before: ToolDefinition[],
  calls: number,
): Promise<ToolDefinition[]> {
  const isAnnounced = run.takeAnnounced();
  const items = await listTools(session);
  if (items === null) return before;
  const after = readTools(items);
  const when = `after ${calls} calls`;
  judgeChanges(before, after, { phase: 'fuzz', when, isAnnounced }, run.context);
  return after;
}

async function hasCrashed(session: Session, connected: Connected | null): Promise<boolean> {
  if (session.transport.flood !== null || connected === null) return false;
  const exit = await Promise.race([connected.running.box.exited, sleep(EXIT_MS)]);
  return exit?.reason !== 'limit';
}

/** Ends what is left of the server and starts it again; twice, since the second start may do better. */
async function reopen(run: Exercise, old: Connected | null): Promise<Connected | null> {
  if (old !== null) {
    judgeTransport(old.session.transport, 'fuzz', run.context);
    await old.session.close();
    await run.setup.boxes.stop(old.running);
  }
  for (let i = 0; i < 2 && run.setup.signal?.aborted !== true; i += 1) {
    const running = await launchServer(run.setup, 'fuzz');
    const next = await connect(run.setup, running, run.clientName, 'fuzz', run.listeners);
    if (typeof next !== 'string') return next;
  }
  return null;
}
