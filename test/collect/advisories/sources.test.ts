// Live sources: what is asked, what an answer becomes, and what silence becomes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasFreshSource } from '../../../src/analyze/advisories/index.ts';
import { defaultRegistry } from '../../../src/collect/npm-config.ts';
import { collectAdvisories, joinReachability } from '../../../src/collect/advisories/index.ts';
import type { AdvisoriesFact, Fact, TreeNode } from '../../../src/types.ts';
import { node, subject } from '../../analyze/advisories/nodes.ts';
import {
  bulkEndpoint,
  json,
  osvEndpoint,
  serve,
  type Answer,
  type BulkAdvisory,
  type Loopback,
} from './servers.ts';

const NOW = '2026-11-21T00:00:00.000Z';
const NODES: TreeNode[] = [
  node({ name: 'the-server', kind: 'subject' }),
  node({ id: 'node_modules/dep', name: 'dep', version: '1.1.0' }),
  node({ id: 'node_modules/x/node_modules/dep', name: 'dep', version: '1.5.0' }),
  node({ id: 'node_modules/ours', name: '@acme/ours' }),
];
const ADVISORY: BulkAdvisory = {
  id: 1_000_001,
  url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
  title: 'Path traversal in dep',
  severity: 'high',
  vulnerable_versions: '>=1.0.0 <1.2.0',
  cwe: ['CWE-22'],
  cvss: { score: 7.5, vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N' },
};
const RECORD = {
  id: 'GHSA-aaaa-bbbb-cccc',
  aliases: ['CVE-2026-1'],
  summary: 'Path traversal in dep',
  modified: '2026-01-01T00:00:00Z',
  affected: [
    {
      package: { ecosystem: 'npm', name: 'dep' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '1.0.0' }, { fixed: '1.2.0' }] }],
    },
  ],
};

