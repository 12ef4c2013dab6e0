// The pipeline: targets -> evidence -> checks -> score -> result. The only caller of every stage.
import { readFileSync } from 'node:fs';
import { judgeConfiguration } from './checks/across.ts';
import { VetError } from './errors.ts';
import { gateOf } from './score/index.ts';
import type { NotVetted, Report, VetResult } from './types.ts';
import { planJobs, type Job, type Plan } from './vet/jobs.ts';
import { expiredFindings, withSettings } from './vet/policy.ts';
import { openMemory, type Memory } from './vet/remembered.ts';
import type { Session } from './vet/session.ts';
import { openSettings, type Settings, type VetOptions } from './vet/settings.ts';
export type { VetOptions } from './vet/settings.ts';

const CONCURRENCY = 3;
type Failure = NonNullable<VetResult['error']>;

/** Vets one target. The promise rejects with a VetError only for misuse; a target that failed is in `notVetted`. */
export async function vet(target: string, options: VetOptions = {}): Promise<VetResult> {
  return vetAll([target], options);
}

/** Vets several; every distinct package@version gets one report, in the order asked for. */
export async function vetAll(
  targets: readonly string[],
  options: VetOptions = {},
): Promise<VetResult> {
  const startedAtMs = Date.now();
  const settings = await openSettings(options);
  const plan = await planJobs(targets, settings);
  const run = await openRun(settings);
  try {
    return await resultOf(plan, run, startedAtMs);
  } finally {
    await run.close();
  }
}

async function resultOf(plan: Plan, run: Run, startedAtMs: number): Promise<VetResult> {
  const { settings } = run;
  const { options } = settings;
  const { reports, failures } = await vetJobs(plan, run);
  const failed: Failed[] = [
    ...plan.failures.map(({ target, error }) => ({ target, ...asFailure(error, options.signal) })),
    ...failures,
  ];
  const notVetted: NotVetted[] = [
    ...plan.notVetted,
    ...failed.map(({ target, code, message, configuredAs }) => ({
      target,
      kind: 'failed' as const,
      code,
      reason: message,
      ...(configuredAs ? { configuredAs } : {}),
    })),
  ];
  const findings = withSettings(settings.config, [
    ...expiredFindings(settings.config, settings.now),
    ...judgeConfiguration(plan, reports),
  ]);
  const gate = gateOf({
    gate: { ...settings.config.gate, ...options.gate },
    reports,
    findings,
    notVetted,
    accepted: new Set(settings.config.accept),
    isSandboxWanted: options.sandbox === true,
  });
  const [first] = failed;
  return {
    schemaVersion: 1,
    tool: { name: 'mcp-vet', version: toolVersion(), rulesDigest: await run.rulesDigest() },
    startedAt: new Date(startedAtMs).toISOString(),
    durationMs: Date.now() - startedAtMs,
    gate,
    reports,
    findings,
    notVetted,
    ...(first ? { error: errorOf(first) } : {}),
  };
}

interface Failed extends Failure {
  target: string;
  configuredAs?: NonNullable<NotVetted['configuredAs']>;
}

/** What the jobs share. The session is opened by the first of them that nothing is remembered of. */
interface Run {
  settings: Settings;
  memory: Memory;
  session: () => Promise<Session>;
  rulesDigest: () => Promise<string>;
  /** Of a remembered report. */
  knownDigest?: string;
  close: () => Promise<void>;
}

async function openRun(settings: Settings): Promise<Run> {
  let session: Promise<Session> | undefined;
  const run: Run = {
    settings,
    memory: await openMemory(settings, toolVersion()),
    session: () => (session ??= import('./vet/start.ts').then((m) => m.startSession(settings))),
    rulesDigest: async () => run.knownDigest ?? (await run.session()).rulesDigest,
    close: async () => (await session)?.close(),
  };
  return run;
}

async function vetJobs(plan: Plan, run: Run): Promise<{ reports: Report[]; failures: Failed[] }> {
  const outcomes: (Report | Failed)[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < plan.jobs.length; index = next++) {
      const job = plan.jobs[index] as Job;
      outcomes[index] = await vetJob(job, run, plan.jobs.length > 1);
    }
  };
  // Two sandboxes at once would slow each other into time-outs.
  const isAlone = run.settings.options.sandbox === true;
  const lanes = isAlone ? 1 : Math.min(CONCURRENCY, plan.jobs.length);
  await Promise.all(Array.from({ length: lanes }, lane));
  const reports = mergeSame(outcomes.filter((outcome) => 'subject' in outcome));
  return { reports, failures: outcomes.filter((outcome) => 'code' in outcome) };
}

async function vetJob(job: Job, run: Run, isOneOfMany: boolean): Promise<Report | Failed> {
  const { signal } = run.settings.options;
  try {
    signal?.throwIfAborted();
    return await reportOf(job, run, isOneOfMany);
  } catch (caught) {
    const [configuredAs] = job.configuredAs;
    const failure = asFailure(caught, signal);
    return { target: job.label, ...failure, ...(configuredAs ? { configuredAs } : {}) };
  }
}

async function reportOf(job: Job, run: Run, isOneOfMany: boolean): Promise<Report> {
  const known = await run.memory.read(job);
  if (known) {
    run.knownDigest = known.rulesDigest;
    return known.report;
  }
  const session = await run.session();
  const { vetOne } = await import('./vet/one.ts');
  const { report, isComplete } = await vetOne(job, session, isOneOfMany);
  if (isComplete) await run.memory.write(job, { report, rulesDigest: session.rulesDigest });
  return report;
}

/** The same version asked for in two ways is one report; the one with more findings tells more. */
function mergeSame(reports: Report[]): Report[] {
  const merged = new Map<string, Report>();
  const weight = (report: Report) => report.checks.flatMap((check) => check.findings).length;
  for (const report of reports) {
    const { name, version, source } = report.subject;
    const key = source === 'registry' ? `${name}@${version}` : report.subject.requested;
    const known = merged.get(key);
    if (!known) {
      merged.set(key, report);
      continue;
    }
    const keep = weight(report) > weight(known) ? report : known;
    const as = [...(known.subject.configuredAs ?? []), ...(report.subject.configuredAs ?? [])];
    if (as.length > 0) keep.subject.configuredAs = as;
    merged.set(key, keep);
  }
  return [...merged.values()];
}

function errorOf({ code, message, hint }: Failure): Failure {
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

/** A bug of ours keeps its stack but must not lose the other reports. */
function asFailure(caught: unknown, signal: AbortSignal | undefined): Failure {
  if (signal?.aborted) {
    const hint = 'Run it again; what is cached is reused.';
    return { code: 'interrupted', message: 'Interrupted.', hint };
  }
  if (caught instanceof VetError) return errorOf(caught as Failure);
  const message = caught instanceof Error ? (caught.stack ?? caught.message) : String(caught);
  return {
    code: 'internal',
    message: `mcp-vet itself failed: ${message.slice(0, 2_000)}`,
    hint: 'This is a bug of mcp-vet; please report it with the package name and this text.',
  };
}

/** From our own package.json, which lies beside src/ and dist/. */
function toolVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version?: unknown };
  return String(version);
}
