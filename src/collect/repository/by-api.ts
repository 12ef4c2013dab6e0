// Asks a code host through its public interface: what it says of a repository, and whether that claims the package.
import { isDict } from '../../analyze/manifest.ts';
import { tagsOf } from '../../analyze/versions.ts';
import type { RepositoryFact } from '../../types.ts';
import { askJson, type AskOptions } from '../public-api.ts';
import { readClaim, type ClaimInput, type ClaimResult } from './claim.ts';
import { peopleIn, releasesIn, securityIn, securityInRoot, type Description } from './details.ts';
import type { HostApi } from './hosts.ts';

export interface ApiInput {
  name: string;
  version: string;
  repository: { directory?: string };
  /** With the host's headers. */
  ask: AskOptions;
}
type Claimed = Pick<RepositoryFact, 'claimsPackage' | 'notReadReason' | 'bearsName'>;

/** Everything; what the host does not answer is absent. */
export async function readWhole(
  input: ApiInput,
  api: HostApi,
  described: Description,
): Promise<Omit<RepositoryFact, 'url' | 'host' | 'owner' | 'name'>> {
  const { defaultBranch, ...description } = described;
  const [details, paths] = await Promise.all([
    detailsOf(input, api, defaultBranch),
    pathsOf(input, api, defaultBranch),
  ]);
  const result = await readClaim(claimInput(input, api, defaultBranch, paths));
  return {
    exists: true,
    ...claimFields(result),
    ...description,
    ...details,
    ...securityIn(paths),
  };
}

async function detailsOf(
  input: ApiInput,
  api: HostApi,
  branch: string,
): Promise<Partial<RepositoryFact>> {
  const json = async (url: string | undefined | null): Promise<unknown> => {
    if (url === undefined || url === null) return undefined;
    const answer = await askJson(url, input.ask);
    return answer.ok ? answer.value : undefined;
  };
  const [people, releases, root] = await Promise.all([
    json(api.contributors),
    json(api.releases),
    json(api.root?.(branch)),
  ]);
  const tags = tagsOf(input.name, input.version);
  return { ...peopleIn(people), ...releasesIn(releases, tags), ...securityInRoot(root) };
}

/** The files alone, for hosts that serve them where their interface refuses. */
export async function readClaimOnly(input: ApiInput, api: HostApi): Promise<Claimed> {
  return claimFields(await readClaim(claimInput(input, api, 'HEAD', null)));
}

function claimInput(
  input: ApiInput,
  api: HostApi,
  defaultBranch: string,
  paths: string[] | null,
): ClaimInput {
  const { name, version, repository } = input;
  return {
    name,
    version,
    directory: repository.directory,
    defaultBranch,
    paths,
    readFile: (ref, path) => askJson(api.file(ref, path), input.ask),
  };
}

async function pathsOf(input: ApiInput, api: HostApi, ref: string): Promise<string[] | null> {
  if (api.tree === null) return null;
  const answer = await askJson(api.tree(ref), input.ask);
  return answer.ok && isDict(answer.value) ? api.paths(answer.value) : null;
}

function claimFields(result: ClaimResult): Claimed {
  return {
    claimsPackage: result.claims,
    ...(result.reason === undefined ? {} : { notReadReason: result.reason }),
    ...(result.bears === undefined ? {} : { bearsName: result.bears }),
  };
}
