// The local database: input formats, look-ups, age, damage, hostile files.
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasFreshSource } from '../../../src/analyze/advisories/index.ts';
import {
  collectAdvisories,
  databaseStatus,
  importDatabase,
  updateDatabase,
} from '../../../src/collect/advisories/index.ts';
import type { AdvisoriesFact } from '../../../src/types.ts';
import { node, subject } from '../../analyze/advisories/nodes.ts';
import { serve } from './servers.ts';
import { zipOf, type ZipFile } from './zip-writer.ts';

const NOW = '2026-11-21T00:00:00.000Z';
const OSV_FOLDER = path.resolve(import.meta.dirname, '../../../fixtures/advisories/osv');
const RECORDS = readdirSync(OSV_FOLDER)
  .sort()
  .map((name) => readFileSync(path.join(OSV_FOLDER, name), 'utf8'));
const ENTRIES: ZipFile[] = RECORDS.map((content, index) => ({ name: `${index}.json`, content }));
const LINES = RECORDS.map((text) => JSON.stringify(JSON.parse(text))).join('\n');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mcp-vet-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const database = () => path.join(folder, 'db');
function write(name: string, content: string | Buffer): string {
  writeFileSync(path.join(folder, name), content);
  return path.join(folder, name);
}
const importing = (file: string) => importDatabase([file], database(), { now: NOW });
const dependencies = [
  'example-dep',
  'example-malware',
  'example-wrongly-accused',
  'example-proof-of-concept',
];

async function lookUp(extra: object = {}): Promise<AdvisoriesFact> {
  const fact = await collectAdvisories({
    tree: {
      nodes: [
        node({ kind: 'subject' }),
        ...dependencies.map((name) => node({ id: `node_modules/${name}`, name })),
      ],
      from: 'resolved',
      problems: [],
    },
    subject: subject(),
    now: NOW,
    registry: 'https://registry.example/',
    fetchOptions: {},
    advisoryPaths: [],
    databaseDir: database(),
    offline: true,
    ...extra,
  });
  if (!fact.known) throw new Error(fact.reason);
  return fact.value;
}
const summaryOf = ({ vulnerabilities }: AdvisoriesFact) =>
  vulnerabilities.map(({ advisory }) => `${advisory.id} ${advisory.kind} ${advisory.severity}`);
const EXPECTED = [
  'GHSA-test-path-trav vulnerability high',
  'MAL-2026-00001 malware critical',
  'LWA-2026-00001 vulnerability info',
];

describe('formats', () => {
  test.each<[string, () => string]>([
    ['a folder', () => OSV_FOLDER],
    ['ndjson', () => write('a.ndjson', LINES)],
    ['gzipped ndjson', () => write('a.ndjson.gz', gzipSync(LINES))],
    ['a JSON array', () => write('a.json', `[${RECORDS.join(',')}]`)],
    ['an OSV answer', () => write('a.json', `{"vulns":[${RECORDS.join(',')}]}`)],
    ['a gzipped JSON array', () => write('a.json.gz', gzipSync(`[${RECORDS.join(',')}]`))],
    ['a zip archive', () => write('all.zip', zipOf(ENTRIES))],
    ['a zip64 archive', () => write('all.zip', zipOf(ENTRIES, true))],
    [
      'a stored zip archive',
      () => write('all.zip', zipOf(ENTRIES.map((e) => ({ ...e, isStored: true })))),
    ],
  ])('%s is imported', async (_, make) => {
    expect(await importing(make())).toMatchObject({
      isUsable: true,
      header: { records: { vulnerability: 1, malware: 2 }, malformed: 0, skipped: 0 },
      ageDays: { vulnerability: 3, malware: 4 },
      isStale: false,
    });
    expect(summaryOf(await lookUp())).toEqual(EXPECTED);
  });

  test('--advisories paths are read into an index that the next run finds', async () => {
    const advisoryPaths = [OSV_FOLDER];
    expect(summaryOf(await lookUp({ advisoryPaths }))).toEqual(EXPECTED);
    const [index] = readdirSync(database());
    expect(index).toMatch(/^paths-[0-9a-f]{16}\.idx$/);
    const before = readFileSync(path.join(database(), index ?? ''));
    expect(summaryOf(await lookUp({ advisoryPaths, now: '2026-11-21T23:00:00.000Z' }))).toEqual(
      EXPECTED,
    );
    expect(readFileSync(path.join(database(), index ?? ''))).toEqual(before);
  });

  test('a database folder that cannot be written does not keep --advisories from being read', async () => {
    const databaseDir = path.join(write('a-file', ''), 'db');
    expect(summaryOf(await lookUp({ advisoryPaths: [OSV_FOLDER], databaseDir }))).toEqual(EXPECTED);
  });

  test('a second import adds to the first, and a newer record replaces an older one', async () => {
    await importing(OSV_FOLDER);
    const newer = JSON.parse(RECORDS.find((text) => text.includes('LWA-')) ?? '') as object;
    const withdrawn = JSON.parse(
      RECORDS.find((text) => text.includes('GHSA-test')) ?? '',
    ) as object;
    const more = [
      { ...newer, id: 'LWA-2026-00002' },
      { ...withdrawn, modified: '2026-11-20T00:00:00Z', withdrawn: '2026-11-20T00:00:00Z' },
    ];
    await importing(write('more.json', JSON.stringify(more)));
    expect(summaryOf(await lookUp())).toEqual([
      'MAL-2026-00001 malware critical',
      'LWA-2026-00001 vulnerability info',
      'LWA-2026-00002 vulnerability info',
    ]);
  });
});

