// Signatures and accounts, against a registry on loopback that signs with a key of its own.
import { createSign, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toPackumentFact } from '../../src/analyze/packument.ts';
import { fetchPackument, pacoteOptions } from '../../src/collect/pacote.ts';
import { collectPublisher } from '../../src/collect/publisher.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';

const KEYID = 'SHA256:test-key';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const SPKI = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const INTEGRITY = `sha512-${Buffer.alloc(64, 1).toString('base64')}`;
const signatureOf = (text: string) => createSign('SHA256').update(text).sign(privateKey, 'base64');

let registry: TestRegistry;
let cacheDir: string;
beforeEach(async () => {
  registry = await startRegistry();
  cacheDir = await mkdtemp(path.join(tmpdir(), 'mcp-vet-test-'));
});
afterEach(async () => {
  await registry.close();
  await rm(cacheDir, { recursive: true, force: true });
});

interface Published {
  version: string;
  publisher?: string;
  sig?: string;
  attestations?: boolean;
}

function publish({ version, publisher = 'weather-team', sig, attestations }: Published): void {
  const good = signatureOf(`weather-mcp@${version}:${INTEGRITY}`);
  const dist = {
    integrity: INTEGRITY,
    tarball: `${registry.url}weather-mcp/-/weather-mcp-${version}.tgz`,
    ...(sig === 'none' ? {} : { signatures: [{ keyid: KEYID, sig: sig ?? good }] }),
    ...(attestations
      ? { attestations: { url: `${registry.url}-/npm/v1/attestations/weather-mcp@${version}` } }
      : {}),
  };
  registry.publish({
    manifest: { name: 'weather-mcp', version },
    extra: { dist, _npmUser: { name: publisher } },
  });
}
function serve(route: string, body: unknown): void {
  registry.intercept((request, response) => {
    if (!request.url?.startsWith(route)) return false;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
    return true;
  });
}
const serveKeys = (expires: string | null = null) =>
  serve('/-/npm/v1/keys', { keys: [{ keyid: KEYID, key: SPKI, expires }] });

async function collect(version = '1.0.1', offline = false) {
  const options = pacoteOptions({ npm: { registry: registry.url }, cacheDir, offline: false });
  const raw = await fetchPackument('weather-mcp', options);
  const fact = await collectPublisher({
    name: 'weather-mcp',
    version,
    packument: { known: true, value: toPackumentFact(raw, registry.url) },
    pacoteOptions: options,
    cacheDir,
    offline,
    mcpRegistry: async () => ({ state: 'not-checkable', reason: 'not asked here' }),
    timeoutMs: 2_000,
  });
  if (!fact.known) throw new Error(fact.reason);
  return fact.value;
}

describe('signatures', () => {
  test('that fit are verified with the keys of the registry', async () => {
    publish({ version: '1.0.1' });
    serveKeys();
    expect(await collect()).toMatchObject({
      signature: { state: 'verified' },
      provenance: { state: 'absent' },
      publisher: 'weather-team',
    });
  });

  test('of another version are invalid', async () => {
    publish({ version: '1.0.1', sig: signatureOf(`weather-mcp@1.0.0:${INTEGRITY}`) });
    serveKeys();
    expect(await collect()).toMatchObject({ signature: { state: 'invalid' } });
  });

  test('that are no signatures at all are invalid, and nothing crashes', async () => {
    publish({ version: '1.0.1', sig: '%%%' });
    serveKeys();
    expect(await collect()).toMatchObject({ signature: { state: 'invalid' } });
  });

  test('are absent where the registry signs other versions', async () => {
    publish({ version: '1.0.0' });
    publish({ version: '1.0.1', sig: 'none' });
    serveKeys();
    expect(await collect()).toMatchObject({ signature: { state: 'absent' } });
  });

  test.each([
    ['without published keys', () => undefined],
    [
      'with a key that is not published',
      () => serve('/-/npm/v1/keys', { keys: [{ keyid: 'other', key: SPKI }] }),
    ],
    ['with a key that has expired', () => serveKeys('2010-01-01T00:00:00Z')],
    ['with keys that are no list', () => serve('/-/npm/v1/keys', { keys: 'all' })],
  ])('%s are not checkable', async (_name, prepare) => {
    publish({ version: '1.0.1' });
    prepare();
    expect(await collect()).toMatchObject({ signature: { state: 'not-checkable' } });
  });

  test('are not checkable, and nobody is asked, where a mirror strips them', async () => {
    publish({ version: '1.0.1', sig: 'none' });
    const { signature, provenance } = await collect();
    expect([signature.state, provenance.state]).toEqual(['not-checkable', 'not-checkable']);
    expect(registry.requests.filter((request) => request.includes('/-/npm/'))).toEqual([]);
  });

  test('are not checked offline', async () => {
    publish({ version: '1.0.1' });
    expect(await collect('1.0.1', true)).toMatchObject({
      signature: { state: 'not-checkable', reason: 'offline: signatures were not checked' },
    });
  });
});

describe('provenance', () => {
  const attest = (name: string) => {
    const subject = [{ name, digest: { sha512: Buffer.alloc(64, 1).toString('hex') } }];
    const payload = Buffer.from(JSON.stringify({ subject })).toString('base64');
    const dsseEnvelope = { payload, signatures: [{ keyid: '', sig: '' }] };
    serve('/-/npm/v1/attestations/', {
      attestations: [{ predicateType: 'x', bundle: { dsseEnvelope } }],
    });
  };

  test('about another package is invalid', async () => {
    publish({ version: '1.0.1', attestations: true });
    serveKeys();
    attest('pkg:npm/other@1.0.1');
    expect(await collect()).toMatchObject({ provenance: { state: 'invalid' } });
  });

  test('that cannot be checked here is neither valid nor invalid', async () => {
    publish({ version: '1.0.1', attestations: true });
    serveKeys();
    expect(await collect()).toMatchObject({ provenance: { state: 'not-checkable' } });
  });
});

describe('accounts', () => {
  test('who published this version, and who the one before', async () => {
    publish({ version: '1.0.0', attestations: true });
    publish({ version: '1.0.1', publisher: 'mallory' });
    registry.describe('weather-mcp', { maintainers: [{ name: 'weather-team' }] });
    expect(await collect()).toMatchObject({
      publisher: 'mallory',
      previousPublisher: 'weather-team',
      previousHadProvenance: true,
      maintainers: ['weather-team'],
    });
  });
});
