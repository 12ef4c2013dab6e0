// The user's suppressions and rule settings as the checks apply them; expired entries become findings.
import { acrossFinding } from '../checks/across-texts.ts';
import type { RulePolicy } from '../checks/index.ts';
import type { Suppression, UserConfig } from '../targets/user-config.ts';
import type { Finding, Subject } from '../types.ts';

/** The policy for one subject. An entry counts for the subject or for the package a finding names. */
export function policyFor(config: UserConfig, subject: Subject, now: string): RulePolicy {
  const valid = config.ignore.filter((entry) => Date.parse(entry.expires) >= Date.parse(now));
  return {
    off: new Set(config.rulesOff),
    severity: new Map(Object.entries(config.severity)),
    suppress(finding) {
      const entry = valid.find((candidate) => appliesTo(candidate, finding, subject));
      return entry ? { reason: entry.reason, expires: entry.expires } : undefined;
    },
  };
}

export function expiredFindings(config: UserConfig, now: string): Finding[] {
  return config.ignore
    .filter((entry) => Date.parse(entry.expires) < Date.parse(now))
    .map((entry) =>
      acrossFinding(
        'expired-suppression',
        `The suppression of ${entry.rule} expired on ${entry.expires.slice(0, 10)} and no longer counts`,
        config.file ?? 'configuration',
        `${entry.package}: ${entry.reason}`,
      ),
    );
}

/** The user's rule settings, for findings that belong to no package. */
export function withSettings(config: UserConfig, findings: readonly Finding[]): Finding[] {
  return findings
    .filter((finding) => !config.rulesOff.includes(finding.ruleId))
    .map((finding) => ({
      ...finding,
      severity: config.severity[finding.ruleId] ?? finding.severity,
    }));
}

function appliesTo(entry: Suppression, finding: Finding, subject: Subject): boolean {
  if (entry.rule !== finding.ruleId) return false;
  const names = [finding.package ?? `${subject.name}@${subject.version}`];
  // A finding that names no package is about the subject itself.
  if (finding.package === undefined || finding.package === subject.name) {
    names.push(`${subject.name}@${subject.version}`, subject.integrity ?? '');
  }
  return names.includes(entry.package);
}
