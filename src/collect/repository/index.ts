// The repository that a manifest names: is it real, is it alive, and does it claim the package back?
import { isDict } from '../../analyze/manifest.ts';
import { parseRepository, type RepositoryClaim } from '../../analyze/repository-url.ts';
import type { Fact, RepositoryFact } from '../../types.ts';
import { askJson, type Answer } from '../public-api.ts';
import { readClaim, type ClaimResult } from './claim.ts';
import { apiOf, HOST_BASES, type Description, type HostApi, type HostBases } from './hosts.ts';

export type { HostBases } from './hosts.ts';

export interface RepositoryInput {
  name: string;
  version: string;
  repository: { url: string; directory?: string } | undefined;
  /** The repository field of the version before this one. */
  previousUrl?: string | undefined;
  fetchOptions: Record<string, unknown>;
  env: Record<string, string | undefined>;
  offline: boolean;
  bases?: HostBases;
  timeoutMs?: number;
  maxTotalMs?: number;
  signal?: AbortSignal;
}

// All requests together; a host that answers slowly must not hold up the report.
const MAX_TOTAL_MS = 10_000;
const SECURITY_FILE = /^(\.github\/|docs\/)?SECURITY(\.(md|txt|rst|adoc))?$/i;

/** Asks only hosts that are known to be public ones; what a manifest names is no address to call. */
export async function collectRepository(given: RepositoryInput): Promise<Fact<RepositoryFact>> {
  const deadline = AbortSignal.timeout(given.maxTotalMs ?? MAX_TOTAL_MS);
  const signal = given.signal ? AbortSignal.any([given.signal, deadline]) : deadline;
  const input = { ...given, signal };
  if (!input.repository) return { known: false, reason: 'the manifest names no repository' };
  const claim = parseRepository(input.repository.url);
  if (!claim) return { known: false, reason: 'its repository field names no repository' };
  const api = apiOf(claim, input.bases ?? HOST_BASES, input.env);
  if (!api) return { known: false, reason: `${claim.host} is not a code host that is asked` };
  if (input.offline) return { known: false, reason: `offline: ${claim.host} was not asked` };
  const previous = parseRepository(input.previousUrl);
  const base = {
    url: claim.url,
    host: claim.host,
    owner: claim.owner,
    name: claim.name,
    ...(previous && previous.owner !== claim.owner ? { previousOwner: previous.owner } : {}),
  };
  const answer = await ask(input, api.repository, api.headers);
  if (!answer.ok && answer.isMissing) {
    return knownFrom(claim, { ...base, exists: false, claimsPackage: null });
  }
  const described = answer.ok ? api.describe(answer.value) : null;
  if (!described) {
    // A host that is silent would be silent four times more.
    const isLimited = !answer.ok && answer.isRateLimited;
    const claimed = isLimited ? await claimOnly(input, api) : undefined;
    return fromFilesAlone(claim, base, answer, claimed);
  }
  return knownFrom(claim, await whole(input, api, base, described));
}

type Base = Pick<RepositoryFact, 'url' | 'host' | 'owner' | 'name' | 'previousOwner'>;
interface Details {
  contributors?: number;
}

async function whole(
  input: RepositoryInput,
  api: HostApi,
  base: Base,
  described: Description,
): Promise<RepositoryFact> {
  const { defaultBranch, ...description } = described;
  const [details, paths] = await Promise.all([
    detailsOf(input, api),
    pathsOf(input, api, defaultBranch),
  ]);
  const result = await readClaim(claimInput(input, api, defaultBranch, paths));
  return {
    ...base,
    exists: true,
    ...claimFields(result),
    ...description,
    ...details,
    ...(paths === null
      ? {}
      : { hasSecurityPolicy: paths.some((file) => SECURITY_FILE.test(file)) }),
  };
}

/** GitHub serves files without counting them: where its interface refuses, they still tell the most. */
function fromFilesAlone(
  claim: RepositoryClaim,
  base: Base,
  answer: Answer,
  result: ClaimResult | undefined,
): Fact<RepositoryFact> {
  if (result !== undefined && result.claims !== null) {
    return knownFrom(claim, { ...base, exists: true, ...claimFields(result) });
  }
  const why = answer.ok ? 'its answer was not understood' : answer.reason;
  const hint =
    !answer.ok && answer.isRateLimited && claim.kind === 'github'
      ? '; a GITHUB_TOKEN in the environment raises it'
      : '';
  return { known: false, reason: `${claim.host}: ${why}${hint}` };
}

async function detailsOf(input: RepositoryInput, api: HostApi): Promise<Details> {
  if (api.contributors === null) return {};
  const answer = await ask(input, api.contributors, api.headers);
  return answer.ok && Array.isArray(answer.value) ? { contributors: answer.value.length } : {};
}

async function claimOnly(input: RepositoryInput, api: HostApi): Promise<ClaimResult> {
  return readClaim(claimInput(input, api, 'HEAD', null));
}

function claimInput(
  input: RepositoryInput,
  api: HostApi,
  defaultBranch: string,
  paths: string[] | null,
): Parameters<typeof readClaim>[0] {
  const { name, version, repository } = input;
  return {
    name,
    version,
    directory: repository?.directory,
    defaultBranch,
    paths,
    readFile: (ref, path) => ask(input, api.file(ref, path), api.headers),
  };
}

async function pathsOf(
  input: RepositoryInput,
  api: HostApi,
  ref: string,
): Promise<string[] | null> {
  if (api.tree === null) return null;
  const answer = await ask(input, api.tree(ref), api.headers);
  return answer.ok && isDict(answer.value) ? api.paths(answer.value) : null;
}

function ask(
  input: RepositoryInput,
  url: string,
  headers: Record<string, string>,
): Promise<Answer> {
  return askJson(url, {
    fetchOptions: input.fetchOptions,
    headers,
    ...(input.timeoutMs === undefined ? {} : { timeoutMs: input.timeoutMs }),
    ...(input.signal ? { signal: input.signal } : {}),
  });
}

function claimFields(
  result: ClaimResult,
): Pick<RepositoryFact, 'claimsPackage' | 'notReadReason' | 'bearsName'> {
  return {
    claimsPackage: result.claims,
    ...(result.reason === undefined ? {} : { notReadReason: result.reason }),
    ...(result.bears === undefined ? {} : { bearsName: result.bears }),
  };
}

function knownFrom(claim: RepositoryClaim, value: RepositoryFact): Fact<RepositoryFact> {
  return { known: true, value, from: claim.host };
}
