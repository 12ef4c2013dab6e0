// A sigstore of our own: roots of trust in the place where the library caches them, and bundles that fit them.
import { createHash, createSign, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Sigstore {
  /** An attestation of this statement, as a registry serves it, signed with the registry's key. */
  attest: (statement: Statement, change?: Change) => object;
}
export type Statement = { predicateType: string } & Record<string, unknown>;
/** What is wrong with it. */
export type Change = 'another-payload' | 'another-key' | 'another-log';

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const EXPIRES = '2999-01-01T00:00:00Z';
const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();
const ecdsa = (data: string | Buffer, key: KeyObject) =>
  createSign('SHA256').update(data).sign(key, 'base64');
const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** `tufCache` as the verifier is given it; `registryKey` signs, and is published as `keyid`. */
export function startSigstore(tufCache: string, registryKey: KeyObject, keyid: string): Sigstore {
  const log = keyPair();
  const spki = log.publicKey.export({ type: 'spki', format: 'der' });
  const logId = sha256(spki);
  writeRoots(tufCache, spki, logId);
  return {
    attest(statement, change) {
      const payload = JSON.stringify(statement);
      const signer = change === 'another-key' ? keyPair().privateKey : registryKey;
      const sig = ecdsa(envelopeText(payload), signer);
      const spec = {
        payloadHash: { algorithm: 'sha256', value: sha256(payload).toString('hex') },
        signatures: [{ signature: sig, verifier: '' }],
      };
      const body = base64(JSON.stringify({ apiVersion: '0.0.1', kind: 'dsse', spec }));
      const integratedTime = Date.parse('2026-01-01T00:00:00Z') / 1000;
      const entry = { body, integratedTime, logID: logId.toString('hex'), logIndex: 1 };
      const logKey = change === 'another-log' ? keyPair().privateKey : log.privateKey;
      const shown = change === 'another-payload' ? JSON.stringify({ ...statement, x: 1 }) : payload;
      return {
        predicateType: statement.predicateType,
        bundle: {
          mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
          verificationMaterial: {
            publicKey: { hint: keyid },
            tlogEntries: [
              {
                logIndex: '1',
                logId: { keyId: base64(logId) },
                kindVersion: { kind: 'dsse', version: '0.0.1' },
                integratedTime: String(integratedTime),
                inclusionPromise: { signedEntryTimestamp: ecdsa(JSON.stringify(entry), logKey) },
                canonicalizedBody: body,
              },
            ],
          },
          dsseEnvelope: {
            payload: base64(shown),
            payloadType: PAYLOAD_TYPE,
            signatures: [{ keyid, sig }],
          },
        },
      };
    },
  };
}

/** What is signed of an envelope: types and lengths stand before the payload. */
function envelopeText(payload: string): string {
  return `DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${Buffer.byteLength(payload)} ${payload}`;
}

/** A whole update framework (TUF) of one key, as it lies in the cache after an update. */
function writeRoots(tufCache: string, logKey: Buffer, logId: Buffer): void {
  const folder = path.join(tufCache, 'tuf-repo-cdn.sigstore.dev');
  mkdirSync(path.join(folder, 'targets'), { recursive: true });
  const trustedRoot = JSON.stringify({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [
      {
        baseUrl: 'https://log.example',
        hashAlgorithm: 'SHA2_256',
        publicKey: {
          rawBytes: base64(logKey),
          keyDetails: 'PKIX_ECDSA_P256_SHA_256',
          validFor: { start: '2020-01-01T00:00:00Z' },
        },
        logId: { keyId: base64(logId) },
      },
    ],
    certificateAuthorities: [],
    ctlogs: [],
    timestampAuthorities: [],
  });
  writeFileSync(path.join(folder, 'targets', 'trusted_root.json'), trustedRoot);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');
  const role = { keyids: ['one'], threshold: 1 };
  const target = {
    length: trustedRoot.length,
    hashes: { sha256: sha256(trustedRoot).toString('hex') },
  };
  const parts: Record<string, object> = {
    root: {
      consistent_snapshot: true,
      keys: { one: { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: raw } } },
      roles: { root: role, timestamp: role, snapshot: role, targets: role },
    },
    timestamp: { meta: { 'snapshot.json': { version: 1 } } },
    snapshot: { meta: { 'targets.json': { version: 1 } } },
    targets: { targets: { 'trusted_root.json': target } },
  };
  for (const [type, part] of Object.entries(parts)) {
    const signed = { _type: type, spec_version: '1.0.31', version: 1, expires: EXPIRES, ...part };
    const sig = sign(null, Buffer.from(canonical(signed)), privateKey).toString('hex');
    const text = JSON.stringify({ signed, signatures: [{ keyid: 'one', sig }] });
    writeFileSync(path.join(folder, `${type}.json`), text);
  }
}

/** JSON with sorted keys and no spaces, enough for what stands here. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`;
}