describe('age and size', () => {
  const list = (modified: string, count: number) =>
    Array.from({ length: count }, (_, index) =>
      JSON.stringify({
        id: `MAL-2026-${index}`,
        package: `listed-${index}`,
        versions: ['1.0.0'],
        published: modified,
      }),
    ).join('\n');
  const malwareSource = async (content: string) => {
    await importing(write('a.ndjson', content));
    const fact = await lookUp();
    return { fact, source: fact.sources.find(({ id }) => id === 'database-malware') };
  };

  test('a list of seven days answers, one of eight days is shown and does not', async () => {
    const fresh = await malwareSource(list('2026-11-14T00:00:00Z', 1000));
    expect(hasFreshSource(fresh.fact, 'malware', NOW)).toBe(true);
    expect(hasFreshSource(fresh.fact, 'vulnerability', NOW)).toBe(false);
    rmSync(database(), { recursive: true });
    const stale = await malwareSource(list('2026-11-12T23:00:00Z', 1000));
    expect(stale.source).toMatchObject({ answered: true, asOf: '2026-11-12T23:00:00.000Z' });
    expect(hasFreshSource(stale.fact, 'malware', NOW)).toBe(false);
  });

  test('a short list cannot say that there is nothing', async () => {
    const { fact, source } = await malwareSource(list('2026-11-20T00:00:00Z', 20));
    expect(source).toMatchObject({
      answered: true,
      covers: [],
      reason: expect.stringContaining('(20) is too small'),
    });
    expect(hasFreshSource(fact, 'malware', NOW)).toBe(false);
  });

  test('records of the future do not make a list current', async () => {
    const future = `${list('2026-01-01T00:00:00Z', 1000)}\n${list('2099-01-01T00:00:00Z', 1001).split('\n')[1000]}`;
    const { source } = await malwareSource(future);
    expect(source?.asOf).toBe('2026-01-01T00:00:00.000Z');
  });
});

