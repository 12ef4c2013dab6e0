// Asks the name check about the subject and its dependencies, and what speaks for and against each match.
import { cloneOf, knownClonesOf, type Clone } from '../analyze/names/clones.ts';
import { compareContexts } from '../analyze/names/compare.ts';
import { createNameChecker, type NameChecker } from '../analyze/names/index.ts';
import type { Listing } from '../analyze/names/listed.ts';
import type {
  Fact,
  ImitationFact,
  KnownName,
  Manifest,
  NameContext,
  NamesFact,
  NameVerdict,
  Subject,
  TreeFact,
} from '../types.ts';
import { forgedClaims } from './forged.ts';
import { eachOf } from './source/each-of.ts';

export interface NamesInput {
  subject: Subject;
  manifest: Manifest;
  readme?: string;
  subjectContext: NameContext;
  tree: TreeFact | null;
  /** sha256 by path of the subject's files. */
  hashes?: Record<string, string>;
  known: KnownName[];
  /** One made from `known` already; without it, the list is indexed again. */
  checker?: NameChecker;
  /** The copy of the MCP registry's list, where there is one. */
  listing?: Listing | null;
  /** True: ask nobody; the embedded lists decide alone. */
  offline?: boolean;
}

/** Where to learn about other packages; undefined for what cannot be had. */
export interface NameSources {
  contextOf(name: string): Promise<NameContext | undefined>;
  hashesOf(name: string): Promise<Record<string, string> | undefined>;
}

const MAX_SUBJECT_TARGETS = 5;
const MAX_CLONE_TARGETS = 3;
const MAX_DEPENDENCIES_ASKED = 60;
const CONCURRENCY = 6;
const MAX_IMITATIONS = 200;
const SECURITY_VERSION = /^\d{1,9}\.\d{1,9}\.\d{1,9}-security(\.\d{1,9})?$/;

export async function collectNames(
  input: NamesInput,
  sources: NameSources,
): Promise<Fact<NamesFact>> {
  const { subject, manifest, known } = input;
  const checker = input.checker ?? createNameChecker({ known });
  const own = await subjectImitation(input, sources, checker);
  const others = await dependencyImitations(input, sources, checker);
  const forged = forgedClaims(subject.name, manifest, known);
  const entry = known.find(({ name }) => name === subject.name) ?? null;
  const { listing = null } = input;
  const listed = listing?.factOf({ name: subject.name, manifest, known: entry });
  const value: NamesFact = {
    imitations: [own, ...others].filter((one) => hasSomethingToSay(one)),
    known: entry,
    securityHolding: securityHoldingOf(input),
    ...(forged.length > 0 ? { forged } : {}),
    ...(listed ? { listed } : {}),
  };
  return { known: true, value, from: sourceOf(listing) };
}

/** Names the very list, so that two reports can be compared. */
function sourceOf(listing: Listing | null): string {
  if (!listing) return 'name lists';
  return `name lists, MCP registry's list of ${listing.copiedAt.slice(0, 10)} (${listing.digest})`;
}

async function subjectImitation(
  input: NamesInput,
  sources: NameSources,
  checker: NameChecker,
): Promise<ImitationFact> {
  const { subject, hashes } = input;
  const verdict = checker.check(subject.name);
  // Faint matches are asked about too: a copied description is what makes them strong.
  const matches = verdict.matches.slice(0, MAX_SUBJECT_TARGETS);
  const mine: NameContext = {
    ...input.subjectContext,
    ...(input.readme === undefined ? {} : { readme: input.readme }),
  };
  const contexts = await Promise.all(
    matches.map(({ target }) => (input.offline ? undefined : ask(() => sources.contextOf(target)))),
  );
  const clones = hashes === undefined ? [] : knownClonesOf(hashes);
  if (hashes !== undefined && !input.offline) {
    const asked = matches.slice(0, MAX_CLONE_TARGETS).map(({ target }) => target);
    clones.push(...(await clonesAmong(hashes, asked, sources)));
  }
  return {
    node: '',
    name: subject.name,
    version: subject.version,
    verdict: { ...verdict, matches },
    evidence: matches.map(({ target }, i) => ({ target, ...compareContexts(mine, contexts[i]) })),
    clones: verdict.verdict === 'known' ? [] : distinct(clones, subject.name),
  };
}

