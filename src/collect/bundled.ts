// Compares the packages inside of tarballs with what the registry serves under their names.
import { differenceOf, type Content, type Difference } from '../analyze/bundled-copy.ts';
import { toManifest } from '../analyze/manifest.ts';
import { NPM_NAME } from '../analyze/mcp-registry.ts';
import type {
  ConfusionHit,
  Fact,
  PackageAnalysis,
  SourceFact,
  TreeFact,
  TreeNode,
} from '../types.ts';
import { ArchiveError, readArchive } from './source/archive.ts';
import { eachOf } from './source/each-of.ts';
import { fetchTarball } from './source/fetch.ts';

interface Comparing {
  source: Fact<SourceFact>;
  pacoteOptions: Record<string, unknown>;
  offline: boolean;
}
interface Copy {
  node: TreeNode;
  analysis: PackageAnalysis | undefined;
  /** As its manifest says, or as its folder is called. */
  name: string;
}
type Published = Content & { packedBytes: number };

const MAX_COMPARED = 200;
const MAX_PACKED_BYTES = 60_000_000;
const CONCURRENCY = 6;
const BOUNDS = { maxUnpackedBytes: 200_000_000, maxEntries: 50_000, maxKeptBytes: 1_000_000 };

/** One hit for each copy that differs, and one for all those that could not be compared. */
export async function compareBundled(tree: TreeFact, input: Comparing): Promise<ConfusionHit[]> {
  const copies = tree.nodes
    .filter(({ kind }) => kind === 'bundled')
    .map((node) => copyOf(node, input));
  const hits: ConfusionHit[] = [];
  const skipped = copies.slice(MAX_COMPARED);
  let bytesLeft = input.offline ? 0 : MAX_PACKED_BYTES;
  await eachOf(copies.slice(0, MAX_COMPARED), CONCURRENCY, async (copy) => {
    const { analysis, node } = copy;
    const isAsked = bytesLeft > 0 && analysis !== undefined && node.version !== '';
    const published = isAsked ? await publishedAs(copy, input.pacoteOptions) : null;
    if (!analysis || !published) return void skipped.push(copy);
    bytesLeft -= published.packedBytes;
    const own = { hashes: analysis.hashes, scripts: analysis.manifest.scripts };
    const difference = differenceOf(own, published);
    if (difference) hits.push(differs(copy, difference));
  });
  hits.sort((a, b) => (a.node < b.node ? -1 : 1));
  return skipped.length > 0 ? [...hits, notCompared(skipped)] : hits;
}

function copyOf(node: TreeNode, { source }: Comparing): Copy {
  const analysis = source.known ? source.value.dependencies[node.id] : undefined;
  const stated = analysis?.manifest.name;
  return {
    node,
    analysis,
    name: stated !== undefined && NPM_NAME.test(stated) ? stated : node.name,
  };
}

/** Null for what the registry does not serve in that version, or not in a form that can be read. */
async function publishedAs(
  { name, node }: Copy,
  options: Record<string, unknown>,
): Promise<Published | null> {
  const wanted = { name, version: node.version, integrity: '', resolved: null };
  const fetched = await fetchTarball(wanted, options);
  if (!fetched.ok || fetched.content.kind !== 'tarball') return null;
  const { bytes } = fetched.content;
  try {
    const { files } = readArchive(bytes, BOUNDS);
    const hashes = Object.fromEntries(files.map(({ path, sha256 }) => [path, sha256]));
    const manifest = files.find(({ path }) => path === 'package.json');
    const { scripts } = toManifest(manifest ? jsonOf(manifest.bytes) : {});
    return { hashes, scripts, packedBytes: bytes.length };
  } catch (error) {
    if (error instanceof ArchiveError) return null;
    throw error;
  }
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(
      Buffer.from(bytes)
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
    );
  } catch {
    return {};
  }
}

function differs({ node, name }: Copy, { changed, added, scripts }: Difference): ConfusionHit {
  const what = [
    ...(scripts.length > 0 ? [`another ${scripts.join(' and ')} script`] : []),
    ...(changed.length > 0 ? [`code files changed: ${changed.length}`] : []),
    ...(added.length > 0 ? [`code files added: ${added.length}`] : []),
  ];
  const file = changed[0] ?? added[0] ?? 'package.json';
  return {
    ruleId: 'bundled-copy-differs',
    // Nothing honest adds a script that runs on install to somebody else's package.
    severity: scripts.length > 0 ? 'high' : 'moderate',
    confidence: 'high',
    node: node.id,
    name: node.name,
    message: `${name}@${node.version}, inside of a tarball, is not what the registry serves (${what.join(', ')})`,
    location: node.path.join(' > '),
    excerpt: file.slice(0, 200),
  };
}

function notCompared(copies: readonly Copy[]): ConfusionHit {
  const names = copies.map(({ name, node }) => `${name}@${node.version || '?'}`).sort();
  const [first] = copies;
  return {
    ruleId: 'bundled-not-compared',
    severity: 'info',
    confidence: 'high',
    node: first?.node.id ?? '',
    name: first?.name ?? '',
    message: `${names.length} packages inside of tarballs could not be compared with the registry's`,
    location: first?.node.path.slice(0, -1).join(' > ') ?? '',
    excerpt: names.join(', ').slice(0, 200),
  };
}
