// Compares rules/incidents.json with public records: ids, packages and affected versions.
// Usage: node test/eval/incidents-check.mjs FILE... (after npm run build); the records are not part of this repository.
import { readFileSync } from 'node:fs';

const DIST = new URL('../../dist/', import.meta.url);
const { isAffected, recordsOf } = await import(new URL('analyze/advisories/index.js', DIST));
const { rowsOfFile, advisoryFiles } = await import(new URL('collect/advisories/rows.js', DIST));
const { incidents } = JSON.parse(
  readFileSync(new URL('../../rules/incidents.json', import.meta.url), 'utf8'),
);

const byPackage = new Map();
for (const file of await advisoryFiles(process.argv.slice(2))) {
  for await (const result of rowsOfFile(file)) {
    for (const record of ('row' in result && recordsOf(result.row)) || []) {
      byPackage.set(record.package, [...(byPackage.get(record.package) ?? []), record]);
    }
  }
}

/** Versions at and around every bound of both sides. */
function probes(records) {
  const named = records.flatMap(({ ranges, versions }) => [
    ...ranges.flat().map(([, at]) => at),
    ...versions,
  ]);
  return [
    ...new Set(
      named.flatMap((version) => {
        const [major, minor, patch] = version
          .split('.')
          .map((part) => Number.parseInt(part, 10) || 0);
        return [
          `${major}.${minor}.${patch}`,
          `${major}.${minor}.${patch + 1}`,
          `${major}.${minor}.${Math.max(0, patch - 1)}`,
          `${major + 1}.0.0`,
        ];
      }),
    ),
  ];
}

let wrong = 0;
let verified = 0;
for (const incident of incidents) {
  const ids = new Set([incident.id, ...incident.aliases]);
  const isNumbered = !incident.id.startsWith('unnumbered:');
  const known = (byPackage.get(incident.package) ?? []).filter((record) =>
    isNumbered
      ? [record.id, ...record.aliases].some((id) => ids.has(id))
      : record.kind === incident.kind,
  );
  const label = `${incident.id} ${incident.package}`;
  const isKnown = known.length > 0;
  if (isKnown !== incident.isVerified) {
    wrong += 1;
    console.log(`${label}: isVerified is ${incident.isVerified}, records found: ${known.length}`);
    continue;
  }
  if (!isKnown) continue;
  verified += 1;
  const differing = probes([incident, ...known]).filter((version) => {
    const ours = isAffected(incident, version);
    const theirs = known.some((record) => isAffected(record, version));
    // A numbered record may be narrower than a list's; ours must never claim more than the records.
    return isNumbered ? ours !== theirs : ours && !theirs;
  });
  const unknownIds = isNumbered
    ? [...ids].filter((id) => !known.some((r) => [r.id, ...r.aliases].includes(id)))
    : [];
  if (differing.length + unknownIds.length === 0) continue;
  wrong += 1;
  console.log(`${label}: differs at ${differing.join(', ')} ${unknownIds.join(' ')}`);
}
console.log(
  `${incidents.length} incidents, ${verified} verified, ${incidents.length - verified} marked unverified, ${wrong} wrong`,
);
process.exitCode = wrong === 0 ? 0 : 1;
