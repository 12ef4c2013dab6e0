// What plain git tells of a repository whose host has no interface, or whose interface is silent: that it is there, and its tags.
import { tagsOf } from '../../analyze/versions.ts';
import type { RepositoryClaim } from '../../analyze/repository-url.ts';
import { runGit, type GitAnswer, type GitRun } from '../git.ts';

export interface RemoteInput {
  claim: RepositoryClaim;
  /** `https://host`; tests put loopback or file addresses here. */
  base: string;
  name: string;
  version: string;
  timeoutMs: number;
  /** npm's connection settings; only its proxy is used. */
  fetchOptions: Record<string, unknown>;
  env: Record<string, string | undefined>;
  signal?: AbortSignal;
}
export interface RemoteRefs {
  headCommit?: string;
  defaultBranch?: string;
  /** The version's tag, or null where none of the usual names is one. */
  versionTag: string | null;
}
export type RemoteAnswer =
  | { state: 'found'; refs: RemoteRefs }
  | { state: 'missing' }
  | { state: 'unknown'; reason: string };

// HEAD and a handful of tags; the host filters, but need not.
const MAX_BYTES = 4_000_000;
const PROTOCOLS = ['https', 'http', 'file'];

/** One `git ls-remote`, of a host that is ours to name. */
export async function readRemote(input: RemoteInput): Promise<RemoteAnswer> {
  const url = addressOf(input);
  if (url === null) return { state: 'unknown', reason: 'git: its address is not one to ask' };
  const tags = tagsOf(input.name, input.version);
  const answer = await runGit({
    args: ['ls-remote', '--symref', '--', url, 'HEAD', ...tags.map((tag) => `refs/tags/${tag}`)],
    protocol: new URL(url).protocol.slice(0, -1),
    maxBytes: MAX_BYTES,
    timeoutMs: input.timeoutMs,
    ...proxyOf(input),
    ...(input.signal ? { signal: input.signal } : {}),
  });
  if (!answer.ok) return failureOf(answer);
  return { state: 'found', refs: refsOf(answer.stdout.toString('utf8'), tags) };
}

/** Owner and name are plain by the claim's grammar; parsing once more keeps it so. */
function addressOf({ claim, base }: RemoteInput): string | null {
  const suffix = claim.kind === 'sourcehut' ? '' : '.git';
  const text = `${base}${new URL(claim.url).pathname}${suffix}`;
  if (!URL.canParse(text)) return null;
  const { protocol, href } = new URL(text);
  return PROTOCOLS.includes(protocol.slice(0, -1)) ? href : null;
}

/** As npm's own client chooses them. */
function proxyOf({ fetchOptions, env }: RemoteInput): Pick<GitRun, 'proxy' | 'noProxy'> {
  const isText = (one: unknown): one is string => typeof one === 'string' && one !== '';
  const { httpsProxy, proxy, noProxy } = fetchOptions;
  const found = [httpsProxy, proxy, env['https_proxy'], env['HTTPS_PROXY']].find(isText);
  const except = [String(noProxy ?? ''), env['no_proxy'], env['NO_PROXY']].find(isText);
  return {
    ...(found === undefined ? {} : { proxy: found }),
    ...(except === undefined ? {} : { noProxy: except }),
  };
}

function refsOf(text: string, tags: readonly string[]): RemoteRefs {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const shas = new Map<string, string>();
  let defaultBranch: string | undefined;
  for (const [value = '', ref = ''] of lines) {
    const branch = /^ref: refs\/heads\/([\w./+-]{1,200})$/.exec(value)?.[1];
    if (ref === 'HEAD' && branch !== undefined) defaultBranch = branch;
    if (/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(value)) shas.set(ref, value);
  }
  const headCommit = shas.get('HEAD');
  return {
    ...(headCommit === undefined ? {} : { headCommit }),
    ...(defaultBranch === undefined ? {} : { defaultBranch }),
    versionTag: tags.find((tag) => shas.has(`refs/tags/${tag}`)) ?? null,
  };
}

const REASONS = {
  'no-git': 'git is not installed',
  'too-late': 'git: it took too long to answer',
  'too-large': 'git: its answer is larger than allowed',
};

/** Git has one exit code for everything; its words, in the C locale, tell the difference. */
function failureOf(answer: Extract<GitAnswer, { ok: false }>): RemoteAnswer {
  if (answer.why !== 'failed') return { state: 'unknown', reason: REASONS[answer.why] };
  const { stderr } = answer;
  if (/repository '[^']*' not found|does not appear to be a git repository/i.test(stderr)) {
    return { state: 'missing' };
  }
  // Hosts answer so for private repositories and for missing ones.
  if (/could not read Username|Authentication failed|terminal prompts disabled/i.test(stderr)) {
    return { state: 'unknown', reason: 'git: it asks who is asking' };
  }
  return { state: 'unknown', reason: 'git: it could not be reached' };
}
