// The embedded list alone: which servers fail point 7, which do not, and what never caps.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasFreshSource } from '../../../src/analyze/advisories/index.ts';
import { rules as dependencyRules } from '../../../src/checks/dependency-audit/index.ts';
import { historyRules } from '../../../src/checks/disclosure-history/history.ts';
import { collectAdvisories } from '../../../src/collect/advisories/index.ts';
import { embeddedIncidents } from '../../../src/collect/advisories/embedded.ts';
import type { Finding } from '../../../src/types.ts';
import { evidenceOf, NOW } from '../../support/evidence.ts';
import { node, subject } from '../../analyze/advisories/nodes.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcp-vet-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function find(
  name: string,
  version: string,
  dependency?: [string, string],
): Promise<Finding[]> {
  const nodes = [node({ name, version, kind: 'subject' })];
  if (dependency) {
    const [dep, depVersion] = dependency;
    nodes.push(node({ id: `node_modules/${dep}`, name: dep, version: depVersion }));
  }
  const tree = { nodes, from: 'resolved' as const, problems: [] };
  const advisories = await collectAdvisories({
    tree,
    subject: subject({ name, version }),
    now: NOW,
    registry: 'https://registry.example/',
    fetchOptions: {},
    advisoryPaths: [],
    databaseDir: folder,
    offline: true,
  });
  expect(advisories.known && hasFreshSource(advisories.value, 'malware', NOW)).toBe(false);
  const evidence = evidenceOf({
    subject: { name, version },
    facts: { advisories, tree: { known: true, value: tree } },
  });
  const wanted = [
    'unfixed-advisory',
    'malware-record',
    'malicious-dependency',
    'vulnerable-dependency',
  ];
  return [...historyRules, ...dependencyRules]
    .flatMap((rule) => rule.apply(evidence).findings)
    .filter(({ ruleId }) => wanted.includes(ruleId));
}
const idsOf = (findings: Finding[]) => findings.map(({ advisory }) => advisory?.id);

describe('servers of the record', () => {
  test.each([
    ['mcp-remote', '0.1.15', '0.1.16', 'GHSA-6xpm-ggf7-wc3p', 'CVE-2025-6514'],
    [
      '@modelcontextprotocol/server-filesystem',
      '2025.3.28',
      '2025.7.1',
      'GHSA-hc55-p739-j48w',
      'CVE-2025-53110',
    ],
    [
      '@modelcontextprotocol/inspector',
      '0.14.0',
      '0.14.1',
      'GHSA-7f8r-222p-6f5g',
      'CVE-2025-49596',
    ],
    ['figma-developer-mcp', '0.6.2', '0.6.3', 'GHSA-gxw4-4fc5-9gr5', 'CVE-2025-53967'],
  ])('%s %s is vulnerable, %s is not', async (name, bad, good, id, cve) => {
    const findings = await find(name, bad);
    const finding = findings.find(({ advisory }) => advisory?.id === id);
    expect(finding?.advisory?.aliases).toEqual([cve]);
    expect(['high', 'critical']).toContain(finding?.severity);
    expect(finding?.caps).toBe('low');
    expect(idsOf(await find(name, good))).not.toContain(id);
  });

  test.each([
    ['@postman/postman-mcp-server', '2.4.11', '2.4.9'],
    ['mcp-knowledge-graph', '1.2.1', '1.2.0'],
    ['@mastra/mcp', '1.10.1', '1.10.0'],
  ])('%s %s is malware, %s is not', async (name, bad, good) => {
    expect(await find(name, bad)).toMatchObject([{ ruleId: 'malware-record', caps: 'do-not-use' }]);
    expect(await find(name, good)).toEqual([]);
  });

  test('a hijacked release is malware wherever in the tree it stands', async () => {
    expect(await find('some-server', '1.0.0', ['axios', '1.14.1'])).toMatchObject([
      { ruleId: 'malicious-dependency', caps: 'do-not-use', package: 'axios@1.14.1' },
    ]);
    expect(await find('some-server', '1.0.0', ['axios', '1.14.0'])).toEqual([]);
  });

  test('what stands in no public record is told and never caps', async () => {
    const unverified = embeddedIncidents().incidents.filter(({ isVerified }) => !isVerified);
    expect(unverified.length).toBeGreaterThan(0);
    for (const { package: name, versions, ranges } of unverified) {
      const from = ranges[0]?.[0]?.[1] ?? '0';
      const [finding] = await find(name, versions[0] ?? (from === '0' ? '0.0.1' : from));
      expect([name, finding?.severity, finding?.caps]).toEqual([name, 'moderate', undefined]);
    }
  });
});

test('the list is sorted, and says nothing twice', () => {
  const keys = embeddedIncidents().incidents.map(({ package: name, id }) => `${name} ${id}`);
  expect(keys).toEqual([...new Set(keys)].sort());
});
