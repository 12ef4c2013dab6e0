// Which advisories apply to which node of a tree, and what is on record about the subject's own name.
import type { AdvisoriesFact, Subject, TreeFact, TreeNode, Vulnerability } from '../../types.ts';
import { incomingEdges, isFixWithinRange, type IncomingEdges } from './fix.ts';
import {
  advisoryOf,
  compareIds,
  currentRecords,
  groupByAlias,
  type SourcedRecord,
} from './group.ts';
import { isAffected, parseVersion } from './ranges.ts';
import type { AdvisoryRecord } from './shapes.ts';

/** Above every version that is in use. */
const ANY_LATER = '9999999999.0.0';

export interface MatchInput {
  tree: TreeFact;
  subject: Subject;
  /** Scopes (`@acme`) whose packages come from a private registry. */
  privateScopes: readonly string[];
  /** Every record about a package name, of all sources. */
  records: ReadonlyMap<string, readonly SourcedRecord[]>;
}

/** Everything of an AdvisoriesFact but its sources. */
export function matchAdvisories(input: MatchInput): Omit<AdvisoriesFact, 'sources'> {
  const incoming = incomingEdges(input.tree.nodes);
  const vulnerabilities: Vulnerability[] = [];
  const unmatched: AdvisoriesFact['unmatched'] = [];
  for (const node of input.tree.nodes) {
    const reason = whyUnmatched(node, input);
    if (reason === null) vulnerabilities.push(...vulnerabilitiesOf(node, input, incoming));
    else unmatched.push({ node: node.id, name: node.name, reason });
  }
  const history = groupByAlias(current(input, input.subject.name)).map((group) =>
    advisoryOf(group),
  );
  return {
    vulnerabilities: vulnerabilities.sort(
      (a, b) => compareTexts(a.node, b.node) || compareIds(a.advisory.id, b.advisory.id),
    ),
    ownHistory: isPublic(input) ? history.sort((a, b) => compareIds(a.id, b.id)) : [],
    unmatched: unmatched.sort((a, b) => compareTexts(a.node, b.node)),
  };
}

/** The names to ask sources for: every node that can be matched, and the subject. */
export function matchableNodes(input: Omit<MatchInput, 'records'>): TreeNode[] {
  return input.tree.nodes.filter((node) => whyUnmatched(node, input) === null);
}

const current = (input: MatchInput, name: string): SourcedRecord[] =>
  currentRecords(input.records.get(name) ?? []);

function vulnerabilitiesOf(
  node: TreeNode,
  input: MatchInput,
  incoming: IncomingEdges,
): Vulnerability[] {
  const records = current(input, node.name);
  const isVersioned = records.some(({ record }) => isStatedMalware(record));
  const applies = ({ record }: SourcedRecord): boolean =>
    record.isVersionStated
      ? isAffected(record, node.version)
      : record.kind === 'malware' && !isVersioned;
  return groupByAlias(records.filter(applies)).map((group) => {
    const advisory = advisoryOf(group, node.version);
    return {
      advisory,
      node: node.id,
      name: node.name,
      installed: node.version,
      path: node.path,
      fixWithinRange: isFixWithinRange(node, { ...advisory, isOpen: isOpenEnded(group) }, incoming),
      isReached: node.kind === 'subject' ? true : null,
    };
  });
}

/** Whether no later version is known to be unaffected. */
const isOpenEnded = (group: readonly SourcedRecord[]): boolean =>
  group.some(({ record }) => isAffected(record, ANY_LATER) || !record.isVersionStated);

/** A list that names a package without versions adds nothing to one that says which. */
const isStatedMalware = (record: AdvisoryRecord): boolean =>
  record.kind === 'malware' && record.isVersionStated;

/** Advisories are about the public registry's packages: what only shares a name is not accused. */
function whyUnmatched(node: TreeNode, input: Omit<MatchInput, 'records'>): string | null {
  const scope = node.name.startsWith('@') ? node.name.split('/')[0] : undefined;
  if (scope !== undefined && input.privateScopes.includes(scope)) {
    return `${scope} is a private scope`;
  }
  switch (node.kind) {
    case 'subject':
      if (input.subject.source === 'lockfile')
        return 'the project itself is not a published package';
      break;
    case 'git':
      return 'it comes from git, not from the registry';
    case 'remote':
      return 'it comes from a URL, not from the registry';
    case 'file':
    case 'link':
      return 'it comes from a folder or file, not from the registry';
    default:
  }
  return parseVersion(node.version) ? null : 'its version is not a semantic version';
}

function isPublic(input: MatchInput): boolean {
  const root = input.tree.nodes.find((node) => node.kind === 'subject');
  return root === undefined || whyUnmatched(root, input) === null;
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
