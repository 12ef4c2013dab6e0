// The repository that a manifest names: is it real, is it alive, and does it claim the package back?
import { parseRepository, type RepositoryClaim } from '../../analyze/repository-url.ts';
import type { Fact, RepositoryFact } from '../../types.ts';
import { askJson, type Answer } from '../public-api.ts';
import { readClaimOnly, readWhole, type ApiInput } from './by-api.ts';
import { apiOf, gitBaseOf, HOST_BASES, type HostApi, type HostBases } from './hosts.ts';
import { readRemote } from './remote.ts';

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
// A host that did not answer in time mostly does not answer git either.
const GIT_TIMEOUT_MS = 3_000;

type Base = Pick<RepositoryFact, 'url' | 'host' | 'owner' | 'name' | 'previousOwner'>;
interface Asked {
  input: RepositoryInput;
  claim: RepositoryClaim;
  base: Base;
  /** Where git finds it. */
  git: string | undefined;
}

/** Asks only hosts that are known to be public ones; what a manifest names is no address to call. */
export async function collectRepository(given: RepositoryInput): Promise<Fact<RepositoryFact>> {
  if (!given.repository) return { known: false, reason: 'the manifest names no repository' };
  const claim = parseRepository(given.repository.url);
  if (!claim) return { known: false, reason: 'its repository field names no repository' };
  if (claim.kind === null) {
    return { known: false, reason: `${claim.host} is not a code host that is asked` };
  }
  if (given.offline) return { known: false, reason: `offline: ${claim.host} was not asked` };
  const bases = given.bases ?? HOST_BASES;
  const deadline = AbortSignal.timeout(given.maxTotalMs ?? MAX_TOTAL_MS);
  const signal = given.signal ? AbortSignal.any([given.signal, deadline]) : deadline;
  const previous = parseRepository(given.previousUrl);
  const asked: Asked = {
    input: { ...given, signal },
    claim,
    base: {
      url: claim.url,
      host: claim.host,
      owner: claim.owner,
      name: claim.name,
      ...(previous && previous.owner !== claim.owner ? { previousOwner: previous.owner } : {}),
    },
    git: gitBaseOf(claim, bases),
  };
  const api = apiOf(claim, bases, given.env);
  return api === null ? byGit(asked, undefined) : byApi(asked, api, given.repository);
}

async function byApi(
  asked: Asked,
  api: HostApi,
  repository: { directory?: string },
): Promise<Fact<RepositoryFact>> {
  const { claim, base } = asked;
  const { name, version, fetchOptions, timeoutMs, signal } = asked.input;
  const input: ApiInput = {
    ...{ name, version, repository },
    ask: {
      fetchOptions,
      headers: api.headers,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(signal ? { signal } : {}),
    },
  };
  const answer = await askJson(api.repository, input.ask);
  if (!answer.ok && answer.isMissing && answer.isJson) return missing(asked);
  const described = answer.ok ? api.describe(answer.value) : null;
  if (described) {
    return knownFrom(claim, { ...base, ...(await readWhole(input, api, described)) });
  }
  if (!answer.ok && answer.isRateLimited) {
    // GitHub serves files without counting them: where its interface refuses, they still tell the most.
    const claimed = await readClaimOnly(input, api);
    if (claimed.claimsPackage !== null) {
      return knownFrom(claim, { ...base, exists: true, ...claimed });
    }
  }
  return byGit(asked, reasonOf(claim, answer));
}

function reasonOf({ kind }: RepositoryClaim, answer: Answer): string {
  if (answer.ok) return 'its answer was not understood';
  const hint =
    answer.isRateLimited && kind === 'github'
      ? '; a GITHUB_TOKEN in the environment raises it'
      : '';
  return `${answer.reason}${hint}`;
}

function missing({ claim, base }: Asked): Fact<RepositoryFact> {
  return knownFrom(claim, { ...base, exists: false, claimsPackage: null });
}

/** The least that can be known: that it is there, and whether it has the version's tag. */
async function byGit(asked: Asked, why: string | undefined): Promise<Fact<RepositoryFact>> {
  const { input, claim, base, git } = asked;
  const unknown = (reasons: (string | undefined)[]): Fact<RepositoryFact> => ({
    known: false,
    reason: `${claim.host}: ${reasons.filter((reason) => reason !== undefined).join('; ')}`,
  });
  if (git === undefined) return unknown([why ?? 'git is not asked here']);
  const answer = await readRemote({
    claim,
    base: git,
    name: input.name,
    version: input.version,
    timeoutMs: GIT_TIMEOUT_MS,
    fetchOptions: input.fetchOptions,
    env: input.env,
    ...(input.signal ? { signal: input.signal } : {}),
  });
  if (answer.state === 'missing') return missing(asked);
  if (answer.state === 'unknown') return unknown([why, answer.reason]);
  const { versionTag, headCommit } = answer.refs;
  const notReadReason = why ?? 'this host shows its files to git only';
  return knownFrom(claim, {
    ...base,
    exists: true,
    claimsPackage: null,
    notReadReason,
    versionTag,
    ...(headCommit === undefined ? {} : { headCommit }),
  });
}

function knownFrom(claim: RepositoryClaim, value: RepositoryFact): Fact<RepositoryFact> {
  return { known: true, value, from: claim.host };
}
