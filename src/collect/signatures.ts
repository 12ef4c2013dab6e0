// Verifies signatures or attestations of one version, and tells "is wrong" from "could not be checked".
import { isDict } from '../analyze/manifest.ts';
import type { SignatureState } from '../types.ts';
import { verifyManifest, type RegistryKey } from './pacote.ts';

export interface VerifyInput {
  /** `name@version`, exact. */
  spec: string;
  registry: string;
  keys: RegistryKey[];
  cacheDir: string;
  options: Record<string, unknown>;
  timeoutMs: number;
}
export interface Verified {
  state: SignatureState;
  reason?: string;
  manifest?: Record<string, unknown>;
}

// Errors that say: the bytes, the name or the version are not what was signed.
const WRONG: Record<string, string> = {
  EINTEGRITYSIGNATURE: 'the signature does not match this tarball',
  EATTESTATIONSUBJECT: 'the attestation is about another package or tarball',
  EMANIFESTMISMATCH: 'the registry lists another package or version under this one',
};
const UNCHECKED: Record<string, string> = {
  EMISSINGSIGNATUREKEY: 'it is signed with a key that this registry does not publish',
  // Times of a mirror are those of its own copy: an expiry proves nothing there.
  EEXPIREDSIGNATUREKEY: 'it is signed with a key that has expired since',
};
// sigstore's words for a signature that is wrong; roots of trust that are missing or stale say other things.
const NOT_GENUINE =
  /mismatch|does not match|signature verification failed|invalid checkpoint signature/i;

export async function verifyOne(
  what: 'signatures' | 'attestations',
  input: VerifyInput,
): Promise<Verified> {
  const { spec, registry, keys, cacheDir, options } = input;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Verified>((resolve) => {
    const reason = 'the check took too long';
    timer = setTimeout(() => resolve({ state: 'not-checkable', reason }), input.timeoutMs);
  });
  const check = verifyManifest(spec, what, { registry, keys, cacheDir }, options).then(
    (manifest): Verified => ({ state: 'verified', manifest }),
    failureOf,
  );
  try {
    return await Promise.race([check, late]);
  } finally {
    clearTimeout(timer);
  }
}

function failureOf(error: unknown): Verified {
  const code = String(Reflect.get(Object(error), 'code'));
  const message = String(Reflect.get(Object(error), 'message')).slice(0, 2_000);
  if (Object.hasOwn(WRONG, code)) return { state: 'invalid', reason: WRONG[code] ?? '' };
  if (Object.hasOwn(UNCHECKED, code))
    return { state: 'not-checkable', reason: UNCHECKED[code] ?? '' };
  if (code === 'EATTESTATIONVERIFY' && NOT_GENUINE.test(causeIn(message))) {
    return { state: 'invalid', reason: 'the attestation could not be verified as genuine' };
  }
  const plain = /^[A-Z0-9_]{1,40}$/.test(code) ? ` (${code})` : '';
  return { state: 'not-checkable', reason: `the check could not be made${plain}` };
}

/** Without the package's own name, which may hold any of the words. */
function causeIn(message: string): string {
  const words = 'failed to verify attestation:';
  const at = message.indexOf(words);
  return at < 0 ? '' : message.slice(at + words.length);
}

/** Repository, commit and workflow of a verified SLSA provenance. */
export function readProvenance(manifest: Record<string, unknown> | undefined): {
  repository?: string;
  commit?: string;
  workflow?: string;
} {
  const bundles = manifest?.['_attestationBundles'];
  if (!Array.isArray(bundles)) return {};
  for (const entry of bundles.slice(0, 10) as unknown[]) {
    const predicate = predicateOf(entry);
    const build = isDict(predicate) ? predicate['buildDefinition'] : undefined;
    const parameters = isDict(build) ? build['externalParameters'] : undefined;
    const workflow = isDict(parameters) ? parameters['workflow'] : undefined;
    if (!isDict(workflow)) continue;
    return {
      ...textOf('repository', workflow['repository']),
      ...textOf('workflow', workflow['path']),
      ...textOf('commit', commitOf(build)),
    };
  }
  return {};
}

function predicateOf(entry: unknown): unknown {
  if (!isDict(entry) || !isDict(entry['bundle'])) return undefined;
  const envelope = entry['bundle']['dsseEnvelope'];
  const payload = isDict(envelope) ? envelope['payload'] : undefined;
  if (typeof payload !== 'string' || payload.length > 1_000_000) return undefined;
  try {
    const statement: unknown = JSON.parse(Buffer.from(payload, 'base64').toString('utf8'));
    return isDict(statement) ? statement['predicate'] : undefined;
  } catch {
    return undefined;
  }
}

function commitOf(build: unknown): unknown {
  const list = isDict(build) ? build['resolvedDependencies'] : undefined;
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  const digest = isDict(first) ? first['digest'] : undefined;
  return isDict(digest) ? digest['gitCommit'] : undefined;
}

function textOf<K extends string>(key: K, value: unknown): { [P in K]?: string } {
  const isText = typeof value === 'string' && value !== '';
  return (isText ? { [key]: value.slice(0, 300) } : {}) as { [P in K]?: string };
}