let folder: string;
let open: Loopback[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcp-vet-test-'));
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map((server) => server.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function collect(bulk: Answer, osv: Answer, extra: object = {}): Promise<AdvisoriesFact> {
  const [registry, api] = await Promise.all([serve(bulk), serve(osv)]);
  open = [registry, api];
  return known(
    await collectAdvisories({
      tree: { nodes: NODES, from: 'resolved', problems: [] },
      subject: subject(),
      now: NOW,
      registry: `${registry.url}/`,
      fetchOptions: { [`//${new URL(registry.url).host}/:_authToken`]: 'not-a-secret' },
      advisoryPaths: [],
      databaseDir: folder,
      offline: false,
      osvUrl: api.url,
      timeoutMs: 2_000,
      privateScopes: ['@acme'],
      ...extra,
    }),
  );
}
function known(fact: Fact<AdvisoriesFact>): AdvisoriesFact {
  if (!fact.known) throw new Error(fact.reason);
  return fact.value;
}
const source = (fact: AdvisoriesFact, id: string) => fact.sources.find((found) => found.id === id);
const refuse: Answer = (_, response) => json(response, {}, 405);
const nothing = osvEndpoint([]);

describe('npm’s bulk endpoint', () => {
  test('is asked once, gzipped, with names and versions of what can be matched', async () => {
    const fact = await collect(bulkEndpoint({ dep: [ADVISORY] }), nothing);
    const [registry] = open;
    expect(registry?.requests).toHaveLength(1);
    expect(registry?.requests[0]?.body).toEqual({
      dep: ['1.1.0', '1.5.0'],
      'the-server': ['1.0.0'],
    });
    expect(registry?.requests[0]?.headers).toMatchObject({
      'content-encoding': 'gzip',
      authorization: 'Bearer not-a-secret',
    });
    expect(fact.vulnerabilities).toMatchObject([
      {
        node: 'node_modules/dep',
        installed: '1.1.0',
        advisory: {
          id: 'GHSA-aaaa-bbbb-cccc',
          severity: 'high',
          fixedIn: '1.2.0',
          from: 'npm-bulk',
        },
      },
    ]);
    expect(fact.unmatched).toMatchObject([{ name: '@acme/ours' }]);
    expect(hasFreshSource(fact, 'malware', NOW)).toBe(true);
  });

  test.each<[string, number, string]>([
    ['a mirror without it', 405, 'it does not offer this (HTTP 405)'],
    ['an old registry', 404, 'it does not offer this (HTTP 404)'],
    ['one that is not implemented', 501, 'it does not offer this (HTTP 501)'],
    ['one that wants credentials', 401, 'it refused (HTTP 401)'],
    ['one that is ill', 500, 'it answered HTTP 500'],
  ])('%s did not answer', async (_, status, reason) => {
    const fact = await collect((__, response) => json(response, {}, status), refuse);
    expect(source(fact, 'npm-bulk')).toMatchObject({ answered: false, reason });
    expect(hasFreshSource(fact, 'vulnerability', NOW)).toBe(false);
  });

  test.each<[string, Answer, string]>([
    [
      'no JSON',
      (_, response) => response.end('<html>'),
      'it answered with something that is not JSON',
    ],
    ['an array', (_, response) => json(response, []), 'its answer has an unknown shape'],
    [
      'a wrong row',
      (_, response) => json(response, { dep: 'none' }),
      'its answer has an unknown shape',
    ],
    [
      'an unreadable row',
      (_, response) => json(response, { dep: [{}] }),
      'advisories that could not be read: 1',
    ],
    [
      'too much',
      (_, response) => void response.end(Buffer.alloc(40 * 1024 * 1024, 32)),
      'its answer is larger than allowed',
    ],
    ['nothing, for ever', () => undefined, 'it took too long to answer'],
  ])('%s is no answer', async (_, bulk, reason) => {
    const fact = await collect(bulk, refuse, { timeoutMs: 500 });
    expect(source(fact, 'npm-bulk')).toMatchObject({ answered: false, reason });
  });

  test('advisories of packages that nobody asked about are not taken', async () => {
    const body = { dep: [], 'the-server': [], other: [ADVISORY], __proto__: { dep: [ADVISORY] } };
    const fact = await collect((_, response) => json(response, body), refuse);
    expect(fact.vulnerabilities).toEqual([]);
    expect(source(fact, 'npm-bulk')?.answered).toBe(true);
  });

  test('malware that it knows is malware here', async () => {
    const malware = {
      ...ADVISORY,
      cwe: ['CWE-506'],
      severity: 'high',
      vulnerable_versions: '= 1.5.0',
    };
    const fact = await collect(bulkEndpoint({ dep: [malware] }), nothing);
    expect(fact.vulnerabilities).toMatchObject([
      { installed: '1.5.0', advisory: { kind: 'malware', severity: 'critical' } },
    ]);
  });
});

describe('the OSV API', () => {
  test('is asked for the tree and for the subject’s whole history, and gets no credentials', async () => {
    const own = {
      ...RECORD,
      id: 'GHSA-dddd-eeee-ffff',
      affected: [
        {
          package: { ecosystem: 'npm', name: 'the-server' },
          ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '0.9.0' }] }],
        },
      ],
    };
    const fact = await collect(refuse, osvEndpoint([RECORD, own]));
    const api = open[1];
    expect(api?.requests[0]?.body).toEqual({
      queries: [
        { package: { name: 'the-server', ecosystem: 'npm' } },
        { package: { name: 'dep', ecosystem: 'npm' }, version: '1.1.0' },
        { package: { name: 'dep', ecosystem: 'npm' }, version: '1.5.0' },
        { package: { name: 'the-server', ecosystem: 'npm' }, version: '1.0.0' },
      ],
    });
    expect(api?.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
    expect(fact.vulnerabilities).toMatchObject([
      { installed: '1.1.0', advisory: { id: RECORD.id, aliases: ['CVE-2026-1'], from: 'osv-api' } },
    ]);
    expect(fact.ownHistory).toMatchObject([{ id: 'GHSA-dddd-eeee-ffff', fixedIn: '0.9.0' }]);
    expect(source(fact, 'osv-api')).toMatchObject({ answered: true, asOf: NOW });
  });

  test('pages are followed', async () => {
    const records = ['a', 'b', 'c'].map((letter) => ({
      ...RECORD,
      id: `GHSA-${letter}aaa-bbbb-cccc`,
      aliases: [],
    }));
    const fact = await collect(refuse, osvEndpoint(records, 1));
    expect(fact.vulnerabilities).toHaveLength(3);
  });

  test('pages without end are no answer', async () => {
    const endless: Answer = ({ body }, response) =>
      json(response, {
        results: (body as { queries: object[] }).queries.map(() => ({ next_page_token: 'again' })),
      });
    const fact = await collect(refuse, endless);
    expect(source(fact, 'osv-api')).toMatchObject({
      answered: false,
      reason: 'it did not come to an end',
    });
  });

  test('a record that cannot be fetched makes it unanswered; what it did say still counts', async () => {
    const osv = osvEndpoint([RECORD, { ...RECORD, id: 'GHSA-dddd-eeee-ffff' }]);
    const fact = await collect(refuse, (request, response) =>
      request.url.endsWith('ffff') ? json(response, {}, 404) : osv(request, response),
    );
    expect(source(fact, 'osv-api')).toMatchObject({
      answered: false,
      reason: '1 of 2 records could not be read',
    });
    expect(fact.vulnerabilities).toHaveLength(1);
  });

  test('what it and npm both know is one vulnerability', async () => {
    const fact = await collect(bulkEndpoint({ dep: [ADVISORY] }), osvEndpoint([RECORD]));
    expect(fact.vulnerabilities).toMatchObject([{ advisory: { from: 'npm-bulk, osv-api' } }]);
  });
});

