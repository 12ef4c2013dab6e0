// Two versions side by side: published ones, folders or tarballs, each looked at alone.
import { viewOfManifest } from '../analyze/changes-view.ts';
import { compareVersions, type VersionView } from '../analyze/changes.ts';
import { parseTarget } from '../targets/parse.ts';
import { VetError } from '../errors.ts';
import type { Change, Fact, PackageAnalysis } from '../types.ts';
import { analyzeAlone, datedChanges } from './change.ts';
import type { Session } from './session.ts';
import { openSettings, type VetOptions } from './settings.ts';
import { startSession } from './start.ts';
import { resolveSubject } from './subject.ts';

export interface DiffSide {
  name: string;
  version: string;
  integrity: string | null;
  source: 'registry' | 'folder' | 'tarball' | 'lockfile';
}
/** What `mcp-vet diff --json` prints. */
export interface DiffResult {
  schemaVersion: 1;
  from: DiffSide;
  to: DiffSide;
  changes: Change[];
  /** Sides whose code could not be compared, and why. */
  notCompared: string[];
}

interface Side {
  side: DiffSide;
  view: VersionView;
  history: readonly VersionView[];
  analysis: Fact<PackageAnalysis>;
}

/** Throws a VetError where a side cannot be found or read at all. */
export async function diff(
  before: string,
  after: string,
  options: VetOptions = {},
): Promise<DiffResult> {
  const session = await startSession(await openSettings(options));
  try {
    return await compare(before, after, session);
  } finally {
    await session.close();
  }
}

async function compare(before: string, after: string, session: Session): Promise<DiffResult> {
  const [from, to] = await Promise.all([sideOf(before, session), sideOf(after, session)]);
  const analyses =
    from.analysis.known && to.analysis.known
      ? { before: from.analysis.value, after: to.analysis.value }
      : undefined;
  const isSamePackage = from.side.name === to.side.name;
  const changes = compareVersions({
    before: from.view,
    after: to.view,
    // A folder has no history of its own; the published side's is the package's.
    history: isSamePackage ? [to.history, from.history].find((list) => list.length > 0) : [],
    ...(analyses ? { analyses } : {}),
  });
  return {
    schemaVersion: 1,
    from: from.side,
    to: to.side,
    changes: await datedChanges(changes, session),
    notCompared: [from, to].flatMap(({ side, analysis }) =>
      analysis.known ? [] : [`${side.name}@${side.version}: ${analysis.reason}`],
    ),
  };
}

async function sideOf(text: string, session: Session): Promise<Side> {
  const target = parseTarget(text, session.cwd);
  if (target.kind !== 'package' && target.kind !== 'folder' && target.kind !== 'tarball') {
    throw new VetError('unsupported-target', 'diff compares packages, folders and tarballs.', {
      hint: 'For example: mcp-vet diff mcp-remote@0.1.14 mcp-remote@0.1.15',
    });
  }
  const resolved = await resolveSubject(target, session);
  const { subject, manifest, files, packument } = resolved;
  const versions = packument.known ? packument.value.versions : [];
  const published = versions.find(({ version }) => version === subject.version);
  const { name, version, integrity, source } = subject;
  const analysis = await analyzeAlone({ name, version, integrity, files }, session);
  return {
    side: { name, version, integrity, source },
    view: published ?? viewOfManifest(manifest),
    history: versions,
    analysis,
  };
}
