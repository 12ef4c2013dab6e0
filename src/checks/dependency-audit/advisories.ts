// Rules of point 2: known vulnerabilities and malware among the dependencies.
import {
  compareSeverity,
  fixText,
  NOT_STATED,
  whyNotFresh,
} from '../../analyze/advisories/index.ts';
import { defineRule, type Hit, type Rule, type RuleContext, type RuleText } from '../../rule.ts';
import type { AdvisoriesFact, Severity, TreeFact, TreeNode, Vulnerability } from '../../types.ts';

const isDependency = (vulnerability: Vulnerability): boolean => vulnerability.node !== '';

const vulnerableDependency = defineRule({
  id: 'vulnerable-dependency',
  check: 'dependency-audit',
  severity: 'high',
  title: 'A dependency has a known vulnerability',
  why: 'Code with a published weakness runs inside the server, with all that the server may do.',
  fix: 'Ask for a release of the server that depends on the fixed version, or override it in your own lockfile.',
  fixUpstream: 'Update the dependency to the fixed version and release.',
  needs: ['advisories', 'tree'],
  find({ advisories, tree }) {
    const nodes = nodesById(tree);
    return advisories.vulnerabilities
      .filter((found) => isDependency(found) && found.advisory.kind === 'vulnerability')
      .map((found) => vulnerabilityHit(found, nodes.get(found.node)));
  },
});

const maliciousDependency = defineRule({
  id: 'malicious-dependency',
  check: 'dependency-audit',
  severity: 'critical',
  title: 'A dependency is on record as malware',
  why: 'Installing or starting the server would bring code that was published to do harm.',
  fix: 'Do not install this version. If it was installed, treat the machine as compromised.',
  fixUpstream: 'Remove the dependency, or pin a release from before or after the compromised ones.',
  caps: 'do-not-use',
  needs: ['advisories', 'tree'],
  find({ advisories, tree }, context) {
    const nodes = nodesById(tree);
    return advisories.vulnerabilities
      .filter((found) => isDependency(found) && found.advisory.kind === 'malware')
      .map((found) => malwareHit(found, nodes.get(found.node), context));
  },
});

const SOURCES_TEXT: RuleText = {
  id: 'advisory-sources-unanswered',
  check: 'dependency-audit',
  severity: 'info',
  title: 'No current advisory source answered',
  why: 'That nothing was reported means little when nobody who would know was asked.',
  fix: 'Vet again with network access, or run mcp-vet db update (or db import) first.',
};

/** Never a finding: silence of the sources is a gap of this point. */
const advisorySourcesUnanswered: Rule = {
  ...SOURCES_TEXT,
  needs: ['advisories'],
  apply({ facts, now }) {
    const { advisories } = facts;
    const reasons = advisories.known ? missingSources(advisories.value, now) : [advisories.reason];
    return {
      findings: [],
      gaps: reasons.map((reason) => ({ ruleId: SOURCES_TEXT.id, reason })),
    };
  },
};

/** One sentence where the same holds for both kinds. */
function missingSources(fact: AdvisoriesFact, now: string): string[] {
  const vulnerability = whyNotFresh(fact, 'vulnerability', now);
  const malware = whyNotFresh(fact, 'malware', now);
  const both = vulnerability?.replace('vulnerability', 'malware') === malware;
  if (vulnerability !== null && both) {
    return [vulnerability.replace('vulnerability', 'vulnerability or malware')];
  }
  return [vulnerability, malware].filter((reason) => reason !== null);
}

function vulnerabilityHit(found: Vulnerability, node: TreeNode | undefined): Hit {
  const { advisory } = found;
  const severity = severityHere(found, node);
  return {
    ...commonHit(found),
    severity,
    message: `${found.name}@${found.installed} is affected by ${advisory.id} (${fixText(advisory)})${reach(found)}.`,
    ...(found.fixWithinRange === true && advisory.fixedIn !== undefined
      ? { fix: `An update to ${found.name}@${advisory.fixedIn} is within the declared ranges.` }
      : {}),
  };
}

/** A development tool that nothing reaches is not part of the running server. */
function severityHere(found: Vulnerability, node: TreeNode | undefined): Severity {
  const { severity, isVerified } = found.advisory;
  const isTool = node?.isDev === true && found.isReached !== true;
  const isCapped = isTool || !isVerified;
  return isCapped && compareSeverity(severity, 'moderate') > 0 ? 'moderate' : severity;
}

function reach({ isReached }: Vulnerability): string {
  if (isReached === null) return '';
  return isReached ? '; the server imports it' : '; no import of the server was seen to reach it';
}

function malwareHit(
  found: Vulnerability,
  node: TreeNode | undefined,
  { subject }: RuleContext,
): Hit {
  const { advisory } = found;
  const isVague = advisory.range === NOT_STATED;
  const isInstalled = node?.isDev !== true || subject.source === 'lockfile';
  const isCertain = advisory.isVerified && !isVague;
  return {
    ...commonHit(found),
    severity: advisory.isVerified ? advisory.severity : 'moderate',
    confidence: isCertain ? 'high' : 'medium',
    ...(isCertain && isInstalled ? {} : { caps: null }),
    message: isVague
      ? `${found.name} is on a list of malicious packages that names no versions.`
      : `${found.name}@${found.installed} is malware according to ${label(advisory.id)}.`,
  };
}

function commonHit(
  found: Vulnerability,
): Pick<Hit, 'location' | 'package' | 'advisory' | 'references'> & { excerpt?: string } {
  const { advisory } = found;
  return {
    location: found.node,
    package: `${found.name}@${found.installed}`,
    references: advisory.references,
    ...(advisory.summary === '' ? {} : { excerpt: advisory.summary }),
    advisory: {
      id: advisory.id,
      aliases: advisory.aliases,
      range: advisory.range,
      installed: found.installed,
      ...(advisory.fixedIn === undefined ? {} : { fixedIn: advisory.fixedIn }),
      path: found.path,
      fixWithinRange: found.fixWithinRange,
    },
  };
}

/** Ours for a list entry without a number: no name for readers. */
const label = (id: string): string =>
  id.startsWith('unnumbered:') ? 'a list of malicious packages' : id;

const nodesById = (tree: TreeFact): Map<string, TreeNode> =>
  new Map(tree.nodes.map((node) => [node.id, node]));

export const advisoriesRules: Rule[] = [
  vulnerableDependency,
  maliciousDependency,
  advisorySourcesUnanswered,
];
