// Answers of npm's bulk advisory endpoint: semver ranges turned into OSV events.
import semver from 'semver';
import { saysMalware } from './settings.ts';
import { scoreOfVector, severityOfScore, severityOfWord } from './severity.ts';
import { isRow, type AdvisoryRecord, type RangeEvent, type Row } from './shapes.ts';
import { cleanId, cleanText, cleanUrl } from './text.ts';

const MAX_RANGE = 4_000;
const MAX_PER_PACKAGE = 2_000;
const GHSA_IN_URL = /\/(GHSA(?:-[0-9a-z]{4}){3})$/;

/** The records of an answer, of the names that were asked for only; null if it has another shape. */
export function recordsOfBulk(
  answer: unknown,
  asked: ReadonlySet<string>,
): { records: AdvisoryRecord[]; malformed: number } | null {
  if (!isRow(answer)) return null;
  const records: AdvisoryRecord[] = [];
  let malformed = 0;
  for (const name of asked) {
    const rows = Object.hasOwn(answer, name) ? answer[name] : [];
    if (!Array.isArray(rows)) return null;
    for (const row of rows.slice(0, MAX_PER_PACKAGE) as unknown[]) {
      const record = isRow(row) ? recordOf(name, row) : null;
      if (record) records.push(record);
      else malformed += 1;
    }
  }
  return { records, malformed };
}

function recordOf(name: string, row: Row): AdvisoryRecord | null {
  const ranges = eventsOfRange(row['vulnerable_versions']);
  const url = cleanUrl(row['url']);
  const number = typeof row['id'] === 'number' || typeof row['id'] === 'string' ? row['id'] : '';
  const id = GHSA_IN_URL.exec(url ?? '')?.[1] ?? cleanId(`npm:${number}`);
  if (!ranges || !id || id === 'npm:') return null;
  const summary = cleanText(row['title']);
  const cwes = Array.isArray(row['cwe']) ? row['cwe'] : [row['cwe']];
  // GitHub files malware of npm as advisories with this weakness, and npm serves them here.
  const isMalware = cwes.includes('CWE-506') || saysMalware(summary);
  const cvss = isRow(row['cvss']) ? scoreOfVector(row['cvss']['vectorString']) : undefined;
  const rated = severityOfWord(row['severity']);
  return {
    id,
    aliases: [],
    kind: isMalware ? 'malware' : 'vulnerability',
    package: name,
    summary,
    severity: isMalware
      ? 'critical'
      : (rated ?? (cvss === undefined ? 'moderate' : severityOfScore(cvss))),
    ...(cvss === undefined ? {} : { cvss }),
    references: url === null ? [] : [url],
    ranges,
    versions: [],
    isVersionStated: true,
    isVerified: true,
  };
}

/** OSV events of a semver range, prereleases included; null if it is none. */
export function eventsOfRange(range: unknown): RangeEvent[][] | null {
  if (typeof range !== 'string' || range.length > MAX_RANGE) return null;
  try {
    const parsed = new semver.Range(range, { loose: true, includePrerelease: true });
    return parsed.set.map((comparators) => eventsOfSet(comparators));
  } catch {
    return null;
  }
}

function eventsOfSet(comparators: readonly semver.Comparator[]): RangeEvent[] {
  let lower: RangeEvent = ['introduced', '0'];
  const upper: RangeEvent[] = [];
  for (const { operator, semver: at } of comparators) {
    // `*` is a comparator without a version.
    const version = (at as Partial<semver.SemVer> | undefined)?.version;
    if (version === undefined) continue;
    if (operator === '>=') lower = ['introduced', version];
    else if (operator === '>') lower = ['after', version];
    else if (operator === '<') upper.push(['fixed', version]);
    else if (operator === '<=') upper.push(['last_affected', version]);
    else
      return [
        ['introduced', version],
        ['last_affected', version],
      ];
  }
  return [lower, ...upper];
}
