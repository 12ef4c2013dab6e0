// Lockfiles that packages of the tree ship (npm-shrinkwrap.json): npm obeys them, wherever they point to.
import { auditLockfile } from '../analyze/lockfile.ts';
import { withShrinkwrap } from '../analyze/shrinkwrap.ts';
import type {
  ConfusionHit,
  Fact,
  Json,
  SourceFact,
  Subject,
  TreeFact,
  TreeNode,
} from '../types.ts';
import { ArchiveError, readArchive } from './source/archive.ts';
import { eachOf } from './source/each-of.ts';
import { fetchTarball } from './source/fetch.ts';

export interface ShrinkwrapsInput {
  subject: Subject;
  source: Fact<SourceFact>;
  registryHosts: ReadonlySet<string>;
  plainHosts: ReadonlySet<string>;
  pacoteOptions: Record<string, unknown>;
}

const FILE = 'npm-shrinkwrap.json';
const MAX_READ = 20;
const CONCURRENCY = 4;
// What old versions of npm left out is no fault of the package; what it resolves from elsewhere is.
const OMITTED = new Set(['missing-integrity', 'weak-integrity']);

/** npm's resolver leaves out what a package pins itself; an install does not. */
export async function withShrinkwraps(
  tree: TreeFact,
  input: Omit<ShrinkwrapsInput, 'source' | 'plainHosts'>,
): Promise<TreeFact> {
  const missing = new Set(
    tree.problems.filter(({ code }) => code === 'MISSING').map(({ from }) => from),
  );
  const parents = tree.nodes
    .filter((node) => missing.has(node.path.at(-1) ?? '') && isFetched(node, input.subject))
    .slice(0, MAX_READ);
  let whole = tree;
  for (const parent of parents) {
    const raw = await shrinkwrapOf(parent, input);
    whole = withShrinkwrap(whole, parent, raw, input.registryHosts);
  }
  return whole;
}

export async function shrinkwrapHits(
  tree: TreeFact,
  input: ShrinkwrapsInput,
): Promise<ConfusionHit[]> {
  const nodes = tree.nodes.filter((node) => shipsOne(node, input)).slice(0, MAX_READ);
  const hits: ConfusionHit[] = [];
  await eachOf(nodes, CONCURRENCY, async (node) => {
    const raw = await shrinkwrapOf(node, input);
    if (raw === undefined) return;
    const lock = { file: FILE, lockfileVersion: 0, raw, manifest: null };
    for (const hit of auditLockfile(lock, input)) {
      if (OMITTED.has(hit.ruleId)) continue;
      hits.push({ ...hit, node: node.id, location: [...node.path, hit.location].join(' > ') });
    }
  });
  return hits.sort((a, b) => (a.location < b.location ? -1 : 1));
}

function shipsOne(node: TreeNode, { source, subject }: ShrinkwrapsInput): boolean {
  if (!source.known || !isFetched(node, subject)) return false;
  const { subject: own, dependencies } = source.value;
  const analysis = node.kind === 'subject' ? own : dependencies[node.id];
  return analysis !== undefined && Object.hasOwn(analysis.hashes, FILE);
}

function isFetched({ kind }: TreeNode, subject: Subject): boolean {
  return kind === 'subject' ? subject.source === 'registry' : kind === 'registry';
}

/** Undefined where it cannot be read: then its package is no better known than its other files. */
async function shrinkwrapOf(
  node: TreeNode,
  input: Omit<ShrinkwrapsInput, 'source' | 'plainHosts'>,
): Promise<Json | undefined> {
  const { name, version, integrity } = node.kind === 'subject' ? input.subject : node;
  const wanted = { name, version, integrity: integrity ?? '', resolved: null };
  const fetched = await fetchTarball(wanted, input.pacoteOptions);
  if (!fetched.ok || fetched.content.kind !== 'tarball') return undefined;
  try {
    const { files } = readArchive(fetched.content.bytes);
    const bytes = files.find(({ path }) => path === FILE)?.bytes ?? [];
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as Json;
  } catch (error) {
    if (error instanceof ArchiveError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
