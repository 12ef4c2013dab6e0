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
import { startSigstore, type Change } from '../support/sigstore.ts';

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

async function collect(version = '1.0.1', offline = false, name = 'weather-mcp') {
  const options = pacoteOptions({ npm: { registry: registry.url }, cacheDir, offline: false });
  const raw = await fetchPackument(name, options);
  const fact = await collectPublisher({
    name,
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
  const SHA512 = Buffer.alloc(64, 1).toString('hex');
  const PURL = 'pkg:npm/weather-mcp@1.0.1';
  const SLSA = 'https://slsa.dev/provenance/v1';
  const statement = (name = PURL, sha512 = SHA512, predicateType = SLSA) => ({
    predicateType,
    subject: [{ name, digest: { sha512 } }],
  });
  const entry = (payload: unknown, part: object = {}) => ({
    predicateType: SLSA,
    bundle: {
      verificationMaterial: {},
      dsseEnvelope: {
        payload: Buffer.from(JSON.stringify(payload)).toString('base64'),
        payloadType: 'application/vnd.in-toto+json',
        signatures: [{ keyid: '', sig: 'AAAA' }],
        ...part,
      },
    },
  });
  const attested = (body: unknown) => {
    publish({ version: '1.0.1', attestations: true });
    serveKeys();
    serve('/-/npm/v1/attestations/', body);
    return collect();
  };
  const list = (...attestations: unknown[]) => attested({ attestations });

  test.each([
    ['another package', statement('pkg:npm/other@1.0.1')],
    ['another version', statement('pkg:npm/weather-mcp@1.0.0')],
    ['another tarball', statement(PURL, '00')],
  ])('about %s is invalid', async (_name, payload) => {
    expect(await list(entry(payload))).toMatchObject({ provenance: { state: 'invalid' } });
  });

  test('about another package is invalid behind a fitting one, and behind one that is broken', async () => {
    const other = entry(statement('pkg:npm/other@1.0.1'));
    expect(await list(entry(statement()), other)).toMatchObject({
      provenance: { state: 'invalid' },
    });
  });

  test.each([
    ['an empty list', []],
    ['a list of nothing', [null, 3, 'x']],
    ['no bundle', [{ predicateType: SLSA }]],
    ['a payload that is no JSON', [entry(statement(), { payload: '%%%' })]],
    ['a payload that is no statement', [entry({ subject: 'weather-mcp' })]],
    ['a statement about nothing', [entry({ ...statement(), subject: [] })]],
    ['no signature', [entry(statement(), { signatures: [] })]],
    ['an empty signature', [entry(statement(), { signatures: [{ sig: '' }] })]],
    ['signatures that are none', [entry(statement(), { signatures: { length: 1 } })]],
    ['a fitting one beside a broken one', [entry(statement()), {}]],
  ])('of %s is malformed: never verified, and never a crash', async (_name, entries) => {
    expect(await list(...entries)).toMatchObject({
      provenance: { state: 'not-checkable', isMalformed: true },
    });
  });

  test.each([
    ['<html>', 'attestations: it answered with something that is not JSON'],
    [{ errors: [] }, 'it serves no attestations'],
    [null, 'it serves no attestations'],
  ])('where a mirror answers %j is not checkable, and no fault', async (body, reason) => {
    publish({ version: '1.0.1', attestations: true });
    serveKeys();
    registry.intercept((request, response) => {
      if (!request.url?.startsWith('/-/npm/v1/attestations/')) return false;
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
      return true;
    });
    expect((await collect()).provenance).toEqual({ state: 'not-checkable', reason });
  });

  test('of a publish attestation alone is none', async () => {
    const publishOnly = statement(PURL, SHA512, 'https://github.com/npm/attestation/publish/v0.1');
    expect(await list(entry(publishOnly))).toMatchObject({ provenance: { state: 'absent' } });
  });

  test('that nobody signed with a trusted key is never verified', async () => {
    const { provenance } = await list(entry(statement()));
    expect(['invalid', 'not-checkable']).toContain(provenance.state);
    expect(provenance).not.toHaveProperty('repository');
  });

  describe('signed with the key of the registry, and logged', () => {
    const BUILD = {
      externalParameters: {
        workflow: { repository: 'https://github.com/weather/weather-mcp', path: 'release.yml' },
      },
      resolvedDependencies: [{ digest: { gitCommit: 'c0ffee' } }],
    };
    const signed = (change?: Change) => {
      const sigstore = startSigstore(path.join(cacheDir, 'tuf'), privateKey, KEYID);
      const predicate = { buildDefinition: BUILD };
      return list(sigstore.attest({ ...statement(), predicate }, change));
    };

    test('is verified, and says where it was built', async () => {
      expect((await signed()).provenance).toEqual({
        state: 'verified',
        repository: 'https://github.com/weather/weather-mcp',
        workflow: 'release.yml',
        commit: 'c0ffee',
      });
    });

    test.each([
      ['another-payload', 'invalid'],
      ['another-key', 'invalid'],
      // The log's key may be one that the roots of trust do not know yet.
      ['another-log', 'not-checkable'],
    ] as const)('with %s is %s', async (change, state) => {
      const { provenance } = await signed(change);
      expect(provenance.state).toBe(state);
      expect(provenance).not.toHaveProperty('repository');
    });
  });

  test('that cannot be asked for is neither valid nor invalid', async () => {
    publish({ version: '1.0.1', attestations: true });
    serveKeys();
    expect((await collect()).provenance).toMatchObject({ state: 'not-checkable' });
    expect((await collect()).provenance).not.toHaveProperty('isMalformed');
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

  test('a scope that is the name of a maintainer is that account', async () => {
    const scoped = (scope: string) => {
      const name = `@${scope}/mcp`;
      registry.publish({ manifest: { name, version: '1.0.1' } });
      registry.describe(name, { maintainers: [{ name: 'Alice' }] });
      return collect('1.0.1', true, name);
    };
    expect(await scoped('alice')).toMatchObject({ scopeOwner: 'Alice' });
    expect(await scoped('weather')).not.toHaveProperty('scopeOwner');
  });
});
