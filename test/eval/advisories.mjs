// Measures matching on real records: our ranges against npm's (semver), listed versions against their
// neighbours, and popular names that would be called malware in every version (there should be none).
// Usage: node test/eval/advisories.mjs [--popular NAMES.txt] FILE... (after npm run build); data is not part of this repository.
import { readFileSync } from 'node:fs';
import semver from 'semver';

const DIST = new URL('../../dist/', import.meta.url);
const { isAffected, recordsOf } = await import(new URL('analyze/advisories/index.js', DIST));
const { advisoryFiles, rowsOfFile } = await import(new URL('collect/advisories/rows.js', DIST));

const args = process.argv.slice(2);
const at = args.indexOf('--popular');
const popular = new Set(at < 0 ? [] : readFileSync(args.splice(at, 2)[1], 'utf8').split('\n'));
const count = {
  rows: 0,
  malformed: 0,
  rangeProbes: 0,
  rangeDifferences: 0,
  listed: 0,
  listedMissed: 0,
  neighboursHit: 0,
  popularOpen: 0,
};

/** Versions at and beside every bound, prereleases included. */
function probesOf({ ranges, versions }) {
  const probes = new Set();
  for (const text of [...ranges.flat().map(([, version]) => version), ...versions]) {
    const parsed = semver.parse(text === '0' ? '0.0.0' : text, { loose: true });
    if (!parsed) continue;
    const { major, minor, patch, version } = parsed;
    probes
      .add(version)
      .add(`${major}.${minor}.${patch + 1}`)
      .add(`${major}.${minor}.${patch}-alpha.1`)
      .add(`${major + 1}.0.0`);
    if (patch > 0) probes.add(`${major}.${minor}.${patch - 1}`);
  }
  return probes;
}

function compareRanges(row, record) {
  const ranges = row.affected
    .filter((entry) => entry.package.name === record.package)
    .flatMap((entry) => entry.ghsa_ranges ?? []);
  if (ranges.length === 0) return;
  const range = ranges.map((text) => text.replaceAll(',', ' ')).join(' || ');
  for (const version of probesOf(record)) {
    count.rangeProbes += 1;
    const theirs = semver.satisfies(version, range, { includePrerelease: true, loose: true });
    if (theirs === isAffected(record, version)) continue;
    count.rangeDifferences += 1;
    console.log(`${record.id} ${record.package}@${version}: npm says ${theirs} by "${range}"`);
  }
}

function checkListed(record) {
  for (const version of record.versions) {
    count.listed += 1;
    if (!isAffected(record, version)) count.listedMissed += 1;
    const parsed = semver.parse(version, { loose: true });
    if (!parsed) continue;
    const neighbour = `${parsed.major}.${parsed.minor}.${parsed.patch + 77_777}`;
    if (record.ranges.length === 0 && isAffected(record, neighbour)) count.neighboursHit += 1;
  }
}

for (const file of await advisoryFiles(args)) {
  for await (const result of rowsOfFile(file)) {
    count.rows += 1;
    const records = 'row' in result ? recordsOf(result.row) : null;
    if (!records) count.malformed += 1;
    for (const record of records ?? []) {
      if (Array.isArray(result.row.affected)) compareRanges(result.row, record);
      checkListed(record);
      const isOpen =
        record.kind === 'malware' &&
        !record.withdrawn &&
        (isAffected(record, '99999.0.0') || !record.isVersionStated);
      if (isOpen && popular.has(record.package)) {
        count.popularOpen += 1;
        console.log(`${record.id} calls every version of ${record.package} malware`);
      }
    }
  }
}
console.log(count);
