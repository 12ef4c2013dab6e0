// What in a tree smells of dependency confusion, without asking anybody.
import semver from 'semver';
import type { ConfusionHit, TreeFact, TreeNode } from '../types.ts';

export interface ConfusionPolicy {
  /** `@scope` -> host of the registry that the user maps it to. */
  scopeHosts: ReadonlyMap<string, string>;
  isKnown: (name: string) => boolean;
}

export function treeConfusion(tree: TreeFact, policy: ConfusionPolicy): ConfusionHit[] {
  return [
    ...tree.nodes.flatMap((node) => [
      ...scopeHit(node, policy),
      ...versionHit(node, policy),
      ...sourceHit(node),
      ...aliasHit(node),
    ]),
    ...tree.problems
      .filter((problem) => problem.code === 'E404')
      .map((problem) => ({
        ruleId: 'missing-dependency',
        severity: severityOfMissing(problem.name, tree),
        confidence: 'high' as const,
        node: '',
        name: problem.name,
        message: `${problem.name} is not on the registry; whoever claims the name decides what is installed`,
        location: problem.from,
      })),
  ];
}

/** A scope belongs to one owner: where other packages of it are in the tree, nobody else can claim the name. */
function severityOfMissing(name: string, tree: TreeFact): ConfusionHit['severity'] {
  if (!name.startsWith('@')) return 'high';
  const scope = name.slice(0, name.indexOf('/') + 1);
  // What could not be had has a node too.
  const missing = new Set(tree.problems.map((problem) => problem.name));
  const isThere = (node: TreeNode) => node.name.startsWith(scope) && !missing.has(node.name);
  return tree.nodes.some(isThere) ? 'low' : 'moderate';
}

function scopeHit(node: TreeNode, policy: ConfusionPolicy): ConfusionHit[] {
  const scope = node.name.startsWith('@') ? (node.name.split('/')[0] ?? '') : '';
  const mapped = policy.scopeHosts.get(scope);
  const host = node.resolved && URL.canParse(node.resolved) ? new URL(node.resolved).host : '';
  if (mapped === undefined || host === '' || host === mapped) return [];
  return [
    hit(
      node,
      'scope-resolved-elsewhere',
      'high',
      `${node.name} did not resolve from the registry that ${scope} is mapped to`,
    ),
  ];
}

/** Attackers outbid a private version with an absurd one; calendar versions are years. */
function versionHit(node: TreeNode, policy: ConfusionPolicy): ConfusionHit[] {
  const version = semver.parse(node.version);
  if (!version || node.kind === 'subject' || policy.isKnown(node.name)) return [];
  const isAbsurd = (version.major >= 90 && version.major < 1990) || version.major > 2099;
  // 20241105 and the like are dates too.
  const isDate = /^20\d{6}$/.test(String(version.major));
  if (!isAbsurd || isDate) return [];
  // 260.41.0 came after forty others; who outbids writes nines.
  const isCounted = version.major < 1000 && version.minor > 0 && !/^9+$/.test(`${version.minor}`);
  if (isCounted && !/^9+$/.test(`${version.major}`)) return [];
  return [
    {
      ...hit(
        node,
        'absurd-version',
        'moderate',
        `${node.name} has version ${node.version}, as used to outbid a private package`,
      ),
      confidence: 'medium',
    },
  ];
}

function sourceHit(node: TreeNode): ConfusionHit[] {
  if (node.kind === 'git') {
    return [
      hit(node, 'git-dependency', 'moderate', `${node.name} comes from git and was not fetched`),
    ];
  }
  if (node.kind === 'remote') {
    return [
      hit(
        node,
        'remote-dependency',
        'moderate',
        `${node.name} comes from a URL outside the registries and was not fetched`,
      ),
    ];
  }
  return [];
}

function aliasHit(node: TreeNode): ConfusionHit[] {
  if (node.alias === undefined) return [];
  return [
    hit(
      node,
      'aliased-dependency',
      'info',
      `${node.name} is installed under the name ${node.alias}`,
    ),
  ];
}

function hit(
  node: TreeNode,
  ruleId: string,
  severity: ConfusionHit['severity'],
  message: string,
): ConfusionHit {
  return {
    ruleId,
    severity,
    confidence: 'high',
    node: node.id,
    name: node.name,
    message,
    location: node.path.join(' > '),
  };
}
