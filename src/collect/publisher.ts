// Who published this version: registry signatures, provenance, accounts, and what the version before it had.
import { previousOf } from '../analyze/versions.ts';
import type { Fact, PackumentFact, PackumentVersion, PublisherFact } from '../types.ts';
import { readAttestations } from './attestations.ts';
import { TIMEOUT_MS } from './public-api.ts';
import { readProvenance, verifyOne, type VerifyInput } from './signatures.ts';
import { registryKeys } from './registry-keys.ts';

export interface PublisherInput {
  name: string;
  version: string;
  packument: Fact<PackumentFact>;
  pacoteOptions: Record<string, unknown>;
  cacheDir: string;
  offline: boolean;
  mcpRegistry: () => Promise<PublisherFact['mcpRegistry']>;
  timeoutMs?: number;
  signal?: AbortSignal;
}
type Signed = Pick<PublisherFact, 'signature' | 'provenance'>;

/** Never throws because of what a registry answers. */
export async function collectPublisher(input: PublisherInput): Promise<Fact<PublisherFact>> {
  const { packument } = input;
  if (!packument.known) return packument;
  const { versions, registry } = packument.value;
  const own = versions.find((entry) => entry.version === input.version);
  if (!own) return { known: false, reason: 'the registry does not list this version' };
  const [signed, mcpRegistry] = await Promise.all([
    verify(input, packument.value, own),
    input.mcpRegistry(),
  ]);
  const previous = previousOf(versions, input.version);
  const maintainers = packument.value.maintainers ?? own.maintainers;
  const scopeOwner = scopeOwnerOf(input.name, maintainers ?? []);
  const value: PublisherFact = {
    ...signed,
    ...(own.publisher ? { publisher: own.publisher.name } : {}),
    ...(own.trustedPublisher === undefined ? {} : { trustedPublisher: own.trustedPublisher }),
    ...(maintainers ? { maintainers: maintainers.map((person) => person.name) } : {}),
    ...(scopeOwner === undefined ? {} : { scopeOwner }),
    ...(previous?.publisher ? { previousPublisher: previous.publisher.name } : {}),
    ...(previous && servesProvenance(packument.value)
      ? { previousHadProvenance: previous.hasProvenance === true }
      : {}),
    mcpRegistry,
  };
  return { known: true, value, from: new URL(registry).host };
}

async function verify(
  input: PublisherInput,
  packument: PackumentFact,
  own: PackumentVersion,
): Promise<Signed> {
  const notCheckable = (reason: string): Signed => ({
    signature: { state: 'not-checkable', reason },
    provenance: { state: 'not-checkable', reason },
  });
  // A registry that strips signatures from every version cannot say that one has none.
  if (packument.stripped.includes('signatures') && own.hasProvenance !== true) {
    return notCheckable('this registry serves no signatures');
  }
  if (input.offline) return notCheckable('offline: signatures were not checked');
  const { registry } = packument;
  const keys = await registryKeys(registry, input.pacoteOptions, input.signal);
  const question: VerifyInput = {
    spec: `${input.name}@${input.version}`,
    registry,
    keys: keys.ok ? keys.keys : [],
    cacheDir: input.cacheDir,
    options: input.pacoteOptions,
    timeoutMs: input.timeoutMs ?? TIMEOUT_MS,
  };
  const [signature, provenance] = await Promise.all([
    signatureOf(own, question, keys),
    provenanceOf(own, question, input),
  ]);
  return { signature, provenance };
}

async function signatureOf(
  own: PackumentVersion,
  question: VerifyInput,
  keys: Awaited<ReturnType<typeof registryKeys>>,
): Promise<PublisherFact['signature']> {
  if (!own.signatures) return { state: 'absent' };
  if (!keys.ok) return { state: 'not-checkable', reason: keys.reason };
  const { state, reason } = await verifyOne('signatures', question);
  return { state, ...(reason === undefined ? {} : { reason }) };
}

async function provenanceOf(
  own: PackumentVersion,
  question: VerifyInput,
  input: PublisherInput,
): Promise<PublisherFact['provenance']> {
  if (own.hasProvenance !== true) return { state: 'absent' };
  const served = await readAttestations({
    name: input.name,
    version: input.version,
    integrity: own.integrity,
    registry: question.registry,
    url: own.attestationsUrl,
    options: question.options,
    ...(input.signal ? { signal: input.signal } : {}),
  });
  switch (served.state) {
    case 'of-another':
      return { state: 'invalid', reason: 'the attestation is about another package or tarball' };
    case 'malformed':
      return { state: 'not-checkable', reason: served.reason, isMalformed: true };
    case 'no-provenance':
      return { state: 'absent', reason: 'its attestations hold no provenance' };
    case 'not-served':
      return { state: 'not-checkable', reason: served.reason };
    case 'attested':
      return verifiedProvenance(question);
  }
}

async function verifiedProvenance(question: VerifyInput): Promise<PublisherFact['provenance']> {
  const { state, reason, manifest } = await verifyOne('attestations', question);
  return {
    state,
    ...(reason === undefined ? {} : { reason }),
    // What an unverified attestation states is anybody's claim.
    ...(state === 'verified' ? readProvenance(manifest) : {}),
  };
}

/** A scope is an account's or an organisation's; of the latter npm tells strangers nothing. */
function scopeOwnerOf(name: string, maintainers: readonly { name: string }[]): string | undefined {
  const scope = /^@([^/]+)\//.exec(name)?.[1];
  return maintainers.find((person) => person.name.toLowerCase() === scope)?.name;
}

/** Mirrors drop attestations with the signatures; then "had none before" would be a guess. */
function servesProvenance(packument: PackumentFact): boolean {
  return (
    !packument.stripped.includes('signatures') ||
    packument.versions.some((version) => version.hasProvenance === true)
  );
}
