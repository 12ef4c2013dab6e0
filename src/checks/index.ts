// The seven points: which rules each has, what must be known before it may pass, and how it is answered.
import type { Rule, RuleText } from '../rule.ts';
import type { CheckId, CheckResult, Evidence, Finding, Gap, Outcome, Severity } from '../types.ts';
import { acrossRules } from './across-texts.ts';
import { rules as dependencyAudit } from './dependency-audit/index.ts';
import { rules as disclosureHistory } from './disclosure-history/index.ts';
import { rules as networkEgress } from './network-egress/index.ts';
import { passWords, unmetConditions } from './pass-conditions.ts';
import { rules as permissionReview } from './permission-review/index.ts';
import { rules as responseFuzzing } from './response-fuzzing/index.ts';
import { checklist } from './settings.ts';
import { rules as sourceVerification } from './source-verification/index.ts';
import { rules as updateCadence } from './update-cadence/index.ts';

const RULES: Record<CheckId, Rule[]> = {
  'source-verification': sourceVerification,
  'dependency-audit': dependencyAudit,
  'permission-review': permissionReview,
  'network-egress': networkEgress,
  'response-fuzzing': responseFuzzing,
  'update-cadence': updateCadence,
  'disclosure-history': disclosureHistory,
};
const SEVERITIES: Severity[] = ['critical', 'high', 'moderate', 'low', 'info'];
const SCORES = { pass: 1, warn: 0.5, fail: 0, unknown: null } as const;

/** What the user's configuration changes about rules. */
export interface RulePolicy {
  off: ReadonlySet<string>;
  severity: ReadonlyMap<string, Severity>;
  /** Marks a finding as suppressed, or not. */
  suppress: (finding: Finding) => Finding['suppressed'] | undefined;
}

export const DEFAULT_POLICY: RulePolicy = {
  off: new Set(),
  severity: new Map(),
  suppress: () => undefined,
};

export function allRules(): Rule[] {
  return checklist().flatMap((point) => RULES[point.id]);
}

/** Every rule as text, those about configurations included. */
export function allRuleTexts(): RuleText[] {
  const texts = allRules().map(({ apply: _apply, needs: _needs, ...text }) => text);
  return [...texts, ...acrossRules];
}

/** Asks every rule of the seven points. Pure: the same evidence gives the same results. */
export function runChecks(evidence: Evidence, policy: RulePolicy = DEFAULT_POLICY): CheckResult[] {
  return checklist().map((point) => {
    const findings: Finding[] = [];
    const gaps: Gap[] = [];
    for (const rule of RULES[point.id]) {
      if (policy.off.has(rule.id)) {
        gaps.push({ ruleId: rule.id, reason: 'switched off in the configuration' });
        continue;
      }
      const result = rule.apply(evidence);
      findings.push(...result.findings.map((finding) => applyPolicy(finding, policy)));
      gaps.push(...result.gaps);
    }
    findings.sort(compareFindings);
    return {
      id: point.id,
      title: point.title,
      ...answer(point.id, findings, evidence),
      findings,
      gaps,
    };
  });
}

function applyPolicy(finding: Finding, policy: RulePolicy): Finding {
  const severity = policy.severity.get(finding.ruleId) ?? finding.severity;
  const suppressed = policy.suppress(finding);
  return { ...finding, severity, ...(suppressed ? { suppressed } : {}) };
}

function answer(
  id: CheckId,
  findings: Finding[],
  evidence: Evidence,
): Pick<CheckResult, 'outcome' | 'score' | 'reason'> {
  const counting = findings.filter((finding) => !finding.suppressed);
  const worst = counting[0];
  if (worst && SEVERITIES.indexOf(worst.severity) <= SEVERITIES.indexOf('moderate')) {
    const outcome: Outcome = worst.severity === 'moderate' ? 'warn' : 'fail';
    const same = counting.filter((finding) => isCounted(finding)).length;
    const more = same > 1 ? ` (and ${same - 1} more)` : '';
    return { outcome, score: SCORES[outcome], reason: worst.message + more };
  }
  const unmet = unmetConditions(id, evidence);
  if (unmet.length > 0) return { outcome: 'unknown', score: null, reason: unmet.join('; ') };
  return { outcome: 'pass', score: 1, reason: passWords(id, evidence) };
}

function isCounted(finding: Finding): boolean {
  return SEVERITIES.indexOf(finding.severity) <= SEVERITIES.indexOf('moderate');
}

/** Suppressed last, then worst first, then by rule, place and text: a total order, so bytes are stable. */
function compareFindings(a: Finding, b: Finding): number {
  return (
    Number(a.suppressed !== undefined) - Number(b.suppressed !== undefined) ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compareText(a.ruleId, b.ruleId) ||
    compareText(a.package ?? '', b.package ?? '') ||
    compareText(a.location, b.location) ||
    compareText(a.message, b.message)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
