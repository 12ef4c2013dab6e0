// Certificates for the sink: an authority of one run and a leaf for each name, written as DER by hand.
import {
  createHash,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
  type KeyPairKeyObjectResult,
} from 'node:crypto';
import { isIP } from 'node:net';

const DAY_MS = 86_400_000;
const OID = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  basicConstraints: '551d13',
  keyUsage: '551d0f',
  extendedKeyUsage: '551d25',
  subjectAltName: '551d11',
  subjectKeyId: '551d0e',
  authorityKeyId: '551d23',
  serverAuth: '2b06010505070301',
} as const;

/** An authority that is trusted inside one box only. `issue` gives PEM chains, one key for all of them. */
export interface Authority {
  certificatePem: string;
  leafKeyPem: string;
  /** For a DNS name or an IP address. */
  issue(name: string): string;
}

export function createAuthority(nowMs: number): Authority {
  const root = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const leaf = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rootName = 'Internet Root CA';
  const base = { issuer: rootName, rootKeys: root, nowMs };
  return {
    certificatePem: certificate({ ...base, subject: rootName, publicKey: root.publicKey }),
    leafKeyPem: leaf.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    issue: (name) =>
      certificate({ ...base, subject: name.slice(0, 60), publicKey: leaf.publicKey, name }),
  };
}

interface CertificateInput {
  issuer: string;
  subject: string;
  publicKey: KeyObject;
  rootKeys: KeyPairKeyObjectResult;
  nowMs: number;
  /** The leaf's name; absent for the authority itself. */
  name?: string;
}

function certificate(input: CertificateInput): string {
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    algorithm,
    distinguishedName(input.issuer),
    sequence(time(input.nowMs - 30 * DAY_MS), time(input.nowMs + 300 * DAY_MS)),
    distinguishedName(input.subject),
    spki(input.publicKey),
    tlv(0xa3, sequence(...extensions(input))),
  );
  const signature = sign('sha256', body, input.rootKeys.privateKey);
  const der = sequence(body, algorithm, tlv(0x03, Buffer.from([0]), signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function extensions({ name, publicKey, rootKeys }: CertificateInput): Buffer[] {
  const identifiers = [
    extension(OID.subjectKeyId, tlv(0x04, keyId(publicKey))),
    extension(OID.authorityKeyId, sequence(tlv(0x80, keyId(rootKeys.publicKey)))),
  ];
  if (name === undefined) {
    return [
      extension(OID.basicConstraints, sequence(tlv(0x01, Buffer.from([0xff]))), true),
      extension(OID.keyUsage, tlv(0x03, Buffer.from([1, 0x06])), true),
      ...identifiers,
    ];
  }
  return [
    extension(OID.basicConstraints, sequence(), true),
    extension(OID.keyUsage, tlv(0x03, Buffer.from([7, 0x80])), true),
    extension(OID.extendedKeyUsage, sequence(oid(OID.serverAuth))),
    extension(OID.subjectAltName, sequence(alternativeName(name))),
    ...identifiers,
  ];
}

function alternativeName(name: string): Buffer {
  if (isIP(name) === 4) return tlv(0x87, Buffer.from(name.split('.').map(Number)));
  if (isIP(name) === 6) return tlv(0x87, ipv6Bytes(name));
  return tlv(0x82, Buffer.from(name, 'latin1'));
}

function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const bytes = [...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join('');
  return Buffer.from(bytes.slice(0, 32).padEnd(32, '0'), 'hex');
}

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
const keyId = (key: KeyObject): Buffer => createHash('sha1').update(spki(key)).digest();
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));
const sequence = (...parts: Buffer[]): Buffer => tlv(0x30, ...parts);

function distinguishedName(commonName: string): Buffer {
  const value = tlv(0x0c, Buffer.from(commonName));
  return sequence(tlv(0x31, sequence(oid(OID.commonName), value)));
}

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [tlv(0x01, Buffer.from([0xff]))] : [];
  return sequence(oid(id), ...critical, tlv(0x04, value));
}

function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return tlv(0x18, Buffer.from(`${text}Z`));
}

function tlv(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), body]);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}
