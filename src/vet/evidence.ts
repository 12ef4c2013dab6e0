// Everything that is known about one subject, collected side by side: what waits, waits for what it needs.
import { withBundled } from '../analyze/source/bundled.ts';
import { joinReachability } from '../collect/advisories/index.ts';
import { resolveTree, type ResolvedTree } from '../collect/arborist.ts';
import type { Reader } from '../collect/source/index.ts';
import { withShrinkwraps } from '../collect/shrinkwraps.ts';
import { VetError } from '../errors.ts';
import type { Evidence, Fact, Facts, TreeFact, TreeNode } from '../types.ts';
import { advisoriesOf, confusionOf } from './asked.ts';
import { collectNameFacts } from './names.ts';
import { ownershipOf } from './ownership.ts';
import type { RunInput } from './run.ts';
import type { Session } from './session.ts';
import { beginRead, readerFor, sourceOf, type KnownSource } from './source.ts';
import type { ResolvedSubject } from './subject.ts';
import { textsOf } from './texts.ts';
import { collectWho } from './who.ts';

export interface Collected {
  evidence: Evidence;
  /** Null when the tree could not be resolved. */
  tree: ResolvedTree | null;
}

const MIN_RELEASE_AGE_DAYS = 7;
// Characters of JSON.
const MAX_KEPT_PACKUMENTS = 12_000_000;
const NO_RUN: Fact<Facts['run']> = { known: false, reason: 'static only: run with --sandbox' };

export async function collectEvidence(
  resolved: ResolvedSubject,
  session: Session,
): Promise<Collected> {
  const reader = readerFor(resolved, session);
  try {
    return await collectWith(reader, resolved, session);
  } finally {
    reader.close();
  }
}

async function collectWith(
  reader: Reader,
  resolved: ResolvedSubject,
  session: Session,
): Promise<Collected> {
  const { subject } = resolved;
  const progress = (doing: string) => session.options.onProgress?.(subject.name, doing);
  progress('resolving its dependencies');
  const ownRead = beginRead(reader, subject);
  const resolving = treeOf(resolved, reader, session);
  const reading = resolving.then((tree) => sourceOf(factOf(tree), resolved, reader, session));
  const own = ownRead.then(async (early) => early ?? (await reading).value.subject);
  // All that hangs on the tree or on the subject's own files only, while other threads read the rest.
  const [tree, source, advisories, names, texts, who] = await Promise.all([
    resolving,
    reading,
    resolving.then((found) => advisoriesOf(factOf(found), resolved, session)),
    Promise.all([resolving, own]).then(([found, analysis]) =>
      collectNameFacts(resolved, factOf(found), analysis, session),
    ),
    own.then((analysis) => (isRunWanted(session) ? null : textsOf(analysis, NO_RUN, session))),
    collectWho({ resolved, source: reading, ownRead, session }),
  ]);
  session.pool.rest();
  const treeFact = factOf(tree);
  const whole = wholeTree(treeFact, source);
  const isWhole = whole === treeFact;
  progress('looking at names, advisories and publisher');
  const [nameFacts, advisoryFact, confusion] = await Promise.all([
    isWhole ? names : collectNameFacts(resolved, whole, source.value.subject, session),
    isWhole ? advisories : advisoriesOf(whole, resolved, session),
    confusionOf(whole, source, resolved, session),
  ]);
  const run = await runOf({
    resolved,
    tree,
    nodes: nodesOf(whole),
    source,
    session,
    progress,
  });
  const facts: Evidence['facts'] = {
    request: known(resolved.request),
    manifest: known(resolved.manifest),
    packument: resolved.packument,
    releases: resolved.releases,
    tree: withInstallScripts(whole, source),
    lockfile: resolved.lockfile,
    confusion,
    advisories: joinReachability(advisoryFact, new Set(source.value.reachedNodes)),
    names: nameFacts,
    source,
    texts: texts ?? (await textsOf(source.value.subject, run, session)),
    ...who,
    run,
  };
  const evidence: Evidence = {
    now: session.now,
    subject,
    ownership: ownershipOf(
      resolved,
      [...(session.options.own ?? []), ...session.config.own],
      session,
    ),
    minReleaseAgeDays: session.config.minReleaseAgeDays ?? MIN_RELEASE_AGE_DAYS,
    facts,
  };
  return { evidence, tree: tree.known ? tree.value : null };
}