async function clonesAmong(
  hashes: Record<string, string>,
  targets: string[],
  sources: NameSources,
): Promise<Clone[]> {
  const found = await Promise.all(
    targets.map(async (target) => {
      const theirs = await ask(() => sources.hashesOf(target));
      return theirs ? cloneOf(hashes, target, theirs) : null;
    }),
  );
  return found.filter((clone) => clone !== null);
}

async function dependencyImitations(
  input: NamesInput,
  sources: NameSources,
  checker: NameChecker,
): Promise<ImitationFact[]> {
  const found: ImitationFact[] = [];
  const seen = new Set([input.subject.name]);
  const declared = new Set(
    Object.keys({ ...input.manifest.dependencies, ...input.manifest.optionalDependencies }),
  );
  // What could not be resolved has a name all the same.
  const named = [...declared].map((name) => ({ id: `node_modules/${name}`, name, version: '' }));
  for (const { id, name, version } of [...(input.tree?.nodes ?? []), ...named]) {
    if (id === '' || seen.has(name) || found.length >= MAX_IMITATIONS) continue;
    seen.add(name);
    const verdict = withoutFaint(checker.check(name));
    if (verdict.matches.length === 0) continue;
    const evidence = verdict.matches.map(({ target }) => ({ target, supports: [], refutes: [] }));
    const isDeclared = declared.has(name);
    found.push({ node: id, name, version, verdict, evidence, clones: [], isDeclared });
  }
  if (input.offline) return found;
  const asked = [...found].sort((a, b) => rankOf(b) - rankOf(a)).slice(0, MAX_DEPENDENCIES_ASKED);
  await eachOf(asked, CONCURRENCY, (one) => addEvidence(one, sources));
  return found;
}

/** Surer matches are asked about first. */
function rankOf({ verdict }: ImitationFact): number {
  return verdict.matches[0]?.confidence === 'high' ? 1 : 0;
}

async function addEvidence(one: ImitationFact, sources: NameSources): Promise<void> {
  const target = one.verdict.matches[0]?.target;
  if (target === undefined) return;
  const [mine, theirs] = await Promise.all([
    ask(() => sources.contextOf(one.name)),
    ask(() => sources.contextOf(target)),
  ]);
  if (mine) one.evidence[0] = { target, ...compareContexts(mine, theirs) };
}

function withoutFaint(verdict: NameVerdict): NameVerdict {
  const matches = verdict.matches.filter(({ confidence }) => confidence !== 'low');
  return { ...verdict, matches: matches.slice(0, 3) };
}

function securityHoldingOf({ subject, manifest, tree }: NamesInput): NamesFact['securityHolding'] {
  const isHolding = manifest.description?.toLowerCase().trim() === 'security holding package';
  const own =
    isHolding || SECURITY_VERSION.test(subject.version)
      ? [{ node: '', name: subject.name, version: subject.version }]
      : [];
  const others = (tree?.nodes ?? [])
    .filter(({ id, version }) => id !== '' && SECURITY_VERSION.test(version))
    .map(({ id, name, version }) => ({ node: id, name, version }));
  return [...own, ...others];
}

function hasSomethingToSay({ node, verdict, evidence, clones }: ImitationFact): boolean {
  if (node !== '' || clones.length > 0) return true;
  if (verdict.matches.some(({ confidence }) => confidence !== 'low')) return true;
  const isBrand = verdict.matches.some(({ kind }) => kind === 'brand');
  return isBrand || evidence.some(({ supports }) => supports.length > 0);
}

function distinct(clones: Clone[], self: string): Clone[] {
  const best = new Map<string, Clone>();
  for (const clone of clones) {
    if (clone.of === self || (best.get(clone.of)?.share ?? 0) >= clone.share) continue;
    best.set(clone.of, clone);
  }
  return [...best.values()].sort((a, b) => b.share - a.share || (a.of < b.of ? -1 : 1));
}

/** A target that cannot be read speaks neither for nor against; it must not end the vetting. */
async function ask<T>(question: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await question();
  } catch {
    return undefined;
  }
}
