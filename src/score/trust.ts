// The trust-level table: source class, level, caps, and how to leave the row. Pure.
import { ruleData } from '../rule-data.ts';
import type {
  CheckResult,
  Evidence,
  Facts,
  Finding,
  SourceClass,
  Trust,
  TrustLevel,
} from '../types.ts';

interface TrustTable {
  classes: Record<SourceClass, { level: TrustLevel; advice: string; leave: string }>;
  communityMinWeeklyDownloads: number;
  communityMinDependents: number;
  communityMinAgeDays: number;
  officialScope: string;
  officialPrefix: string;
}
interface Row {
  sourceClass: SourceClass;
  because: string;
  /** A cap that comes from the class itself, not from a finding. */
  cap?: { level: TrustLevel; by: string; because: string };
}

const LEVELS: TrustLevel[] = ['do-not-use', 'low', 'medium', 'high'];
const DAY_MS = 86_400_000;

export function isAtLeast(level: TrustLevel, wanted: TrustLevel): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(wanted);
}

/** Places the subject in the table and applies the caps that findings carry. */
export function placeInTable(evidence: Evidence, checks: CheckResult[]): Trust {
  const table = ruleData<TrustTable>('trust', isTable);
  const row = rowOf(evidence, checks, table);
  const entry = table.classes[row.sourceClass];
  const caps = checks
    .flatMap((check) => check.findings)
    .filter((finding) => finding.caps !== undefined && !finding.suppressed)
    // A cap fires also where the row is no higher: the squat of a server is low by both.
    .filter((finding) => isAtLeast(entry.level, finding.caps ?? 'high'));
  const level = caps.reduce((lowest, finding) => lower(lowest, finding.caps), entry.level);
  const capped = row.cap ? lower(level, row.cap.level) : level;
  if (caps.length === 0 && capped === entry.level) {
    return {
      level: entry.level,
      sourceClass: row.sourceClass,
      reason: `${row.because}: ${entry.advice}`,
      howToLeave: entry.leave,
    };
  }
  const deciding = caps.filter((finding) => finding.caps === capped);
  return cappedTrust(row, capped, deciding);
}

function cappedTrust(row: Row, level: TrustLevel, deciding: Finding[]): Trust {
  const isOwnCap = row.cap?.level === level && deciding.length === 0;
  const by = isOwnCap
    ? [row.cap?.by ?? '']
    : [...new Set(deciding.map((finding) => finding.ruleId))];
  const because = isOwnCap ? (row.cap?.because ?? '') : (deciding[0]?.message ?? '');
  return {
    level,
    sourceClass: row.sourceClass,
    reason: `${row.because}, held at ${level} by ${by.join(', ')}: ${because}`,
    cappedBy: by,
    howToLeave:
      deciding[0]?.fix ??
      'read the binary’s public source, or use a server whose source is in the package',
  };
}

function lower(level: TrustLevel, other: TrustLevel | undefined): TrustLevel {
  return other !== undefined && isAtLeast(level, other) ? other : level;
}

function rowOf(evidence: Evidence, checks: CheckResult[], table: TrustTable): Row {
  const known = valueOf(evidence, 'names')?.known ?? null;
  const isGone = known?.archived === true || isDeprecated(evidence);
  if (evidence.ownership.isOwn && evidence.ownership.resolvedFromMapped) {
    return { sourceClass: 'own', because: 'your own, named in your configuration' };
  }
  const reading = readingOf(evidence);
  if (reading.isClosed) return { sourceClass: 'closed', because: reading.because };
  const cap = reading.cap ? { cap: reading.cap } : {};
  const { name } = evidence.subject;
  const isPublished = evidence.subject.source === 'registry';
  if (isPublished && name.startsWith(table.officialPrefix) && !isGone && !isContradicted(checks)) {
    return { sourceClass: 'official', because: 'official reference server', ...cap };
  }
  if (isPublished && known?.tier === 'official' && !isGone && !isContradicted(checks)) {
    return { sourceClass: 'official', because: 'official package of the protocol', ...cap };
  }
  const cadence = checks.find((check) => check.id === 'update-cadence');
  const community = isPublished ? communityWords(evidence, table) : undefined;
  if (community !== undefined && cadence?.outcome !== 'fail') {
    return { sourceClass: 'community', because: community, ...cap };
  }
  return { sourceClass: 'random', because: randomWords(evidence), ...cap };
}

