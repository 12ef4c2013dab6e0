// Packages of private registries, asked for by name on the public one: who else has the name, and which one won?
import semver from 'semver';
import { isDict } from '../analyze/manifest.ts';
import { VetError } from '../errors.ts';
import type { ConfusionHit, TreeFact, TreeNode } from '../types.ts';
import { conflicts, integrityOf } from './integrity.ts';
import { fetchPackument } from './pacote.ts';
import { eachOf } from './source/each-of.ts';

export interface NamesakesInput {
  /** `@scope` -> registry URL, from the user's configuration. */
  scopes: ReadonlyMap<string, string>;
  registry: string;
  /** npm's default registry; asked only about what came from another one and is the user's by mapping or by `own`. */
  publicRegistry: string;
  pacoteOptions: Record<string, unknown>;
  /** What the user calls their own: package names and `@scope`s (folders mean nothing here). */
  own: readonly string[];
}
type Packument = Record<string, unknown>;
type Found = Pick<ConfusionHit, 'ruleId' | 'severity' | 'confidence' | 'message'>;

const MAX_ASKED = 50;
const CONCURRENCY = 6;
const TIMEOUT_MS = 5_000;

export async function publicNamesakes(
  tree: TreeFact,
  input: NamesakesInput,
): Promise<ConfusionHit[]> {
  const nodes = privateNodes(tree, input).slice(0, MAX_ASKED);
  const [first, ...rest] = nodes;
  const answers = new Map<TreeNode, Packument | 'absent'>();
  const ask = async (node: TreeNode) => {
    const answer = await askPublic(node.name, input);
    if (answer !== null) answers.set(node, answer);
  };
  if (first) await ask(first);
  // Where the public registry cannot be reached, one question is enough to know it.
  if (answers.size > 0) await eachOf(rest, CONCURRENCY, ask);
  const hits: ConfusionHit[] = [];
  await eachOf(nodes, CONCURRENCY, async (node) => {
    const answer = answers.get(node);
    const found = answer === undefined ? null : await judge(node, answer, input);
    if (found) {
      hits.push({ ...found, node: node.id, name: node.name, location: node.path.join(' > ') });
    }
  });
  return oncePerScope(hits.sort((a, b) => (a.node < b.node ? -1 : 1)));
}

/** Other names are nobody's business: a private registry's are not told to the public one. */
function privateNodes(tree: TreeFact, input: NamesakesInput): TreeNode[] {
  const publicHost = hostOf(input.publicRegistry);
  const isPrivate = ({ name, kind }: TreeNode) =>
    (kind === 'registry' || kind === 'subject') &&
    hostOf(registryOf(name, input)) !== publicHost &&
    (isMapped(name, input) || isOwn(name, input.own));
  const names = new Map<string, TreeNode>();
  for (const node of tree.nodes) {
    if (isPrivate(node) && !names.has(`${node.name}@${node.version}`)) {
      names.set(`${node.name}@${node.version}`, node);
    }
  }
  return [...names.values()].sort((a, b) => a.path.length - b.path.length);
}

function registryOf(name: string, { scopes, registry }: NamesakesInput): string {
  return scopes.get(name.split('/')[0] ?? '') ?? registry;
}

function isOwn(name: string, own: readonly string[]): boolean {
  return own.some((entry) => entry === name || name.startsWith(`${entry.replace(/\/\*$/, '')}/`));
}

function isMapped(name: string, { scopes, registry }: NamesakesInput): boolean {
  const mapped = scopes.get(name.split('/')[0] ?? '');
  return name.startsWith('@') && mapped !== undefined && hostOf(mapped) !== hostOf(registry);
}

/** Null: it did not say. */
async function askPublic(
  name: string,
  input: NamesakesInput,
): Promise<Packument | 'absent' | null> {
  const scope = name.startsWith('@') ? name.split('/')[0] : undefined;
  try {
    return await fetchPackument(name, {
      ...input.pacoteOptions,
      registry: input.publicRegistry,
      ...(scope === undefined ? {} : { [`${scope}:registry`]: input.publicRegistry }),
      packumentCache: new Map(),
      fullMetadata: false,
      fetchRetries: 0,
      timeout: TIMEOUT_MS,
    });
  } catch (error) {
    if (!(error instanceof VetError)) throw error;
    return error.code === 'not-found' ? 'absent' : null;
  }
}

function oncePerScope(hits: ConfusionHit[]): ConfusionHit[] {
  const asked = new Set<string>();
  return hits.filter(({ ruleId, name }) => {
    const scope = name.startsWith('@') ? name.split('/')[0] : undefined;
    if (ruleId !== 'claimable-name' || scope === undefined) return true;
    return !asked.has(scope) && asked.add(scope);
  });
}

async function judge(
  node: TreeNode,
  answer: Packument | 'absent',
  input: NamesakesInput,
): Promise<Found | null> {
  if (answer === 'absent') return claimable(node.name);
  const theirs = versionsOf(answer);
  const published = theirs.get(node.version);
  const isSame = published !== undefined && !conflicts(node.integrity ?? '', published);
  if (!isSame) return namesake(node, theirs, isMapped(node.name, input));
  // The public package came. Does your registry have one of its own by that name?
  const ours = await ownVersions(node.name, input);
  const own = ours.filter((version) => !theirs.has(version));
  return own.length > 0 ? publicWon(node, own) : null;
}

function claimable(name: string): Found {
  const isScoped = name.startsWith('@');
  return {
    ruleId: 'claimable-name',
    // A scope has one owner; whether it is you, its packages alone do not tell.
    severity: isScoped ? 'info' : 'low',
    confidence: 'high',
    message: isScoped
      ? `${name} is not on the public registry; is the scope ${name.split('/')[0]} yours there?`
      : `${name} is not on the public registry, where anybody can claim the name`,
  };
}

function namesake(
  { name, version }: TreeNode,
  theirs: ReadonlyMap<string, string>,
  isMappedScope: boolean,
): Found {
  const newest = newestOf([...theirs.keys()]);
  const without = isMappedScope ? 'the mapping of its scope' : 'your registry';
  return {
    ruleId: 'private-name-is-public',
    severity: 'moderate',
    confidence: isMappedScope ? 'high' : 'medium',
    message: `${name}@${version} is your registry's; on a machine without ${without} the public package of that name is installed (newest: ${newest})`,
  };
}

function publicWon({ name, version }: TreeNode, own: readonly string[]): Found {
  return {
    ruleId: 'private-name-is-public',
    severity: 'moderate',
    confidence: 'medium',
    message: `${name}@${version} is the public registry's, although your registry has a package of that name (newest of its own: ${newestOf(own)})`,
  };
}

async function ownVersions(name: string, input: NamesakesInput): Promise<string[]> {
  try {
    const options = { ...input.pacoteOptions, fullMetadata: false };
    return [...versionsOf(await fetchPackument(name, options)).keys()];
  } catch (error) {
    if (error instanceof VetError) return [];
    throw error;
  }
}

/** Version -> integrity ('' if it states none). */
function versionsOf(packument: Packument): Map<string, string> {
  const versions = isDict(packument['versions']) ? packument['versions'] : {};
  return new Map(
    Object.entries(versions)
      .filter(([version]) => semver.valid(version) !== null)
      .map(([version, manifest]) => [version, integrityOf(manifest) ?? '']),
  );
}

function newestOf(versions: readonly string[]): string {
  return [...versions].sort(semver.rcompare)[0] ?? 'none';
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
