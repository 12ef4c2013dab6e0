// The gate: which reports are below what the user asked for. Decides pass or fail once, for every output.
import type { Finding, Gate, GateResult, NotVetted, Report, Severity } from '../types.ts';
import { isAtLeast } from './trust.ts';

const SEVERITIES: Severity[] = ['info', 'low', 'moderate', 'high', 'critical'];

export interface GateInput {
  gate: Gate;
  reports: Report[];
  /** About a client configuration and across servers. */
  findings: Finding[];
  notVetted: NotVetted[];
  /** Targets that the user's configuration accepts although they cannot be vetted. */
  accepted: ReadonlySet<string>;
  /** True if `--sandbox` was asked for. */
  isSandboxWanted: boolean;
}
type Failure = GateResult['failed'][number];

export function gateOf(input: GateInput): GateResult {
  const { allowUnverified, ...gate } = input.gate;
  const hasGate = Object.values(gate).some((value) => value !== undefined);
  const failed = input.reports.flatMap((report) => [
    ...(hasGate ? thresholdFailures(report, gate) : defaultFailures(report)),
    ...(hasGate && allowUnverified !== true ? unansweredFailures(report) : []),
    ...(hasGate && input.isSandboxWanted ? sandboxFailures(report) : []),
  ]);
  failed.push(...configurationFailures(input.findings, gate.failOn));
  if (hasGate) {
    for (const entry of input.notVetted) {
      if (entry.kind !== 'unsupported' || input.accepted.has(entry.target)) continue;
      failed.push({ target: entry.target, gate: 'vetted', wanted: 'vetted', got: entry.code });
    }
  }
  return { passed: failed.length === 0, ...gate, failed };
}

function specOf(report: Report): string {
  return `${report.subject.name}@${report.subject.version}`;
}

function defaultFailures(report: Report): Failure[] {
  const { level, cappedBy } = report.trust;
  if (level !== 'do-not-use' && cappedBy === undefined) return [];
  const wanted = cappedBy ? 'no cap' : 'above do-not-use';
  const got = cappedBy ? `${level}, held by ${cappedBy.join(', ')}` : level;
  return [{ target: specOf(report), gate: 'trust', wanted, got }];
}

function thresholdFailures(report: Report, gate: Omit<Gate, 'allowUnverified'>): Failure[] {
  const target = specOf(report);
  const failed: Failure[] = [];
  const miss = (name: string, wanted: unknown, got: unknown) =>
    failed.push({ target, gate: name, wanted: String(wanted), got: String(got) });
  if (gate.minTrust && !isAtLeast(report.trust.level, gate.minTrust)) {
    miss('min-trust', gate.minTrust, report.trust.level);
  }
  const worst = worstOf(report.checks.flatMap((check) => check.findings));
  if (gate.failOn && SEVERITIES.indexOf(worst) >= SEVERITIES.indexOf(gate.failOn)) {
    miss('fail-on', `below ${gate.failOn}`, worst);
  }
  if (gate.maxLost !== undefined && report.lost > gate.maxLost) {
    miss('max-lost', gate.maxLost, report.lost);
  }
  if (gate.minScore !== undefined && report.score < gate.minScore) {
    miss('min-score', gate.minScore, report.score);
  }
  if (gate.minVerified !== undefined && report.verified < gate.minVerified) {
    miss('min-verified', gate.minVerified, report.verified);
  }
  return failed;
}

function configurationFailures(findings: Finding[], failOn: Severity | undefined): Failure[] {
  const worst = worstOf(findings);
  if (!failOn || SEVERITIES.indexOf(worst) < SEVERITIES.indexOf(failOn)) return [];
  return [{ target: 'configuration', gate: 'fail-on', wanted: `below ${failOn}`, got: worst }];
}

/** 'none' when there is no counting finding at all. */
function worstOf(findings: Finding[]): Severity {
  const counting = findings.filter((finding) => !finding.suppressed);
  const ranks = counting.map((finding) => SEVERITIES.indexOf(finding.severity));
  return SEVERITIES[Math.max(-1, ...ranks)] ?? ('none' as Severity);
}

function unansweredFailures(report: Report): Failure[] {
  if (report.sources['malware']?.known === true) return [];
  const got = report.sources['malware']?.reason ?? 'not answered';
  return [{ target: specOf(report), gate: 'malware-source', wanted: 'answered', got }];
}

function sandboxFailures(report: Report): Failure[] {
  if (report.run?.complete === true) return [];
  const got = report.sources['run']?.reason ?? 'not complete';
  return [{ target: specOf(report), gate: 'sandbox', wanted: 'a finished run', got }];
}
