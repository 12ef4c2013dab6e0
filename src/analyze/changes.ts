// What changed between two versions of a package: manifests, publisher, code and tools. Pure.
import semver from 'semver';
import type { Change, PackageAnalysis, PackumentVersion, Severity } from '../types.ts';
import { compareCode } from './changes-code.ts';
import { dependencyChanges } from './changes-dependencies.ts';
import { releaseData } from './release-data.ts';
import { isPlainName, parseRepository } from './repository-url.ts';
import { stepOf, type Step } from './versions.ts';

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];
const ORDER: Severity[] = ['critical', 'high', 'moderate', 'low', 'info'];

/** One version as the registry or its own manifest describes it; what is not known is absent. */
export type VersionView = PackumentVersion;

export interface ChangeInput {
  before: VersionView;
  after: VersionView;
  /** Every version the registry knows of; tells a first install script from a returning one. */
  history?: readonly VersionView[] | undefined;
  analyses?: { before: PackageAnalysis; after: PackageAnalysis };
}

/** Worst first, then by kind and name. */
export function compareVersions(input: ChangeInput): Change[] {
  const { before, after, history = [], analyses } = input;
  const step = stepOf(before.version, after.version);
  const changes = [
    ...scriptChanges(before, after, history, analyses),
    ...dependencyChanges(before, after),
    ...publisherChanges(before, after, history),
    ...sizeChanges(input, step),
    ...(analyses ? compareAnalyses(analyses.before, analyses.after, step) : []),
  ];
  return sortChanges(changes);
}

/** The source part alone. */
export function compareAnalyses(
  before: PackageAnalysis,
  after: PackageAnalysis,
  step: Step = stepOf(before.version, after.version),
): Change[] {
  return sortChanges(compareCode(before, after, step));
}

export function sortChanges(changes: readonly Change[]): Change[] {
  const key = (change: Change) => `${change.kind} ${change.what} ${change.file ?? ''}`;
  return [...changes].sort(
    (a, b) =>
      ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) ||
      (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0),
  );
}

function scriptChanges(
  before: VersionView,
  after: VersionView,
  history: readonly VersionView[],
  analyses: ChangeInput['analyses'],
): Change[] {
  // A registry may strip scripts, or state others than the tarball holds; what npm runs is the tarball's.
  const old = { ...before.scripts, ...analyses?.before.manifest.scripts };
  const scripts = { ...after.scripts, ...analyses?.after.manifest.scripts };
  const added = INSTALL_SCRIPTS.filter((name) => scripts[name] && !old[name]);
  const hadOne = before.hasInstallScript || INSTALL_SCRIPTS.some((name) => old[name]);
  if (hadOne || !(after.hasInstallScript || added.length > 0)) return [];
  const step = stepOf(before.version, after.version);
  const isFirst = isFirstScript(after, history);
  const isLoud = isFirst && step === 'patch';
  return (added.length > 0 ? added : ['install']).map((name) => ({
    kind: 'install-script-added',
    what: name,
    severity: isLoud ? 'high' : step === 'major' ? 'low' : 'moderate',
    confidence: isFirst ? 'high' : 'medium',
    ...(scripts[name] ? { excerpt: scripts[name].slice(0, 200) } : {}),
  }));
}

/** "The first ever" can be said only where the registry shows the scripts of earlier versions. */
function isFirstScript(after: VersionView, history: readonly VersionView[]): boolean {
  const servesScripts = history.some((entry) => Object.keys(entry.scripts).length > 0);
  const isShown = after.hasInstallScript || servesScripts;
  return (
    isShown &&
    history.length > 0 &&
    !earlierOf(after, history).some((entry) => entry.hasInstallScript)
  );
}

function publisherChanges(
  before: VersionView,
  after: VersionView,
  history: readonly VersionView[],
): Change[] {
  const changes: Change[] = [];
  const attested = lastAttested(before, after, history);
  if (attested !== undefined && after.hasProvenance !== true) {
    changes.push({
      kind: 'provenance-lost',
      what: attested.version,
      severity: 'moderate',
      confidence: 'high',
    });
  }
  const publisher = after.publisher?.name;
  if (publisher !== undefined && isNewPublisher(before, after, history)) {
    const isSafe = isPlainName(publisher);
    changes.push({
      kind: 'publisher-changed',
      what: isSafe ? publisher : 'another account',
      severity: 'low',
      confidence: 'high',
      ...(isSafe ? {} : { excerpt: publisher.slice(0, 200) }),
    });
  }
  const from = parseRepository(before.repositoryUrl);
  const to = parseRepository(after.repositoryUrl);
  if (from && to && (from.host !== to.host || from.owner !== to.owner)) {
    changes.push({
      kind: 'repository-moved',
      what: 'repository',
      severity: 'info',
      confidence: 'high',
      excerpt: `${from.url} -> ${to.url}`.slice(0, 200),
    });
  }
  return changes;
}

/** The nearest of a few earlier versions with provenance: a hijack may take several releases. */
function lastAttested(
  before: VersionView,
  after: VersionView,
  history: readonly VersionView[],
): VersionView | undefined {
  const { provenanceWindow } = releaseData();
  // Nightly builds come from a workflow where releases do not, and the other way round.
  const isPrerelease = (entry: VersionView) => semver.prerelease(entry.version) !== null;
  const earlier = earlierOf(after, history)
    .filter((entry) => isPrerelease(entry) === isPrerelease(after))
    .slice(-provenanceWindow)
    .reverse();
  return [before, ...earlier].find((entry) => entry.hasProvenance === true);
}

/** An account that neither published nor maintained any earlier version. */
function isNewPublisher(
  before: VersionView,
  after: VersionView,
  history: readonly VersionView[],
): boolean {
  const name = after.publisher?.name;
  if (before.publisher === undefined || before.publisher.name === name) return false;
  // Handing the publishing over to the repository's own workflow names the workflow as publisher.
  if (after.trustedPublisher !== undefined) return false;
  return ![before, ...earlierOf(after, history)].some(
    (entry) =>
      entry.publisher?.name === name || entry.maintainers?.some((person) => person.name === name),
  );
}

function earlierOf(after: VersionView, history: readonly VersionView[]): VersionView[] {
  return history.filter(
    ({ version }) =>
      semver.valid(version) && semver.valid(after.version) && semver.lt(version, after.version),
  );
}

function sizeChanges({ before, after, analyses }: ChangeInput, step: Step): Change[] {
  const { factor, minBytes } = releaseData().sizeJump;
  // Where the registry strips sizes, what was unpacked for the analysis tells them.
  const isStated = before.unpackedSizeBytes !== undefined && after.unpackedSizeBytes !== undefined;
  const from = isStated ? before.unpackedSizeBytes : analyses?.before.files.bytes;
  const to = isStated ? after.unpackedSizeBytes : analyses?.after.files.bytes;
  if (from === undefined || to === undefined || to < from * factor || to - from < minBytes)
    return [];
  return [
    {
      kind: 'size-jump',
      what: `${kilobytes(from)} to ${kilobytes(to)} kB`,
      severity: step === 'patch' ? 'low' : 'info',
      confidence: 'high',
    },
  ];
}

function kilobytes(bytes: number): string {
  return String(Math.round(bytes / 1000));
}
