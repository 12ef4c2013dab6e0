// Asks the registries what a tree cannot say of itself: does the lock still match, is a private name also public?
import { treeConfusion } from '../analyze/confusion.ts';
import { auditLockfile } from '../analyze/lockfile.ts';
import { isDict } from '../analyze/manifest.ts';
import { VetError } from '../errors.ts';
import type { ConfusionHit, Fact, LockfileFact, SourceFact, TreeFact, TreeNode } from '../types.ts';
import { compareBundled } from './bundled.ts';
import { fetchManifest, fetchPackument } from './pacote.ts';

export interface ConfusionInput {
  tree: Fact<TreeFact>;
  lockfile: Fact<LockfileFact>;
  /** For the packages that lie inside of others' tarballs. */
  source: Fact<SourceFact>;
  registryHosts: ReadonlySet<string>;
  /** `@scope` -> registry URL, from the user's configuration. */
  scopes: ReadonlyMap<string, string>;
  registry: string;
  /** npm's default registry; asked only about packages that resolved from another one by scope. */
  publicRegistry: string;
  pacoteOptions: Record<string, unknown>;
  offline: boolean;
  isKnown: (name: string) => boolean;
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
      hits.push(...(await publicTwins(tree.value, input)));
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
    const raw = await fetchManifest(`${node.name}@${node.version}`, {
      ...options,
      fullMetadata: false,
    });
    const dist = raw['dist'];
    const integrity = isDict(dist) ? dist['integrity'] : undefined;
    return typeof integrity === 'string' ? integrity : undefined;
  } catch (error) {
    // Not served here: an unknown, told by the tree and the unread tarball.
    if (error instanceof VetError) return undefined;
    throw error;
  }
}

/** True only where both know a hash of the same algorithm and it differs. */
function conflicts(locked: string, served: string): boolean {
  const hashes = (text: string) =>
    new Map(text.split(/\s+/).map((entry) => [entry.slice(0, entry.indexOf('-')), entry]));
  const ours = hashes(locked);
  const theirs = hashes(served);
  for (const [algorithm, hash] of ours) {
    const other = theirs.get(algorithm);
    if (other !== undefined) return other !== hash;
  }
  return false;
}

/** A package of a privately mapped scope whose name also stands on the public registry. */
async function publicTwins(tree: TreeFact, input: ConfusionInput): Promise<ConfusionHit[]> {
  const publicHost = hostOf(input.publicRegistry);
  const isPrivate = (node: TreeNode) => {
    const mapped = input.scopes.get(node.name.split('/')[0] ?? '');
    return (
      mapped !== undefined &&
      hostOf(mapped) !== publicHost &&
      hostOf(mapped) !== hostOf(input.registry)
    );
  };
  const nodes = tree.nodes.filter((node) => node.name.startsWith('@') && isPrivate(node));
  const options = {
    ...input.pacoteOptions,
    registry: input.publicRegistry,
    fetchRetries: 0,
    timeout: 5_000,
  };
  const hits = await mapBounded(nodes.slice(0, 50), async (node) => {
    const scope = node.name.split('/')[0] ?? '';
    const served = await fetchPackument(node.name, {
      ...options,
      packumentCache: new Map(),
      [`${scope}:registry`]: input.publicRegistry,
    }).catch((error: unknown) => {
      if (error instanceof VetError) return undefined;
      throw error;
    });
    if (!served) return [];
    return [
      {
        ruleId: 'private-name-is-public',
        severity: 'moderate' as const,
        confidence: 'high' as const,
        node: node.id,
        name: node.name,
        message: `${node.name} is mapped to your registry and stands on the public one too; without the mapping the public one wins`,
        location: node.path.join(' > '),
      },
    ];
  });
  return hits.flat();
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
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