/** Names imitating the official scope, or a refuted repository: then the name alone proves nothing. */
function isContradicted(checks: CheckResult[]): boolean {
  return checks.some((check) => check.id === 'source-verification' && check.outcome === 'fail');
}

function communityWords(evidence: Evidence, table: TrustTable): string | undefined {
  const known = valueOf(evidence, 'names')?.known ?? null;
  if (known?.tier === 'vendor' || known?.tier === 'community' || known?.tier === 'company') {
    const publisher = known.publisher ?? 'a publisher on the known-good list';
    return `published by ${publisher} (${known.tier}, on the known-good list)`;
  }
  const popularity = valueOf(evidence, 'popularity');
  const isPopular =
    (popularity?.weeklyDownloads ?? 0) >= table.communityMinWeeklyDownloads ||
    (popularity?.dependents ?? 0) >= table.communityMinDependents;
  const createdAt = valueOf(evidence, 'releases')?.createdAt;
  const ageDays = createdAt ? (Date.parse(evidence.now) - Date.parse(createdAt)) / DAY_MS : 0;
  const isClaimed = valueOf(evidence, 'repository')?.claimsPackage === true;
  if (!isPopular || ageDays < table.communityMinAgeDays || !isClaimed) return undefined;
  return `widely used for ${Math.floor(ageDays)} days, and its repository claims it back`;
}

function randomWords(evidence: Evidence): string {
  if (evidence.subject.source !== 'registry')
    return 'not a published package, and not named as your own';
  return evidence.facts.popularity.known
    ? 'neither official, known, nor widely used'
    : 'neither official nor on the known-good list; how widely it is used is not known here';
}

function isDeprecated(evidence: Evidence): boolean {
  const versions = valueOf(evidence, 'packument')?.versions ?? [];
  const own = versions.find((entry) => entry.version === evidence.subject.version);
  return own?.deprecated !== undefined;
}

function readingOf(evidence: Evidence): {
  isClosed: boolean;
  because: string;
  cap?: Row['cap'];
} {
  const source = valueOf(evidence, 'source');
  if (!source) return { isClosed: false, because: '' };
  const { verdict } = source.subject.readability;
  const repository = valueOf(evidence, 'repository');
  const claimed = valueOf(evidence, 'manifest')?.repository !== undefined;
  const isRefuted = repository?.claimsPackage === false || repository?.exists === false;
  if (verdict === 'obfuscated') {
    return { isClosed: true, because: 'its source is obfuscated' };
  }
  if (verdict === 'readable') return { isClosed: false, because: '' };
  if (!claimed || isRefuted) {
    const why = claimed ? 'its repository does not claim it' : 'it names no public source';
    return { isClosed: true, because: `its source is ${verdict} and ${why}` };
  }
  if (verdict === 'minified' || repository?.claimsPackage === true) {
    return { isClosed: false, because: '' };
  }
  const because = 'its code is a binary whose public source could not be checked: binary, not read';
  return { isClosed: false, because: '', cap: { level: 'low', by: 'native-binary', because } };
}

function valueOf<K extends keyof Facts>(evidence: Evidence, name: K): Facts[K] | undefined {
  const fact = evidence.facts[name];
  return fact.known ? (fact.value as Facts[K]) : undefined;
}

function isTable(data: unknown): data is TrustTable {
  return typeof data === 'object' && data !== null && 'classes' in data;
}
