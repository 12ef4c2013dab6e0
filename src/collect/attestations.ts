// What a registry serves as the attestations of a version, looked at before it is verified: are they any, and about this tarball?
import { isDict } from '../analyze/manifest.ts';
import { failureReason, requestJson } from './advisories/http.ts';
import { TIMEOUT_MS } from './public-api.ts';

export interface AttestationsInput {
  name: string;
  version: string;
  /** Of the tarball, as the packument states it. */
  integrity: string | undefined;
  registry: string;
  /** As the packument states it; only its path is used, at the registry itself. */
  url: string | undefined;
  options: Record<string, unknown>;
  signal?: AbortSignal;
}
export type Served =
  | { state: 'attested' }
  /** Another package, version or tarball was signed. */
  | { state: 'of-another' }
  /** Something is served that is no attestation, or nothing was signed with it. */
  | { state: 'malformed'; reason: string }
  | { state: 'no-provenance' }
  | { state: 'not-served'; reason: string };

const MAX_BYTES = 5_000_000;
const MAX_ENTRIES = 50;
const PROVENANCE = /^https:\/\/slsa\.dev\/provenance\//;

/** Never throws. The library that verifies takes an empty list for a verified one. */
export async function readAttestations(input: AttestationsInput): Promise<Served> {
  const { url, registry, options, signal } = input;
  if (url === undefined || !URL.canParse(url)) {
    return { state: 'malformed', reason: 'the packument names no address for its attestations' };
  }
  let json: unknown;
  try {
    json = await requestJson({
      url: new URL(new URL(url).pathname, registry).href,
      method: 'GET',
      options,
      isRegistry: true,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      retries: 0,
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    return { state: 'not-served', reason: `attestations: ${failureReason(error)}` };
  }
  const list = isDict(json) ? json['attestations'] : undefined;
  // Mirrors answer whatever they like under addresses that they do not know.
  if (!Array.isArray(list)) return { state: 'not-served', reason: 'it serves no attestations' };
  return judge(list.slice(0, MAX_ENTRIES), input);
}

function judge(list: unknown[], input: AttestationsInput): Served {
  if (list.length === 0) return { state: 'malformed', reason: 'its list of attestations is empty' };
  const statements = list.map(statementOf);
  if (statements.some((statement) => isDict(statement) && isOfAnother(statement, input))) {
    return { state: 'of-another' };
  }
  if (!statements.every(isDict) || !list.every(isSigned)) {
    return { state: 'malformed', reason: 'an attestation of it is malformed' };
  }
  const hasProvenance = statements.some((statement) =>
    PROVENANCE.test(String(statement['predicateType'])),
  );
  return { state: hasProvenance ? 'attested' : 'no-provenance' };
}

/** The signed text itself; null where there is none. What stands beside it is not signed. */
function statementOf(entry: unknown): Record<string, unknown> | null {
  const envelope = envelopeOf(entry);
  const payload = envelope?.['payload'];
  if (typeof payload !== 'string') return null;
  try {
    const statement: unknown = JSON.parse(Buffer.from(payload, 'base64').toString('utf8'));
    return isDict(statement) && subjectOf(statement) !== null ? statement : null;
  } catch {
    return null;
  }
}

function envelopeOf(entry: unknown): Record<string, unknown> | null {
  const bundle = isDict(entry) ? entry['bundle'] : undefined;
  const envelope = isDict(bundle) ? bundle['dsseEnvelope'] : undefined;
  return isDict(envelope) ? envelope : null;
}

function isSigned(entry: unknown): boolean {
  const signatures = envelopeOf(entry)?.['signatures'];
  const first: unknown = Array.isArray(signatures) ? signatures[0] : undefined;
  const bundle = isDict(entry) ? entry['bundle'] : undefined;
  const hasMaterial = isDict(bundle) && isDict(bundle['verificationMaterial']);
  return isDict(first) && typeof first['sig'] === 'string' && first['sig'] !== '' && hasMaterial;
}

function subjectOf(statement: Record<string, unknown>): { name: string; sha512: string } | null {
  const list = statement['subject'];
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  if (!isDict(first) || !isDict(first['digest'])) return null;
  const { name } = first;
  const { sha512 } = first['digest'];
  return typeof name === 'string' && typeof sha512 === 'string' ? { name, sha512 } : null;
}

function isOfAnother(
  statement: Record<string, unknown>,
  { name, version, integrity }: AttestationsInput,
): boolean {
  const subject = subjectOf(statement);
  if (subject === null) return false;
  const purl = subject.name.replaceAll('%40', '@').replaceAll('%2B', '+');
  if (purl !== `pkg:npm/${name}@${version}`) return true;
  const sha512 = /(?:^|\s)sha512-([A-Za-z0-9+/]+={0,2})/.exec(integrity ?? '')?.[1];
  return sha512 !== undefined && Buffer.from(sha512, 'base64').toString('hex') !== subject.sha512;
}
