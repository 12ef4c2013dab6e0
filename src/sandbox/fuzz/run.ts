// Calls every tool with every case: valid ones of all tools first, then tool by tool the edges. Bounded in time.
import type { FuzzSummary, Json } from '../../types.ts';
import type { Reply, Session } from '../client/session.ts';
import { edgeCases, validCases, type FuzzCase, type InputOptions } from './inputs.ts';

export interface FuzzTarget {
  name: string;
  inputSchema: Json;
  /** The tool answers only calls that run as a task. */
  task?: boolean;
}
export interface FuzzHooks {
  mark: (tool: string) => void;
  onCall: (tool: string, fuzzCase: FuzzCase) => void;
  onReply: (tool: string, fuzzCase: FuzzCase, reply: Reply) => void;
  /** After the calls of one tool, e.g. to list the tools again. */
  afterTool: (session: Session, calls: number) => Promise<void>;
  /** Whether the server that is gone ended by itself; false: it was ended for what it put out. */
  hasCrashed: (session: Session) => Promise<boolean>;
  /** A fresh start of the server; null if it does not come up again. */
  reopen: () => Promise<Session | null>;
}
export interface FuzzLimits {
  callMs: number;
  /** How long a server may take to answer anything else after a call that it did not answer. */
  probeMs: number;
  toolMs: number;
  totalMs: number;
  hangsPerTool: number;
  crashesPerTool: number;
  restarts: number;
}
export const FUZZ_LIMITS: FuzzLimits = {
  callMs: 3_000,
  probeMs: 2_000,
  toolMs: 8_000,
  totalMs: 60_000,
  hangsPerTool: 2,
  crashesPerTool: 3,
  restarts: 12,
};
export interface ToolRecord {
  name: string;
  calls: number;
  ok: number;
  /** How often the server was gone after a call. */
  ends: number;
  /** Kinds of the cases after which it had ended by itself. */
  crashes: string[];
  /** Kinds of the cases after which the server answered nothing any more. */
  hangs: string[];
  /** Unanswered in time, but the server answered other requests meanwhile. */
  slow: string[];
}
export interface FuzzResult {
  summary: FuzzSummary;
  tools: ToolRecord[];
  /** Why not everything was tried, if so. */
  incomplete?: string;
  session: Session | null;
}
interface State {
  session: Session | null;
  hooks: FuzzHooks;
  limits: FuzzLimits;
  endsAt: number;
  summary: FuzzSummary;
  signal: AbortSignal | undefined;
}

export async function fuzz(
  session: Session,
  targets: FuzzTarget[],
  hooks: FuzzHooks,
  options: InputOptions & { seed: number; limits?: Partial<FuzzLimits>; signal?: AbortSignal },
): Promise<FuzzResult> {
  const limits = { ...FUZZ_LIMITS, ...options.limits };
  const summary: FuzzSummary = {
    seed: options.seed,
    tools: targets.length,
    toolsAccepted: 0,
    ...{ calls: 0, ok: 0, toolErrors: 0, rpcErrors: 0, crashes: 0, hangs: 0, restarts: 0 },
  };
  const state: State = {
    session,
    hooks,
    limits,
    summary,
    endsAt: Date.now() + limits.totalMs,
    signal: options.signal,
  };
  const tools = targets.map(({ name }) => emptyRecord(name));
  // Coverage first: however long the edges take, each tool has had its valid calls.
  for (const [index, target] of targets.entries()) {
    await callAll(state, tools[index], target, validCases(target.inputSchema, options));
  }
  for (const [index, target] of targets.entries()) {
    await callAll(state, tools[index], target, edgeCases(target.inputSchema, options));
    if (state.session !== null) await hooks.afterTool(state.session, summary.calls);
  }
  summary.toolsAccepted = tools.filter(({ ok }) => ok > 0).length;
  const incomplete = whyIncomplete(state, tools);
  return {
    summary,
    tools,
    session: state.session,
    ...(incomplete === undefined ? {} : { incomplete }),
  };
}

