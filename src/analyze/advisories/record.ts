// One advisory about one package, reduced from the shapes in which records come.
import { scopeOf } from './scope.ts';
import { isRow, type AdvisoryRecord, type Row } from './shapes.ts';
import { advisorySettings, saysMalware } from './settings.ts';
import { highestScore, severityOfScore, severityOfWord } from './severity.ts';
import { cleanDate, cleanId, cleanName, cleanText, cleanUrl } from './text.ts';

const MAX = { aliases: 50, references: 10, affected: 20_000 };

/**
 * The records in one row: OSV as published, OSV with GitHub's additions, or a malware list's entry.
 * Empty if the row is about other ecosystems; null if it is malformed.
 */
export function recordsOf(row: unknown): AdvisoryRecord[] | null {
  if (!isRow(row)) return null;
  if (Array.isArray(row['affected'])) return osvRecords(row, row['affected']);
  return typeof row['package'] === 'string' ? listRecord(row) : null;
}

function osvRecords(row: Row, affected: unknown[]): AdvisoryRecord[] | null {
  const id = cleanId(row['id']);
  if (!id) return null;
  const byName = new Map<string, AdvisoryRecord>();
  let malformed = 0;
  for (const entry of affected.slice(0, MAX.affected)) {
    if (!isRow(entry) || !isRow(entry['package'])) {
      malformed += 1;
      continue;
    }
    if (entry['package']['ecosystem'] !== 'npm') continue;
    const name = cleanName(entry['package']['name']);
    const scope = name === null ? null : scopeOf(entry);
    if (name === null || scope === null) {
      malformed += 1;
      continue;
    }
    const known = byName.get(name) ?? { ...common(row, id, entry), package: name };
    known.ranges.push(...scope.ranges);
    known.versions.push(...scope.versions);
    byName.set(name, known);
  }
  return byName.size === 0 && malformed > 0 ? null : [...byName.values()];
}

function common(row: Row, id: string, affected: Row): Omit<AdvisoryRecord, 'package'> {
  const summary = cleanText(row['summary']) || cleanText(row['details']);
  const cvss = highestScore(row['severity'], affected['severity']);
  const details = isRow(row['database_specific']) ? row['database_specific'] : {};
  const isMalware = !isHarmless(row) && isMalwareRecord(id, summary, details);
  const word = severityOfWord(row['severity']) ?? severityOfWord(details['severity']);
  const rated = cvss === undefined ? (word ?? 'moderate') : severityOfScore(cvss);
  return {
    id,
    aliases: aliasesOf(row['aliases'], id),
    kind: isMalware ? 'malware' : 'vulnerability',
    summary,
    severity: isMalware ? 'critical' : isHarmless(row) ? 'info' : rated,
    ...(cvss === undefined ? {} : { cvss }),
    ...dates(row),
    references: references(row['references']),
    ranges: [],
    versions: [],
    isVersionStated: true,
    isVerified: true,
  };
}

function listRecord(row: Row): AdvisoryRecord[] | null {
  const name = cleanName(row['package']);
  const scope = scopeOf(row);
  if (name === null || scope === null) return null;
  const source = cleanId(row['src'] ?? (Array.isArray(row['src']) ? row['src'][0] : '')) ?? 'list';
  const ids = [row['id'], ...(Array.isArray(row['ids']) ? row['ids'] : [])];
  const [first, ...rest] = ids.flatMap((id) => cleanId(id) ?? []);
  const id = first ?? `unnumbered:${source}`;
  if (row['all_versions'] === true) scope.ranges.push([['introduced', '0']]);
  const isHarmlessRow = isHarmless(row);
  return [
    {
      id,
      aliases: aliasesOf([...rest, ...(Array.isArray(row['aliases']) ? row['aliases'] : [])], id),
      kind: isHarmlessRow ? 'vulnerability' : 'malware',
      package: name,
      summary: cleanText(row['campaign']) || `Malicious code in ${name} (npm)`,
      severity: isHarmlessRow ? 'info' : 'critical',
      ...dates(row),
      references: references(row['references']),
      ...scope,
      isVersionStated: scope.ranges.length + scope.versions.length > 0,
      isVerified: true,
    },
  ];
}

/** Proofs of concept and unwanted-but-harmless programs are listed beside malware and are none. */
function isHarmless(row: Row): boolean {
  const harmless = advisorySettings().notMalwareCategories;
  const specific = isRow(row['database_specific']) ? row['database_specific'] : {};
  const nested = Object.values(specific)
    .slice(0, 20)
    .map((value) => (isRow(value) ? value['category'] : undefined));
  return [row['category'], row['src'], specific['category'], ...nested].some(
    (category) => typeof category === 'string' && harmless.includes(category),
  );
}

function isMalwareRecord(id: string, summary: string, details: Row): boolean {
  if (/^(?:MAL|LWA)-/.test(id)) return true;
  const cwes = details['cwe_ids'];
  return (Array.isArray(cwes) && cwes.includes('CWE-506')) || saysMalware(summary);
}

function dates(row: Row): Pick<AdvisoryRecord, 'published' | 'modified' | 'withdrawn'> {
  const published = cleanDate(row['published']);
  const modified = cleanDate(row['modified']);
  const withdrawn =
    row['likely_withdrawn'] === true ? (modified ?? published) : cleanDate(row['withdrawn']);
  return {
    ...(published === undefined ? {} : { published }),
    ...(modified === undefined ? {} : { modified }),
    ...(withdrawn === undefined ? {} : { withdrawn }),
  };
}

function aliasesOf(given: unknown, id: string): string[] {
  const aliases = Array.isArray(given)
    ? given.slice(0, MAX.aliases).flatMap((a) => cleanId(a) ?? [])
    : [];
  return [...new Set(aliases)].filter((alias) => alias !== id);
}

function references(given: unknown): string[] {
  if (!Array.isArray(given)) return [];
  return given
    .slice(0, MAX.references)
    .flatMap((entry: unknown) => cleanUrl(isRow(entry) ? entry['url'] : entry) ?? []);
}
