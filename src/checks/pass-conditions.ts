// What must be known before a point may pass (the table in rules/checklist.json), and the words of a pass.
import { hasFreshSource } from '../analyze/advisories/index.ts';
import { isPlainName } from '../analyze/repository-url.ts';
import type { CheckId, Evidence, Fact } from '../types.ts';
import { isCovered } from './response-fuzzing/observed.ts';

type Condition = (evidence: Evidence) => string[];

const CONDITIONS: Record<CheckId, Condition> = {
  'source-verification': sourceVerified,
  'dependency-audit': dependenciesAudited,
  'permission-review': permissionsReviewed,
  'network-egress': ({ facts }) => runFinished(facts.run),
  'response-fuzzing': responsesFuzzed,
  'update-cadence': ({ facts }) => reasonOf(facts.releases),
  'disclosure-history': historyKnown,
};

/** Why the point cannot pass; empty when it may. */
export function unmetConditions(id: CheckId, evidence: Evidence): string[] {
  return CONDITIONS[id](evidence);
}

/** One line about what was looked at, for a point that passes. */
export function passWords(id: CheckId, { facts }: Evidence): string {
  const run = facts.run.known ? facts.run.value : undefined;
  const nodes = facts.tree.known ? facts.tree.value.nodes.length : 0;
  switch (id) {
    case 'source-verification':
      return sourceWords(facts);
    case 'dependency-audit':
      return `no advisory for ${nodes} packages, every integrity known`;
    case 'permission-review':
      return `${toolsRead(facts)}; capabilities fit the stated function`;
    case 'network-egress':
      return `${run?.egress.length ?? 0} attempts in ${run?.observedSeconds ?? 0} s, none against its function`;
    case 'response-fuzzing':
      return `${run?.fuzz.calls ?? 0} calls to ${run?.fuzz.tools ?? 0} tools, no instruction came back`;
    case 'update-cadence':
      return releaseWords(facts);
    case 'disclosure-history':
      return 'no open advisory, malware record or deprecation';
  }
}

function sourceWords(facts: Evidence['facts']): string {
  const known = facts.names.known ? facts.names.value.known : null;
  const account = facts.publisher.known ? facts.publisher.value.publisher : undefined;
  const name = known?.publisher ?? (account && isPlainName(account) ? account : undefined);
  const publisher = name === undefined ? 'publisher known' : `published by ${name}`;
  const isClaimed = facts.repository.known && facts.repository.value.claimsPackage === true;
  const signature = facts.publisher.known ? facts.publisher.value.signature.state : undefined;
  return [
    publisher,
    ...(signature === 'verified' ? ['signature verified'] : []),
    ...(isClaimed ? ['repository claims the package back'] : []),
  ].join(', ');
}

function releaseWords(facts: Evidence['facts']): string {
  if (!facts.releases.known) return '';
  const count = facts.releases.value.releases.length;
  return `${count} releases, the newest on ${facts.releases.value.releases.at(-1)?.publishedAt.slice(0, 10) ?? '?'}`;
}

function toolsRead(facts: Evidence['facts']): string {
  const count = toolCount(facts);
  return count === 1 ? '1 tool read' : `${count} tools read`;
}

function toolCount(facts: Evidence['facts']): number {
  return facts.source.known ? facts.source.value.subject.surface.tools.length : 0;
}

function sourceVerified({ facts, ownership, subject }: Evidence): string[] {
  if (subject.source !== 'registry')
    return ['not a published package: nobody stands behind it on a registry'];
  const missing = [...reasonOf(facts.packument), ...reasonOf(facts.names)];
  const entry = facts.names.known ? facts.names.value.known : null;
  const isKnown = entry !== null && entry.tier !== 'popular';
  const isClaimed = facts.repository.known && facts.repository.value.claimsPackage === true;
  if (!isKnown && !isClaimed && !(ownership.isOwn && ownership.resolvedFromMapped)) {
    const why = facts.repository.known
      ? 'its repository could not be shown to claim it back'
      : facts.repository.reason;
    missing.push(`no evidence of publisher or repository: ${why}`);
  }
  return missing;
}

function dependenciesAudited({ facts, now }: Evidence): string[] {
  const missing = [...reasonOf(facts.tree), ...reasonOf(facts.advisories)];
  if (facts.tree.known) {
    const { nodes, problems } = facts.tree.value;
    if (problems.length > 0) missing.push(`${problems.length} dependencies could not be resolved`);
    const bare = nodes.filter(
      (node) => node.kind !== 'subject' && node.kind !== 'link' && !node.integrity,
    );
    const unhashed = bare.filter((node) => node.kind !== 'bundled').length;
    if (unhashed > 0) missing.push(`${unhashed} packages have no integrity`);
  }
  if (facts.advisories.known) {
    for (const kind of ['vulnerability', 'malware'] as const) {
      if (!hasFreshSource(facts.advisories.value, kind, now)) {
        missing.push(`no ${kind} source answered that is at most 7 days old`);
      }
    }
  }
  return missing;
}

function permissionsReviewed({ facts }: Evidence): string[] {
  if (!facts.source.known) return [facts.source.reason];
  const { subject, unread } = facts.source.value;
  const missing: string[] = [];
  if (subject.files.unreadable.length > 0) {
    missing.push(`${subject.files.unreadable.length} of its files could not be read`);
  }
  if (unread.length > 0) missing.push(`${unread.length} packages of the tree could not be read`);
  const hasRunTools = facts.run.known && facts.run.value.tools.length > 0;
  if (!subject.surface.isComplete && !hasRunTools) {
    missing.push(subject.surface.reason ?? 'its tools could not be read from the source');
  }
  return missing;
}

function runFinished(
  run: Fact<Evidence['facts']['run'] extends Fact<infer R> ? R : never>,
): string[] {
  if (!run.known) return [run.reason];
  return run.value.complete ? [] : [run.value.reason ?? 'the sandbox run did not finish'];
}

function responsesFuzzed({ facts }: Evidence): string[] {
  if (!facts.run.known) return [facts.run.reason];
  const { fuzz } = facts.run.value;
  if (isCovered(facts.run.value)) return [];
  return [`only ${fuzz.toolsAccepted} of ${fuzz.tools} tools accepted a call`];
}

function historyKnown({ facts, now }: Evidence): string[] {
  const missing = reasonOf(facts.advisories);
  if (facts.advisories.known && !hasFreshSource(facts.advisories.value, 'vulnerability', now)) {
    missing.push('no advisory source answered that is at most 7 days old');
  }
  if (!facts.packument.known) missing.push(facts.packument.reason);
  else if (!facts.packument.value.servesDeprecations) {
    missing.push('this registry does not say whether it is deprecated');
  }
  return missing;
}

function reasonOf<T>(fact: Fact<T>): string[] {
  return fact.known ? [] : [fact.reason];
}
