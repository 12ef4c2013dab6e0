// The published files against a checkout that the user has (--repo): what is in both, built, or only published.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { compareWithCheckout } from '../analyze/checkout.ts';
import { tagsOf } from '../analyze/versions.ts';
import type { Fact, PackageAnalysis, RepoComparisonFact } from '../types.ts';
import { runGit } from './git.ts';

export interface CheckoutInput {
  path: string;
  cwd: string;
  analysis: PackageAnalysis;
  name: string;
  version: string;
  /** `repository.directory` of the manifest. */
  directory: string | undefined;
  gitHead: string | undefined;
}

const TIMEOUT_MS = 15_000;
const MAX_OUTPUT = 32_000_000;
const MAX_FILES = 20_000;
const MAX_FILE_BYTES = 5_000_000;

/**
 * Reads objects of the repository only, at the version's tag or commit: no checkout, no hooks, no
 * filters, no configuration of the repository that could start a program.
 */
export async function collectCheckout(input: CheckoutInput): Promise<Fact<RepoComparisonFact>> {
  const repo = path.resolve(input.cwd, input.path);
  const ref = await refOf(repo, input);
  if (ref === null) {
    return {
      known: false,
      reason: 'the checkout (--repo) is no git repository that can be read',
    };
  }
  const listing = await git(repo, ['ls-tree', '-r', '-z', '--full-tree', ref.commit]);
  if (listing === null) return { known: false, reason: 'the checkout (--repo) could not be read' };
  const blobs = blobsOf(listing.toString('utf8'));
  if (blobs.size > MAX_FILES) return { known: false, reason: 'the checkout (--repo) is too large' };
  const root = await packageRoot(repo, blobs, input);
  if (root === null) {
    return { known: false, reason: `the checkout (--repo) has no package.json of this package` };
  }
  const files = new Map(
    [...blobs].flatMap(([file, id]) =>
      file.startsWith(root) ? [[file.slice(root.length), id] as const] : [],
    ),
  );
  const hashes = await hashesOf(repo, files, Object.keys(input.analysis.hashes));
  const minified = new Set(
    input.analysis.readability.files
      .filter(({ verdict }) => verdict === 'minified')
      .map(({ file }) => file),
  );
  const value = compareWithCheckout(input.analysis.hashes, {
    paths: new Set(files.keys()),
    hashes,
    minified,
  });
  return { known: true, value: { ...value, ref: ref.name }, from: 'the checkout given (--repo)' };
}

async function refOf(
  repo: string,
  { name, version, gitHead }: CheckoutInput,
): Promise<{ name: string; commit: string } | null> {
  const candidates = tagsOf(name, version).map((tag) => ({ name: tag, ref: `refs/tags/${tag}` }));
  if (gitHead !== undefined && /^[0-9a-f]{40}$/.test(gitHead)) {
    candidates.push({ name: gitHead, ref: gitHead });
  }
  // The best that is left; rules say less about it.
  candidates.push({ name: 'HEAD', ref: 'HEAD' });
  for (const candidate of candidates) {
    const found = await git(repo, [
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${candidate.ref}^{commit}`,
    ]);
    const commit = found?.toString('utf8').trim() ?? '';
    if (/^[0-9a-f]{40,64}$/.test(commit)) return { name: candidate.name, commit };
  }
  return null;
}

/** Path (of the repository) by path, blobs only: links and submodules are no published files. */
function blobsOf(listing: string): Map<string, string> {
  const blobs = new Map<string, string>();
  for (const entry of listing.split('\0')) {
    const match = /^100\d{3} blob ([0-9a-f]{40,64})\t([\s\S]+)$/.exec(entry);
    if (match?.[1] && match[2]) blobs.set(match[2], match[1]);
  }
  return blobs;
}

/** The folder, '' or ending in a slash, whose package.json bears the name. */
async function packageRoot(
  repo: string,
  blobs: Map<string, string>,
  { directory, name }: CheckoutInput,
): Promise<string | null> {
  const given = directory?.replace(/^\.?\/+|\/+$/g, '');
  const all = [...blobs.keys()].filter((file) => /(^|\/)package\.json$/.test(file)).sort();
  const first = given ? `${given}/package.json` : 'package.json';
  for (const file of [first, ...all.slice(0, 200)]) {
    const id = blobs.get(file);
    if (id === undefined) continue;
    const text = await blob(repo, id);
    if (text && nameIn(text) === name) return file.slice(0, -'package.json'.length);
  }
  return null;
}

function nameIn(text: Buffer): unknown {
  try {
    const json: unknown = JSON.parse(text.toString('utf8'));
    return typeof json === 'object' && json !== null ? Reflect.get(json, 'name') : undefined;
  } catch {
    return undefined;
  }
}

/** sha256 of the files that both sides have; line ends as in the repository. */
async function hashesOf(
  repo: string,
  files: ReadonlyMap<string, string>,
  published: readonly string[],
): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for (const file of published.slice(0, MAX_FILES)) {
    const id = files.get(file);
    const content = id === undefined ? null : await blob(repo, id);
    if (content) hashes.set(file, createHash('sha256').update(content).digest('hex'));
  }
  return hashes;
}

function blob(repo: string, id: string): Promise<Buffer | null> {
  return git(repo, ['cat-file', 'blob', id], MAX_FILE_BYTES);
}

/** Null where git fails, is missing, or answers with more than allowed. */
async function git(repo: string, args: string[], maxBytes = MAX_OUTPUT): Promise<Buffer | null> {
  const answer = await runGit({ args, repo, maxBytes, timeoutMs: TIMEOUT_MS });
  return answer.ok ? answer.stdout : null;
}
