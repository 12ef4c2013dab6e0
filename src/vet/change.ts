// What changed since the version before: manifests always, code where both tarballs could be read.
import { loneNode } from './lone-node.ts';
import { withAges } from '../analyze/changes-dependencies.ts';
import { compareVersions, sortChanges } from '../analyze/changes.ts';
import { toReleasesFact } from '../analyze/packument.ts';
import { releaseData } from '../analyze/release-data.ts';
import { previousOf } from '../analyze/versions.ts';
import { fetchPackument } from '../collect/pacote.ts';
import { VetError } from '../errors.ts';
import type { Change, Fact, Facts, PackageAnalysis, PackumentVersion } from '../types.ts';
import type { Session } from './session.ts';
import { readerFor } from './source.ts';
import type { ResolvedSubject } from './subject.ts';

const MAX_AGES = 5;
const DAY_MS = 86_400_000;

export interface ChangeInput {
  resolved: ResolvedSubject;
  /** What the subject's own files told, if that is known by now. */
  own: PackageAnalysis | null;
  source: Promise<Fact<Facts['source']>>;
}

export async function collectChange(
  { resolved, own, source: reading }: ChangeInput,
  session: Session,
): Promise<Fact<Facts['change']>> {
  const { subject, packument } = resolved;
  if (!packument.known) return packument;
  const { versions } = packument.value;
  const after = versions.find(({ version }) => version === subject.version);
  const before = previousOf(versions, subject.version);
  if (!after) return { known: false, reason: 'the registry does not list this version' };
  if (!before) return firstRelease(after.version);
  // Threats are told apart from older ones: without any, those of the version before do not matter.
  const isBrief = own?.threats.length === 0;
  const [previous, source] = await Promise.all([
    analyzeVersion(subject.name, before, isBrief, session),
    reading,
  ]);
  const analyses =
    source.known && previous.known
      ? { before: previous.value, after: source.value.subject }
      : undefined;
  const changes = compareVersions({
    before,
    after,
    history: versions,
    ...(analyses ? { analyses } : {}),
  });
  const missing = [source, previous].find((fact) => !fact.known);
  const value: Facts['change'] = {
    from: before.version,
    to: after.version,
    changes: await datedChanges(changes, session),
    ...(missing && !missing.known ? { codeNotCompared: missing.reason } : {}),
  };
  return { known: true, value, from: 'registry' };
}

/** A first release has changed nothing, which is knowledge and no gap. */
function firstRelease(version: string): Fact<Facts['change']> {
  return { known: true, value: { from: version, to: version, changes: [] }, from: 'registry' };
}

/** The same look at a version's tarball as at the subject's, without its dependencies; cached by integrity. */
export async function analyzeVersion(
  name: string,
  version: PackumentVersion,
  isBrief: boolean,
  session: Session,
): Promise<Fact<PackageAnalysis>> {
  const integrity = version.integrity ?? null;
  return analyzeAlone(
    {
      name,
      version: version.version,
      integrity,
      files: { kind: 'registry' },
      isBrief,
    },
    session,
  );
}

export interface AloneInput {
  name: string;
  version: string;
  integrity: string | null;
  files: ResolvedSubject['files'];
  /** Without threats and weaknesses. */
  isBrief?: boolean;
}

/** Never throws for what a tarball is like: then nothing is known about it. */
export async function analyzeAlone(
  input: AloneInput,
  session: Session,
): Promise<Fact<PackageAnalysis>> {
  const { name, version, integrity, files, isBrief = false } = input;
  const reader = readerFor({ subject: { name, version, integrity }, files, isBrief }, session);
  try {
    const read = await reader.read(loneNode(name, version, integrity));
    if (session.options.signal?.aborted) throw new VetError('interrupted', 'Interrupted.');
    return 'analysis' in read
      ? { known: true, value: read.analysis }
      : { known: false, reason: read.reason };
  } catch (error) {
    if (error instanceof VetError && error.code !== 'interrupted') {
      return { known: false, reason: `${name}@${version}: ${error.message}` };
    }
    throw error;
  } finally {
    reader.close();
  }
}

/** Ages of added dependencies, where the registry tells: a brand-new one is how axios was hijacked. */
export async function datedChanges(changes: Change[], session: Session): Promise<Change[]> {
  const added = changes.filter((change) => change.kind === 'dependency-added').slice(0, MAX_AGES);
  const ages = new Map<string, number>();
  await Promise.all(
    added.map(async ({ what }) => {
      const age = await ageDaysOf(what, session);
      if (age !== undefined) ages.set(what, age);
    }),
  );
  return sortChanges(withAges(changes, ages, releaseData().youngDependencyDays));
}

async function ageDaysOf(name: string, session: Session): Promise<number | undefined> {
  if (session.options.offline === true) return undefined;
  try {
    const releases = toReleasesFact(await fetchPackument(name, session.pacote));
    if (!releases.known) return undefined;
    const ms = Date.parse(session.now) - Date.parse(releases.value.createdAt);
    return Math.max(0, Math.floor(ms / DAY_MS));
  } catch (error) {
    if (error instanceof VetError) return undefined;
    throw error;
  }
}
