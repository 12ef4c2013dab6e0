// The pipeline: targets -> evidence -> checks -> score -> result. The only caller of every stage.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { judgeConfiguration } from './checks/across.ts';
import { runChecks } from './checks/index.ts';
import { VetError } from './errors.ts';
import { gateOf } from './score/index.ts';
import type { NotVetted, Report, VetResult } from './types.ts';
import { collectEvidence } from './vet/evidence.ts';
import { planJobs, type Job, type Plan } from './vet/jobs.ts';
import { expiredFindings, policyFor } from './vet/policy.ts';
import { makeReport } from './vet/report.ts';
import { openSession, type Session, type VetOptions } from './vet/session.ts';
import { resolveSubject } from './vet/subject.ts';
export type { VetOptions } from './vet/session.ts';

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
  const session = await openSession(options);
  const plan = await planJobs(targets, session);
  const { reports, failures } = await vetJobs(plan, session);
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
  const gate = gateOf({
    gate: { ...session.config.gate, ...options.gate },
    reports,
    notVetted,
    accepted: new Set(session.config.accept),
    isSandboxWanted: options.sandbox === true,
  });
  const [first] = failed;
  return {
    schemaVersion: 1,
    tool: { name: 'mcp-vet', version: toolVersion(), rulesDigest: session.rulesDigest },
    startedAt: new Date(startedAtMs).toISOString(),
    durationMs: Date.now() - startedAtMs,
    gate,
    reports,
    findings: [
      ...expiredFindings(session.config, session.now),
      ...judgeConfiguration(plan.servers, reports),
    ],
    notVetted,
    ...(first ? { error: errorOf(first) } : {}),
  };
}

interface Failed extends Failure {
  target: string;
  configuredAs?: NonNullable<NotVetted['configuredAs']>;
}

async function vetJobs(
  plan: Plan,
  session: Session,
): Promise<{ reports: Report[]; failures: Failed[] }> {
  const outcomes: (Report | Failed)[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < plan.jobs.length; index = next++) {
      const job = plan.jobs[index] as Job;
      outcomes[index] = await vetJob(job, session, plan.jobs.length > 1);
    }
  };
  // Two sandboxes at once would slow each other into time-outs.
  const lanes = session.options.sandbox === true ? 1 : Math.min(CONCURRENCY, plan.jobs.length);
  await Promise.all(Array.from({ length: lanes }, lane));
  const reports = mergeSame(outcomes.filter((outcome) => 'subject' in outcome));
  return { reports, failures: outcomes.filter((outcome) => 'code' in outcome) };
}

async function vetJob(job: Job, session: Session, isOneOfMany: boolean): Promise<Report | Failed> {
  try {
    return await vetOne(job, session, isOneOfMany);
  } catch (caught) {
    const [configuredAs] = job.configuredAs;
    const failure = asFailure(caught, session.options.signal);
    return { target: job.label, ...failure, ...(configuredAs ? { configuredAs } : {}) };
  }
}

async function vetOne(job: Job, session: Session, isOneOfMany: boolean): Promise<Report> {
  session.options.signal?.throwIfAborted();
  session.options.onProgress?.(job.label, 'asking the registry');
  const resolved = await resolveSubject(job.target, session);
  if (job.configuredAs.length > 0) resolved.subject.configuredAs = job.configuredAs;
  if (job.start) resolved.start = job.start;
  const { evidence, tree } = await collectEvidence(resolved, session);
  const policy = policyFor(session.config, resolved.subject, session.now);
  const report = makeReport(evidence, runChecks(evidence, policy));
  const { writeLock } = session.options;
  if (writeLock !== undefined && tree) {
    const folder = report.subject.name.replace(/^@/, '').replace('/', '-');
    const base = path.resolve(session.cwd, writeLock);
    await tree.writeLock(isOneOfMany ? path.join(base, folder) : base);
  }
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
