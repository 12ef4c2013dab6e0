// Asks the registries what a tree cannot say of itself: does the lock still match, is a private name also public?
import { treeConfusion } from '../analyze/confusion.ts';
import { auditLockfile, registryTarball } from '../analyze/lockfile.ts';
import { VetError } from '../errors.ts';
import type {
  ConfusionHit,
  Fact,
  LockfileFact,
  SourceFact,
  Subject,
  TreeFact,
  TreeNode,
} from '../types.ts';
import { compareBundled } from './bundled.ts';
import { conflicts, integrityOf } from './integrity.ts';
import { publicNamesakes, type NamesakesInput } from './namesakes.ts';
import { fetchManifest } from './pacote.ts';
import { shrinkwrapHits } from './shrinkwraps.ts';
import { eachOf } from './source/each-of.ts';

export interface ConfusionInput extends NamesakesInput {
  subject: Subject;
  tree: Fact<TreeFact>;
  lockfile: Fact<LockfileFact>;
  /** For the packages that lie inside of others' tarballs. */
  source: Fact<SourceFact>;
  registryHosts: ReadonlySet<string>;
  /** Those that are configured without TLS. */
  plainHosts: ReadonlySet<string>;
  isKnown: (name: string) => boolean;
  offline: boolean;
}

const CONCURRENCY = 12;
const MAX_ASKED = 2_000;
// What a mirror that is not configured here makes of a lockfile.
const FOREIGN = new Set(['foreign-resolved-host', 'insecure-resolved-url', 'remote-dependency']);

export async function collectConfusion(input: ConfusionInput): Promise<Fact<ConfusionHit[]>> {
  const { tree, lockfile } = input;
  if (!tree.known && !lockfile.known) return tree;
  const scopeHosts = new Map(
    [...input.scopes].map(([scope, url]) => [scope, URL.canParse(url) ? new URL(url).host : '']),
  );
  let hits = lockfile.known ? auditLockfile(lockfile.value, input) : [];
  if (!tree.known) return { known: true, value: dedupe(hits) };
  hits.push(...treeConfusion(tree.value, { scopeHosts, isKnown: input.isKnown }));
  if (!input.offline && tree.value.from !== 'resolved') {
    const { changed, isServed } = await lockedContent(tree.value, input);
    hits = [...softened(hits, mirrored(tree.value, isServed)), ...changed];
  }
  if (!input.offline) hits.push(...(await publicNamesakes(tree.value, input)));
  hits.push(...(await shrinkwrapHits(tree.value, input)));
  return { known: true, value: [...dedupe(hits), ...(await compareBundled(tree.value, input))] };
}

/** A lock pins content; a registry that serves other content for the same version was changed after it. */
async function lockedContent(
  tree: TreeFact,
  input: ConfusionInput,
): Promise<{ changed: ConfusionHit[]; isServed: Set<string> }> {
  const locked = tree.nodes.filter((node) => node.integrity && isFromRegistry(node));
  const changed: ConfusionHit[] = [];
  const isServed = new Set<string>();
  await eachOf(locked.slice(0, MAX_ASKED), CONCURRENCY, async (node) => {
    const served = await servedIntegrity(node, input.pacoteOptions);
    if (served === undefined) return;
    if (conflicts(node.integrity ?? '', served)) changed.push(changedHit(node));
    else if (served.startsWith('sha512-') && node.integrity?.includes(served))
      isServed.add(node.id);
  });
  changed.sort((a, b) => (a.node < b.node ? -1 : 1));
  return { changed, isServed };
}

/** Another host's tarball counts where it lies as registries keep it: a mirror that is not configured here. */
function isFromRegistry({ kind, name, version, resolved }: TreeNode): boolean {
  if (kind !== 'remote') return kind === 'registry';
  const tarball = registryTarball(resolved ?? '');
  return tarball?.name === name && tarball.version === version.split('+')[0];
}

function changedHit(node: TreeNode): ConfusionHit {
  return {
    ruleId: 'integrity-changed',
    severity: 'critical',
    confidence: 'high',
    node: node.id,
    name: node.name,
    message: `${node.name}@${node.version} is locked to other content than the registry serves`,
    location: node.path.join(' > '),
  };
}

/**
 * A lockfile that was written behind a mirror that is not configured here has most of its packages from that
 * host. One odd entry among others is somebody's doing, whatever it is pinned to.
 */
function mirrored({ nodes }: TreeFact, isServed: ReadonlySet<string>): Set<string> {
  const fetched = nodes.filter(({ kind }) => kind === 'registry' || kind === 'remote');
  const byHost = new Map<string, TreeNode[]>();
  for (const node of fetched) {
    if (node.kind !== 'remote' || node.resolved === null || !isServed.has(node.id)) continue;
    const { host } = new URL(node.resolved);
    byHost.set(host, [...(byHost.get(host) ?? []), node]);
  }
  const isMirror = (list: TreeNode[]) => list.length >= 3 && 2 * list.length >= fetched.length;
  return new Set([...byHost.values()].filter(isMirror).flatMap((list) => list.map(({ id }) => id)));
}

/** From a foreign host, but pinned to the very bytes that your registry serves: no other can come. */
function softened(hits: ConfusionHit[], isMirrored: ReadonlySet<string>): ConfusionHit[] {
  return hits.flatMap((hit): ConfusionHit[] => {
    if (!isMirrored.has(hit.node) || !FOREIGN.has(hit.ruleId)) return [hit];
    if (hit.ruleId === 'remote-dependency') return [];
    const message = `${hit.message}, with the content that your registry serves`;
    return [{ ...hit, severity: 'low', message }];
  });
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

function dedupe(hits: ConfusionHit[]): ConfusionHit[] {
  const seen = new Set<string>();
  return hits.filter((hit) => {
    const key = `${hit.ruleId} ${hit.name}`;
    return !seen.has(key) && seen.add(key);
  });
}
