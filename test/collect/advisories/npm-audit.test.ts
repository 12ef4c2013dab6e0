// Cross-check: on one lockfile and one set of advisories, we report what `npm audit` reports.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordsOf } from '../../../src/analyze/advisories/index.ts';
import { collectAdvisories, importDatabase } from '../../../src/collect/advisories/index.ts';
import type { TreeNode } from '../../../src/types.ts';
import { node, subject } from '../../analyze/advisories/nodes.ts';
import {
  bulkEndpoint,
  json,
  serve,
  type Answer,
  type BulkAdvisory,
  type Loopback,
} from './servers.ts';

const FIXTURE = path.resolve(import.meta.dirname, '../../../fixtures/advisories/vulnerable-tree');
const read = (name: string): unknown => JSON.parse(readFileSync(path.join(FIXTURE, name), 'utf8'));
const TABLE = read('bulk.json') as Record<string, BulkAdvisory[]>;
const LOCKFILE = read('package-lock.json') as {
  packages: Record<string, { name?: string; version: string }>;
};
const NOW = '2026-11-21T00:00:00.000Z';

let folder: string;
let registry: Loopback;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcp-vet-test-'));
  registry = await serve(registryOf(bulkEndpoint(TABLE)));
});
afterAll(async () => {
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
});

/** npm also wants packuments, to see whose ranges hold the vulnerable versions. */
const registryOf =
  (bulk: Answer): Answer =>
  (request, response) => {
    if (request.method === 'POST') {
      bulk(request, response);
      return;
    }
    const name = decodeURIComponent(request.url.slice(1));
    const versions = Object.entries(LOCKFILE.packages)
      .filter(([at, entry]) => nameOf(at, entry) === name)
      .map(([, entry]) => [entry.version, { name, version: entry.version, dist: {} }]);
    json(response, {
      name,
      'dist-tags': { latest: versions[0]?.[0] },
      versions: Object.fromEntries(versions),
    });
  };

const nameOf = (at: string, entry: { name?: string }): string =>
  entry.name ?? at.split('node_modules/').at(-1) ?? '';

function nodes(): TreeNode[] {
  return Object.entries(LOCKFILE.packages).map(([at, entry]) =>
    node({
      id: at,
      name: nameOf(at, entry),
      version: entry.version,
      kind: at === '' ? 'subject' : 'registry',
    }),
  );
}

async function ours(extra: object): Promise<string[]> {
  const fact = await collectAdvisories({
    tree: { nodes: nodes(), from: 'lockfile', problems: [] },
    subject: subject({ name: 'vulnerable-tree', source: 'lockfile' }),
    now: NOW,
    registry: `${registry.url}/`,
    fetchOptions: {},
    advisoryPaths: [],
    databaseDir: path.join(folder, 'db'),
    offline: false,
    osvUrl: 'http://127.0.0.1:1',
    ...extra,
  });
  if (!fact.known) throw new Error(fact.reason);
  const pairs = fact.value.vulnerabilities.map(({ name, advisory }) => `${name} ${advisory.id}`);
  return [...new Set(pairs)].sort();
}

async function npmAudit(): Promise<string[]> {
  const project = path.join(folder, 'project');
  cpSync(FIXTURE, project, { recursive: true });
  const args = ['audit', '--json', '--package-lock-only', `--registry=${registry.url}/`];
  const child = spawn(
    'npm',
    [...args, `--cache=${path.join(folder, 'cache')}`, '--userconfig=none'],
    {
      cwd: project,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  const report = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
    vulnerabilities: Record<string, { via: (string | { name: string; url: string })[] }>;
  };
  const pairs = Object.values(report.vulnerabilities).flatMap(({ via }) =>
    via.flatMap((entry) =>
      typeof entry === 'string' ? [] : [`${entry.name} ${entry.url.split('/').at(-1)}`],
    ),
  );
  return [...new Set(pairs)].sort();
}

describe('on a tree with known advisories', () => {
  test('npm audit and we report the same packages and advisories', async () => {
    const [theirs, mine] = await Promise.all([npmAudit(), ours({})]);
    expect(theirs.length).toBeGreaterThan(10);
    expect(mine).toEqual(theirs);
  });

  test('the same advisories as OSV records in a local database give the same answer', async () => {
    const rows = Object.entries(TABLE).flatMap(([name, advisories]) =>
      advisories.map((advisory) => osvOf(name, advisory)),
    );
    expect(rows.every((row) => recordsOf(row)?.length === 1)).toBe(true);
    const file = path.join(folder, 'records.json');
    writeFileSync(file, JSON.stringify(rows));
    await importDatabase([file], path.join(folder, 'db'), { now: NOW });
    const [live, local] = await Promise.all([ours({}), ours({ offline: true })]);
    expect(local).toEqual(live);
  });
});

/** The fixture's ranges, written by hand as OSV events. */
function osvOf(name: string, advisory: BulkAdvisory): object {
  const ranges = advisory.vulnerable_versions.split('||').map((part) => {
    const bounds = [...part.matchAll(/(>=|<=|>|<|=)\s*([^\s]+)/g)].map(([, sign, at]) => ({
      sign,
      at,
    }));
    const lower =
      bounds.find(({ sign }) => sign === '>=' || sign === '>' || sign === '=')?.at ?? '0';
    const upper = bounds.flatMap(({ sign, at }): object[] => {
      if (sign === '<') return [{ fixed: at }];
      return sign === '<=' || sign === '=' ? [{ last_affected: at }] : [];
    });
    return { type: 'SEMVER', events: [{ introduced: lower }, ...upper] };
  });
  return {
    id: advisory.url.split('/').at(-1),
    summary: advisory.title,
    affected: [
      {
        package: { ecosystem: 'npm', name },
        ranges,
        exclusive_lower_bound: advisory.vulnerable_versions.startsWith('>3'),
      },
    ],
  };
}