function factOf(tree: Fact<ResolvedTree>): Fact<TreeFact> {
  return tree.known ? known(tree.value.tree, 'resolved as npm would') : tree;
}

function isRunWanted({ options }: Session): boolean {
  return options.sandbox === true;
}

/** The sandbox is loaded only where it is asked for. */
async function runOf(input: RunInput): Promise<Fact<Facts['run']>> {
  if (!isRunWanted(input.session)) return NO_RUN;
  const { runInSandbox } = await import('./run.ts');
  return runInSandbox(input);
}

/** What the resolver places is read while it goes on. */
async function treeOf(
  resolved: ResolvedSubject,
  reader: Reader,
  session: Session,
): Promise<Fact<ResolvedTree>> {
  const { treeBudgetMs: budgetMs } = session.options;
  try {
    const value = await resolveTree({
      ...(budgetMs === undefined ? {} : { budgetMs }),
      options: { ...session.npm, ...session.pacote },
      cacheDir: session.cacheDir,
      packuments: session.packuments,
      root: resolved.root,
      registryHosts: session.registryHosts,
      offline: session.options.offline === true,
      onPlaced: (node) => void reader.read(node).catch(() => undefined),
    });
    // The next target may have packages in common; nobody else asks for them again.
    session.packuments.trim(MAX_KEPT_PACKUMENTS);
    const tree = await withShrinkwraps(value.tree, {
      subject: resolved.subject,
      registryHosts: session.registryHosts,
      pacoteOptions: session.pacote,
    });
    return { known: true, value: { ...value, tree } };
  } catch (error) {
    // The subject itself is there; a tree that cannot be resolved is a fact about it.
    if (error instanceof VetError) return { known: false, reason: error.message };
    throw error;
  }
}

/** With the packages that lie inside others; the very same fact when there are none. */
function wholeTree(tree: Fact<TreeFact>, source: KnownSource): Fact<TreeFact> {
  if (!tree.known) return tree;
  const { subject, dependencies } = source.value;
  const value = withBundled(tree.value, (node) =>
    node.kind === 'subject' ? subject : dependencies[node.id],
  );
  return value === tree.value ? tree : { ...tree, value };
}

function nodesOf(tree: Fact<TreeFact>): TreeNode[] {
  return tree.known ? tree.value.nodes : [];
}

/** The registry's short manifests carry no scripts; the tarballs do. */
function withInstallScripts(tree: Fact<TreeFact>, source: KnownSource): Fact<TreeFact> {
  if (!tree.known) return tree;
  const nodes = tree.value.nodes.map((node) => {
    const analysis =
      node.kind === 'subject' ? source.value.subject : source.value.dependencies[node.id];
    if (!analysis) return node;
    const { scripts, gypfile } = analysis.manifest;
    const names = ['preinstall', 'install', 'postinstall'].filter((name) => scripts[name]);
    const installScripts = Object.fromEntries(names.map((name) => [name, scripts[name] ?? '']));
    const hasBindings = Object.hasOwn(analysis.hashes, 'binding.gyp') && gypfile !== false;
    // npm runs node-gyp by itself where there is a binding.gyp and no install script.
    if (hasBindings && !scripts['install'] && !scripts['preinstall']) {
      installScripts['install'] = 'node-gyp rebuild';
    }
    const hasInstallScript = node.hasInstallScript || Object.keys(installScripts).length > 0;
    return { ...node, installScripts, hasInstallScript };
  });
  return { ...tree, value: { ...tree.value, nodes } };
}

function known<T>(value: T, from?: string): Fact<T> {
  return { known: true, value, ...(from === undefined ? {} : { from }) };
}
