// Whether a repository claims a package back: a package.json in it, at a tag or on its default branch, bears the name.
import { isDict } from '../../analyze/manifest.ts';
import { tagsOf } from '../../analyze/versions.ts';
import type { Answer } from '../public-api.ts';

export interface ClaimInput {
  name: string;
  version: string;
  /** `repository.directory` of the manifest. */
  directory: string | undefined;
  defaultBranch: string;
  readFile: (ref: string, path: string) => Promise<Answer>;
  /** Paths of all files, or null where the host does not list them. */
  paths: string[] | null;
}
export interface ClaimResult {
  claims: boolean | null;
  reason?: string;
  bears?: string;
}

const MAX_MANIFESTS = 12;
const MAX_TAGS = 3;

/**
 * `gitHead` is never followed: hosts serve commits of a fork under the address of its origin, so a
 * commit id proves nothing about whose it is. Tags and branches are the repository's own.
 */
export async function readClaim(input: ClaimInput): Promise<ClaimResult> {
  const { name, version, defaultBranch } = input;
  const path = manifestPath(input.directory);
  if (path === null) return { claims: null, reason: 'its directory field is no path' };
  const first = await nameAt(input, defaultBranch, path);
  if (first.name === name) return { claims: true };
  if (first.failure !== undefined) return { claims: null, reason: first.failure };
  for (const tag of tagsOf(name, version).slice(0, MAX_TAGS)) {
    const tagged = await nameAt(input, `refs/tags/${tag}`, path);
    if (tagged.name === name) return { claims: true };
  }
  const elsewhere = await searchTree(input, path);
  if (elsewhere === true) return { claims: true };
  // A wrapper around a program of another language is often made when it is published.
  if (first.name === undefined) {
    return { claims: null, reason: 'no package.json was found where the package should be' };
  }
  if (elsewhere === false) return { claims: false, bears: first.name };
  // The root of a monorepo bears a name of its own and says nothing about what lies below.
  if (input.directory === undefined) {
    return { claims: null, reason: 'its files could not be listed to find the package in it' };
  }
  return { claims: false, bears: first.name };
}

/** True, false (every manifest was read and none bears it), or null (not all could be read). */
async function searchTree(input: ClaimInput, read: string): Promise<boolean | null> {
  if (input.paths === null) return null;
  const all = input.paths.filter(
    (file) =>
      /(^|\/)package\.json$/.test(file) && !/(^|\/)(node_modules|fixtures?|tests?)\//.test(file),
  );
  const manifests = all.filter((file) => file !== read);
  const base = input.name.replace(/^@[^/]+\//, '');
  const closeness = (file: string) => {
    const folder = file.split('/').at(-2) ?? '';
    return folder === base ? 0 : folder !== '' && base.includes(folder) ? 1 : 2;
  };
  manifests.sort((a, b) => closeness(a) - closeness(b) || (a < b ? -1 : 1));
  for (const file of manifests.slice(0, MAX_MANIFESTS)) {
    const found = await nameAt(input, input.defaultBranch, file);
    if (found.name === input.name) return true;
    if (found.failure !== undefined) return null;
  }
  return all.length === 0 || manifests.length > MAX_MANIFESTS ? null : false;
}

interface Named {
  name?: string;
  failure?: string;
}

async function nameAt(input: ClaimInput, ref: string, path: string): Promise<Named> {
  const answer = await input.readFile(ref, path);
  if (!answer.ok) return answer.isMissing ? {} : { failure: answer.reason };
  const { value } = answer;
  if (!isDict(value)) return {};
  return typeof value['name'] === 'string' ? { name: value['name'].slice(0, 214) } : {};
}

function manifestPath(directory: string | undefined): string | null {
  const parts = (directory ?? '').split('/').filter((part) => part !== '' && part !== '.');
  const isPath = parts.length <= 20 && parts.every((part) => /^[\w.@~ -]{1,100}$/.test(part));
  return isPath && !parts.includes('..') ? [...parts, 'package.json'].join('/') : null;
}
