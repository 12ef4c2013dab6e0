// Every labelled case in fixtures/cases: what is found stays found, and its benign twin stays quiet.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { vetAll } from '../src/index.ts';
import type { Finding, Severity } from '../src/types.ts';

interface Case {
  id: string;
  point: string;
  severity: Severity;
}
interface Known {
  /** Not found at the severity and in the point that it deserves. */
  missed: string[];
  /** Benign twins with a finding of moderate or above in that point. */
  alarms: string[];
}

const ROOT = path.resolve(import.meta.dirname, '../fixtures/cases');
const ORDER: Severity[] = ['info', 'low', 'moderate', 'high', 'critical'];
const known = JSON.parse(readFileSync(path.join(ROOT, 'known.json'), 'utf8')) as Record<
  string,
  Known
>;
const atLeast = (severity: Severity) => (finding: Finding) =>
  ORDER.indexOf(finding.severity) >= ORDER.indexOf(severity);

let cache = '';
beforeAll(() => {
  cache = mkdtempSync(path.join(tmpdir(), 'mcp-vet-cases-'));
});
afterAll(() => {
  rmSync(cache, { recursive: true, force: true });
});

/** Findings by folder, `id/bad` or `id/benign`, in the point that the case is about. */
async function findingsOf(batch: string, cases: readonly Case[]): Promise<Map<string, Finding[]>> {
  const sides = cases.flatMap(({ id, point }) =>
    ['bad', 'benign'].map((side) => ({ key: `${id}/${side}`, point })),
  );
  const folders = sides.map(({ key }) => path.join(ROOT, batch, key));
  const { reports } = await vetAll(folders, { offline: true, cache, cwd: cache, environment: {} });
  expect(reports).toHaveLength(folders.length);
  return new Map(
    sides.map(({ key, point }, index) => {
      const check = reports[index]?.checks.find((one) => one.id === point);
      return [key, check?.findings ?? []];
    }),
  );
}

describe.each(
  readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name),
)('the labelled cases of the %s batch', (batch) => {
  const cases = JSON.parse(readFileSync(path.join(ROOT, batch, 'cases.json'), 'utf8')) as Case[];

  test(
    'are found but for the known ones, and no other benign twin alarms',
    { timeout: 120_000 },
    async () => {
      const found = await findingsOf(batch, cases);
      const missed = cases.filter(
        ({ id, severity }) => !found.get(`${id}/bad`)?.some(atLeast(severity)),
      );
      const alarms = cases.filter(({ id }) => found.get(`${id}/benign`)?.some(atLeast('moderate')));
      expect({ missed: missed.map(({ id }) => id), alarms: alarms.map(({ id }) => id) }).toEqual(
        known[batch],
      );
    },
  );
});
