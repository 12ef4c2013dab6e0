// Asks the registries what a tree cannot say of itself: does the lock still match, is a private name also public?
import { treeConfusion } from '../analyze/confusion.ts';
import { auditLockfile } from '../analyze/lockfile.ts';
import { VetError } from '../errors.ts';
import type { ConfusionHit, Fact, LockfileFact, SourceFact, TreeFact, TreeNode } from '../types.ts';
import { compareBundled } from './bundled.ts';
import { conflicts, integrityOf } from './integrity.ts';
import { publicNamesakes, type NamesakesInput } from './namesakes.ts';
import { fetchManifest } from './pacote.ts';

export interface ConfusionInput extends NamesakesInput {
  tree: Fact<TreeFact>;
  lockfile: Fact<LockfileFact>;
  /** For the packages that lie inside of others' tarballs. */
  source: Fact<SourceFact>;
  registryHosts: ReadonlySet<string>;
  isKnown: (name: string) => boolean;
  offline: boolean;
}

const CONCURRENCY = 12;
const MAX_ASKED = 2_000;

export async function collectConfusion(input: ConfusionInput): Promise<Fact<ConfusionHit[]>> {
  const { tree, lockfile } = input;
  if (!tree.known && !lockfile.known) return tree;
  const scopeHosts = new Map(
    [...input.scopes].map(([scope, url]) => [scope, URL.canParse(url) ? new URL(url).host : '']),
  );
  const hits = lockfile.known ? auditLockfile(lockfile.value, input) : [];
  if (tree.known) {
    hits.push(...treeConfusion(tree.value, { scopeHosts, isKnown: input.isKnown }));
    if (!input.offline) {
      if (tree.value.from !== 'resolved')
        hits.push(...(await changedIntegrities(tree.value, input)));
      hits.push(...(await publicNamesakes(tree.value, input)));
    }
  }
  const copies = tree.known ? await compareBundled(tree.value, input) : [];
  return { known: true, value: [...dedupe(hits), ...copies] };
}

/** A lock pins content; a registry that serves other content for the same version was changed after it. */
async function changedIntegrities(tree: TreeFact, input: ConfusionInput): Promise<ConfusionHit[]> {
  const locked = tree.nodes.filter((node) => node.kind === 'registry' && node.integrity);
  const hits = await mapBounded(locked.slice(0, MAX_ASKED), async (node) => {
    const served = await servedIntegrity(node, input.pacoteOptions);
    if (served === undefined || !conflicts(node.integrity ?? '', served)) return [];
    return [
      {
        ruleId: 'integrity-changed',
        severity: 'critical' as const,
        confidence: 'high' as const,
        node: node.id,
        name: node.name,
        message: `${node.name}@${node.version} is locked to other content than the registry serves`,
        location: node.path.join(' > '),
      },
    ];
  });
  return hits.flat();
}

async function servedIntegrity(
  node: TreeNode,
  options: Record<string, unknown>,
): Promise<string | undefined> {
  try {
    const spec = `${node.name}@${node.version}`;
    return integrityOf(await fetchManifest(spec, { ...options, fullMetadata: false }));
  } catch (error) {
    // Not served here: an unknown, told by the tree and the unread tarball.
    if (error instanceof VetError) return undefined;
    throw error;
  }
}

async function mapBounded<T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, items.length) }, lane));
  return results;
}

function dedupe(hits: ConfusionHit[]): ConfusionHit[] {
  const seen = new Set<string>();
  return hits.filter((hit) => {
    const key = `${hit.ruleId} ${hit.name}`;
    return !seen.has(key) && seen.add(key);
  });
}
