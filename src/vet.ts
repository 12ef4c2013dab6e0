// The pipeline: targets -> evidence -> checks -> score -> result. The only caller of every stage.
import { readFileSync } from 'node:fs';
import { runChecks } from './checks/index.ts';
import { VetError } from './errors.ts';
import { gateOf } from './score/index.ts';
import { parseTarget } from './targets/parse.ts';
import type { NotVetted, Report, VetResult } from './types.ts';
import { collectEvidence } from './vet/evidence.ts';
import { expiredFindings, policyFor } from './vet/policy.ts';
import { makeReport } from './vet/report.ts';
import { openSession, type Session, type VetOptions } from './vet/session.ts';
import { resolveSubject } from './vet/subject.ts';
export type { VetOptions } from './vet/session.ts';

/** Vets one target. The promise rejects with a VetError only for misuse; a target that failed is in `notVetted`. */
export async function vet(target: string, options: VetOptions = {}): Promise<VetResult> {
  return vetAll([target], options);
}

export async function vetAll(
  targets: readonly string[],
  options: VetOptions = {},
): Promise<VetResult> {
  const startedAtMs = Date.now();
  const session = await openSession(options);
  const reports: Report[] = [];
  const notVetted: NotVetted[] = [];
  let error: VetResult['error'];
  for (const target of targets) {
    try {
      reports.push(await vetOne(target, session));
    } catch (caught) {
      const failure = asFailure(caught, options.signal);
      error ??= failure;
      notVetted.push({ target, kind: 'failed', code: failure.code, reason: failure.message });
    }
  }
  const gate = gateOf({
    gate: { ...session.config.gate, ...options.gate },
    reports,
    notVetted,
    accepted: new Set(session.config.accept),
    isSandboxWanted: options.sandbox === true,
  });
  return {
    schemaVersion: 1,
    tool: { name: 'mcp-vet', version: toolVersion(), rulesDigest: session.rulesDigest },
    startedAt: new Date(startedAtMs).toISOString(),
    durationMs: Date.now() - startedAtMs,
    gate,
    reports,
    findings: expiredFindings(session.config, session.now),
    notVetted,
    ...(error ? { error } : {}),
  };
}

async function vetOne(text: string, session: Session): Promise<Report> {
  session.options.onProgress?.(text, 'asking the registry');
  const target = parseTarget(text, session.cwd);
  const resolved = await resolveSubject(target, session);
  const { evidence, tree } = await collectEvidence(resolved, session);
  const policy = policyFor(session.config, resolved.subject, session.now);
  const report = makeReport(evidence, runChecks(evidence, policy));
  if (session.options.writeLock !== undefined && tree)
    await tree.writeLock(session.options.writeLock);
  return report;
}

/** A bug of ours keeps its stack (in `cause`, shown with --verbose) but must not lose the other reports. */
function asFailure(
  caught: unknown,
  signal: AbortSignal | undefined,
): NonNullable<VetResult['error']> {
  if (signal?.aborted) {
    return {
      code: 'interrupted',
      message: 'Interrupted.',
      hint: 'Run it again; what is cached is reused.',
    };
  }
  if (caught instanceof VetError) {
    const { code, message, hint } = caught;
    return { code, message, ...(hint === undefined ? {} : { hint }) };
  }
  const message = caught instanceof Error ? (caught.stack ?? caught.message) : String(caught);
  return {
    code: 'internal',
    message: `mcp-vet itself failed: ${message.slice(0, 2_000)}`,
    hint: 'This is a bug of mcp-vet; please report it with the package name and this text.',
  };
}

/** From our own package.json, which lies beside src/ and dist/. */
export function toolVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version?: unknown };
  return String(version);
}
