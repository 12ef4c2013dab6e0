// What a rule is: which facts it needs, what it says, and a pure function that finds.
import type {
  AdvisoryDetail,
  CheckId,
  Confidence,
  Evidence,
  FactName,
  Facts,
  Finding,
  Gap,
  Severity,
  Subject,
  TrustLevel,
} from './types.ts';

const SEVERITIES: readonly Severity[] = ['info', 'low', 'moderate', 'high', 'critical'];
const CONFIDENCES: readonly Confidence[] = ['low', 'medium', 'high'];

/** What a rule's `find` may know besides the facts it needs. Time comes from here, never from the clock. */
export interface RuleContext {
  now: Date;
  subject: Subject;
  ownership: Evidence['ownership'];
  minReleaseAgeDays: number;
  /** A fact that sharpens a finding but is not needed for it; undefined when unknown. */
  optional: <K extends FactName>(name: K) => Facts[K] | undefined;
}

/** One thing found. Severity, confidence, fix and cap default to the rule's. */
export interface Hit {
  message: string;
  location: string;
  severity?: Severity;
  confidence?: Confidence;
  package?: string;
  excerpt?: string;
  fix?: string;
  fixUpstream?: string;
  /** `null`: this hit does not cap although the rule may. */
  caps?: TrustLevel | null;
  references?: string[];
  advisory?: AdvisoryDetail;
}

export interface RuleText {
  id: string;
  check: CheckId;
  /** The usual severity; single hits may differ. */
  severity: Severity;
  title: string;
  why: string;
  fix: string;
  fixUpstream?: string;
  /** Set on rules about trust only. Applied to hits of high confidence. */
  caps?: TrustLevel;
}

export interface Rule extends RuleText {
  needs: readonly FactName[];
  /** Findings and, where a needed fact is unknown, one gap. */
  apply: (evidence: Evidence) => { findings: Finding[]; gaps: Gap[] };
}

interface RuleDefinition<N extends FactName> extends RuleText {
  needs: readonly N[];
  /**
   * If true, an unknown fact makes no gap: the rule has nothing to ask then (no lockfile, no --repo).
   */
  isOptional?: boolean;
  find: (facts: Pick<Facts, N>, context: RuleContext) => Hit[];
}

/** Makes a rule; the compiler checks that `find` uses only the facts in `needs`. */
export function defineRule<const N extends FactName>(definition: RuleDefinition<N>): Rule {
  const { find, isOptional, ...text } = definition;
  return {
    ...text,
    apply(evidence) {
      const facts: Partial<Facts> = {};
      for (const name of definition.needs) {
        const fact = evidence.facts[name];
        if (!fact.known) {
          const gaps = isOptional ? [] : [{ ruleId: definition.id, reason: fact.reason }];
          return { findings: [], gaps };
        }
        facts[name] = fact.value as never;
      }
      // Every key of N has just been filled.
      const hits = find(facts as Pick<Facts, N>, contextOf(evidence));
      return { findings: oncePerLine(hits.map((hit) => toFinding(text, hit))), gaps: [] };
    },
  };
}

/** Of findings that say the same of one line of one file, the gravest: a reader looks there once. */
function oncePerLine(findings: readonly Finding[]): Finding[] {
  const kept = new Map<string, Finding>();
  for (const [index, finding] of findings.entries()) {
    const { message, location, package: from = '' } = finding;
    const isLine = /:\d+$/.test(location);
    const key = JSON.stringify(isLine ? [message, location, from] : [index]);
    const known = kept.get(key);
    if (known === undefined || weightOf(finding) > weightOf(known)) kept.set(key, finding);
  }
  return [...kept.values()];
}

const weightOf = ({ severity, confidence, caps }: Finding): number =>
  SEVERITIES.indexOf(severity) * 10 + CONFIDENCES.indexOf(confidence) * 2 + (caps ? 1 : 0);

function contextOf(evidence: Evidence): RuleContext {
  return {
    now: new Date(evidence.now),
    subject: evidence.subject,
    ownership: evidence.ownership,
    minReleaseAgeDays: evidence.minReleaseAgeDays,
    optional(name) {
      const fact = evidence.facts[name];
      return fact.known ? fact.value : undefined;
    },
  };
}

function toFinding(rule: RuleText, hit: Hit): Finding {
  const { caps: hitCap, ...rest } = hit;
  const confidence = hit.confidence ?? 'high';
  const cap = hitCap === undefined ? rule.caps : (hitCap ?? undefined);
  return {
    ruleId: rule.id,
    severity: rule.severity,
    fix: rule.fix,
    ...(rule.fixUpstream === undefined ? {} : { fixUpstream: rule.fixUpstream }),
    ...rest,
    confidence,
    ...(cap !== undefined && confidence === 'high' ? { caps: cap } : {}),
  };
}