function emptyRecord(name: string): ToolRecord {
  return { name, calls: 0, ok: 0, ends: 0, crashes: [], hangs: [], slow: [] };
}

function whyIncomplete(state: State, tools: ToolRecord[]): string | undefined {
  if (state.session === null) return 'the server did not come up again after it had ended';
  if (tools.some(({ calls }) => calls === 0))
    return 'the time for fuzzing ended before every tool was called';
  return undefined;
}

async function callAll(
  state: State,
  record: ToolRecord | undefined,
  target: FuzzTarget,
  cases: Iterable<FuzzCase>,
): Promise<void> {
  if (record === undefined) return;
  state.hooks.mark(record.name);
  const endsBefore = record.ends;
  const toolEndsAt = Math.min(state.endsAt, Date.now() + state.limits.toolMs);
  for (const fuzzCase of cases) {
    const isOver = Date.now() > toolEndsAt || state.signal?.aborted === true;
    if (isOver || state.session === null || isSpent(record, endsBefore, state.limits)) return;
    await callOnce(state, record, target, fuzzCase);
  }
}

function isSpent(record: ToolRecord, endsBefore: number, limits: FuzzLimits): boolean {
  const unanswered = record.hangs.length + record.slow.length;
  return unanswered >= limits.hangsPerTool || record.ends - endsBefore >= limits.crashesPerTool;
}

async function callOnce(
  state: State,
  record: ToolRecord,
  target: FuzzTarget,
  fuzzCase: FuzzCase,
): Promise<void> {
  const { session, summary, hooks, limits } = state;
  if (session === null) return;
  hooks.onCall(record.name, fuzzCase);
  summary.calls += 1;
  record.calls += 1;
  const params = paramsOf(target, fuzzCase);
  const reply = await session.request('tools/call', params, limits.callMs);
  if (reply.kind === 'ok') {
    summary.ok += 1;
    record.ok += 1;
  } else if (reply.kind === 'tool-error') summary.toolErrors += 1;
  else if (reply.kind === 'rpc-error') summary.rpcErrors += 1;
  hooks.onReply(record.name, fuzzCase, reply);
  if (reply.kind === 'closed') {
    // Ended for a flood is told by the flood; still, the tool is not worth many more restarts.
    record.ends += 1;
    if (await hooks.hasCrashed(session)) {
      summary.crashes += 1;
      record.crashes.push(fuzzCase.kind);
    }
    await restart(state);
  } else if (reply.kind === 'timeout') await onTimeout(state, record, fuzzCase, params);
}

function paramsOf({ name, task }: FuzzTarget, { args }: FuzzCase): Record<string, unknown> {
  return {
    name,
    ...(args === undefined ? {} : { arguments: args }),
    ...(task === true ? { task: { ttl: 10_000 } } : {}),
  };
}

/** A server that still answers is slow, not hung. */
async function onTimeout(
  state: State,
  record: ToolRecord,
  fuzzCase: FuzzCase,
  params: Record<string, unknown>,
): Promise<void> {
  if (state.session === null) return;
  const probe = await state.session.request('tools/list', {}, state.limits.probeMs);
  if (probe.kind !== 'timeout' && probe.kind !== 'closed') {
    record.slow.push(fuzzCase.kind);
    return;
  }
  state.summary.hangs += 1;
  record.hangs.push(fuzzCase.kind);
  await restart(state);
  if (state.session === null) return;
  // The same call again, to a fresh server: a busy machine is no fault of the server.
  const again = await state.session.request('tools/call', params, state.limits.callMs);
  if (again.kind !== 'timeout') return;
  record.hangs.push(fuzzCase.kind);
  await restart(state);
}

async function restart(state: State): Promise<void> {
  if (state.summary.restarts >= state.limits.restarts) {
    state.session = null;
    return;
  }
  state.summary.restarts += 1;
  state.session = await state.hooks.reopen();
}