describe('damage', () => {
  test('malformed rows are counted, and the rest is read', async () => {
    const rows = [
      '{',
      '[',
      '12',
      '{}',
      '{"id":1,"affected":[]}',
      '{"package":"../x"}',
      '"text"',
      LINES,
    ].join('\n');
    const status = await importing(write('a.ndjson', rows));
    expect(status.header).toMatchObject({
      malformed: 7,
      records: { vulnerability: 1, malware: 2 },
    });
  });

  test('prototype keys in a record are only keys', async () => {
    const hostile =
      '{"id":"GHSA-aaaa-bbbb-cccc","__proto__":{"affected":[]},"constructor":1,"affected":[{"package":{"ecosystem":"npm","name":"__proto__"},"versions":["1.0.0"]},{"package":{"ecosystem":"npm","name":"constructor"},"versions":["1.0.0"]}]}';
    expect((await importing(write('a.ndjson', hostile))).header).toMatchObject({ packages: 2 });
    const nodes = ['__proto__', 'constructor', 'toString'].map((name) => node({ id: name, name }));
    const fact = await lookUp({ tree: { nodes, from: 'resolved', problems: [] } });
    expect(fact.vulnerabilities.map(({ name }) => name)).toEqual(['__proto__', 'constructor']);
  });

  test('JSON that is 10 000 levels deep is a malformed row', async () => {
    const deep = `{"id":"GHSA-aaaa-bbbb-cccc","affected":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
    expect((await importing(write('a.ndjson', `${deep}\n${LINES}`))).header?.malformed).toBe(1);
  });

  test('control characters and markup of a record stay out of the summary', async () => {
    const row = {
      id: 'MAL-2026-1',
      summary: 'a\u001b[31m\u202e\nb'.repeat(100),
      affected: [{ package: { ecosystem: 'npm', name: 'example-dep' }, versions: ['1.0.0'] }],
    };
    await importing(write('a.ndjson', JSON.stringify(row)));
    const summary = (await lookUp()).vulnerabilities[0]?.advisory.summary ?? '';
    expect(summary.length).toBeLessThanOrEqual(200);
    expect(summary).not.toMatch(/[\u0000-\u001f\u202e]/);
  });

  test.each<[string, () => string, RegExp]>([
    ['a missing file', () => path.join(folder, 'none.zip'), /no such file/],
    [
      'an empty folder',
      () => (mkdirSync(path.join(folder, 'empty')), path.join(folder, 'empty')),
      /no record/,
    ],
    [
      'a cut gzip file',
      () => write('a.ndjson.gz', gzipSync(LINES).subarray(0, 200)),
      /Z_BUF_ERROR|broken/,
    ],
    [
      'a cut zip archive',
      () => write('a.zip', zipOf(ENTRIES).subarray(0, -30)),
      /not a zip archive/,
    ],
    [
      'a zip archive that lies about its directory',
      () => write('a.zip', lyingDirectory()),
      /cut off|broken/,
    ],
    [
      'other ecosystems only',
      () =>
        write(
          'a.json',
          '[{"id":"PYSEC-1","affected":[{"package":{"ecosystem":"PyPI","name":"x"}}]}]',
        ),
      /no record/,
    ],
  ])('%s is an error in one sentence', async (_, make, message) => {
    await expect(importing(make())).rejects.toMatchObject({
      name: 'VetError',
      message: expect.stringMatching(message),
    });
    expect((await databaseStatus(database(), NOW)).isUsable).toBe(false);
  });

  test('a failed import leaves the database as it was, and no files behind', async () => {
    await importing(OSV_FOLDER);
    await expect(importing(write('a.zip', zipOf(ENTRIES).subarray(0, -30)))).rejects.toThrow();
    expect(readdirSync(database())).toEqual(['advisories.idx']);
    expect(summaryOf(await lookUp())).toEqual(EXPECTED);
  });

  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['cut off', (bytes) => bytes.subarray(0, -10)],
    ['empty', () => Buffer.alloc(0)],
    ['something else', () => Buffer.from('x'.repeat(4000))],
    ['of a length that is not there', (bytes) => (bytes.writeUInt32BE(0xffffffff, 21), bytes)],
    ['overwritten', (bytes) => bytes.fill(0, bytes.length - 400)],
  ])('an index that is %s is a broken source, not a crash', async (_, damage) => {
    await importing(OSV_FOLDER);
    const file = path.join(database(), 'advisories.idx');
    writeFileSync(file, damage(readFileSync(file)));
    const fact = await lookUp();
    expect(fact.sources.find(({ id }) => id === 'database')).toMatchObject({
      answered: false,
      reason: expect.stringContaining('broken'),
    });
  });
});

describe('archives meant to harm', () => {
  const big = Buffer.alloc(20 * 1024 * 1024, 32);
  test.each<[string, ZipFile]>([
    ['an entry that unpacks to more than allowed', { name: 'x.json', content: big }],
    ['one that hides it', { name: 'x.json', content: big, declaredSize: 10 }],
    ['an encrypted one', { name: 'x.json', content: '{}', flags: 1 }],
    ['one of an unknown method', { name: 'x.json', content: '{}', method: 99 }],
  ])('%s is counted and left out', async (_, entry) => {
    const status = await importing(write('all.zip', zipOf([entry, ...ENTRIES])));
    expect(status.header).toMatchObject({
      malformed: 1,
      records: { vulnerability: 1, malware: 2 },
    });
  });

  test('names that climb out of the folder write nothing', async () => {
    const climbing = ENTRIES.map((entry) => ({ ...entry, name: `../../${entry.name}` }));
    await importing(write('all.zip', zipOf(climbing)));
    expect(readdirSync(folder).sort()).toEqual(['all.zip', 'db']);
    expect(readdirSync(database())).toEqual(['advisories.idx']);
  });

  test('a line without end is refused', async () => {
    const endless = gzipSync(Buffer.alloc(20 * 1024 * 1024, 'x'));
    await expect(importing(write('a.ndjson.gz', endless))).rejects.toThrow('a line is longer');
  });
});

describe('long imports', () => {
  const many = () =>
    write('many.ndjson', `${RECORDS[1]?.replaceAll('\n', ' ') ?? ''}\n`.repeat(12_000));
  test('tell how far they are', async () => {
    const seen: number[] = [];
    const options = { now: NOW, onProgress: (rows: number) => seen.push(rows) };
    await importDatabase([many()], database(), options);
    expect(seen).toEqual([5_000, 10_000]);
  });

  test('stop when they are told to, and leave nothing', async () => {
    await importing(OSV_FOLDER);
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    const options = { now: NOW, onProgress, signal: controller.signal };
    await expect(importDatabase([many()], database(), options)).rejects.toMatchObject({
      code: 'interrupted',
    });
    expect(readdirSync(database())).toEqual(['advisories.idx']);
    expect(summaryOf(await lookUp())).toEqual(EXPECTED);
  });
});

describe('update', () => {
  test('what a killed run left behind is swept, what a running one needs is not', async () => {
    mkdirSync(database());
    const old = path.join(database(), 'download-0123456789ab.zip');
    const recent = path.join(database(), 'download-ba9876543210.zip');
    for (const file of [old, recent]) writeFileSync(file, 'x');
    utimesSync(old, 1, 1);
    utimesSync(recent, Date.parse(NOW) / 1000, Date.parse(NOW) / 1000);
    const server = await serve((_, response) => response.end(zipOf(ENTRIES)));
    try {
      await updateDatabase({ databaseDir: database(), now: NOW, url: server.url });
    } finally {
      await server.close();
    }
    expect(readdirSync(database()).sort()).toEqual(['advisories.idx', path.basename(recent)]);
  });

  test('downloads the archive and replaces the database', async () => {
    await importing(write('old.json', RECORDS[3] ?? ''));
    const server = await serve((_, response) => response.end(zipOf(ENTRIES)));
    try {
      const options = { databaseDir: database(), now: NOW, url: `${server.url}/npm/all.zip` };
      expect(await updateDatabase(options)).toMatchObject({
        isUsable: true,
        header: { downloadedAt: NOW, records: { malware: 2 } },
      });
    } finally {
      await server.close();
    }
    expect(readdirSync(database())).toEqual(['advisories.idx']);
    expect(summaryOf(await lookUp())).toEqual(EXPECTED);
  });

  test.each<[string, number, number]>([
    ['refused', 403, 1_000_000],
    ['larger than allowed', 200, 100],
  ])('a download that is %s leaves the old database', async (_, status, maxBytes) => {
    await importing(OSV_FOLDER);
    const server = await serve((_request, response) => {
      response.writeHead(status);
      response.end(zipOf(ENTRIES));
    });
    try {
      const options = { databaseDir: database(), now: NOW, url: server.url, maxBytes };
      await expect(updateDatabase(options)).rejects.toMatchObject({ name: 'VetError' });
    } finally {
      await server.close();
    }
    expect(readdirSync(database())).toEqual(['advisories.idx']);
    expect(summaryOf(await lookUp())).toEqual(EXPECTED);
  });
});

function lyingDirectory(): Buffer {
  const bytes = zipOf(ENTRIES);
  bytes.writeUInt16LE(500, bytes.length - 12);
  return bytes;
}