describe('scopes that npm’s configuration maps', () => {
  const asked = () =>
    JSON.stringify(open.flatMap(({ requests }) => requests.map(({ body }) => body)));
  test('to a registry of their own are private: nobody is told their names', async () => {
    const fetchOptions = { '@acme:registry': 'https://npm.acme.example/' };
    const fact = await collect(bulkEndpoint({}), nothing, { privateScopes: [], fetchOptions });
    expect(fact.unmatched).toEqual([
      { node: 'node_modules/ours', name: '@acme/ours', reason: '@acme is a private scope' },
    ]);
    expect(asked()).not.toContain('acme');
  });

  test('to npm’s own registry are public', async () => {
    const fetchOptions = { '@acme:registry': defaultRegistry() };
    const fact = await collect(bulkEndpoint({}), nothing, { privateScopes: [], fetchOptions });
    expect(fact.unmatched).toEqual([]);
    expect(asked()).toContain('@acme/ours');
  });
});

describe('silence', () => {
  test('offline asks nobody and says so', async () => {
    const fact = await collect(refuse, refuse, { offline: true });
    expect(open.flatMap(({ requests }) => requests)).toEqual([]);
    expect(fact.sources.filter(({ kind }) => kind === 'live')).toMatchObject([
      { answered: false, reason: 'not asked: offline' },
      { answered: false, reason: 'not asked: offline' },
    ]);
    expect(source(fact, 'database')).toMatchObject({ answered: false });
    expect(hasFreshSource(fact, 'vulnerability', NOW)).toBe(false);
  });

  test('an unreachable host is no answer', async () => {
    const fact = await collect(refuse, refuse, { osvUrl: 'http://127.0.0.1:1' });
    expect(source(fact, 'osv-api')).toMatchObject({
      answered: false,
      reason: 'it could not be reached (ECONNREFUSED)',
    });
  });
});

test('reachability is joined once the source has been read', async () => {
  const fact = await collect(bulkEndpoint({ dep: [ADVISORY] }), nothing);
  expect(fact.vulnerabilities[0]?.isReached).toBe(null);
  const joined = (nodes: string[]) =>
    known(joinReachability({ known: true, value: fact }, new Set(nodes))).vulnerabilities[0]
      ?.isReached;
  expect([joined(['node_modules/dep']), joined([])]).toEqual([true, false]);
});
