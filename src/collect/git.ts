// Runs git so that neither this machine's configuration nor a repository's has a say: no prompts, no helpers, no hooks.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import path from 'node:path';
import type { Readable } from 'node:stream';

export interface GitRun {
  /** Arguments after the options that harden; options of the command end with `--` or `--end-of-options`. */
  args: string[];
  /** The repository to read; without one, git sees none, wherever it is started. */
  repo?: string;
  /** The one protocol that may be spoken, for example 'https'; none by default. */
  protocol?: string;
  /** Address of a proxy; it may hold a password and is never an argument. */
  proxy?: string;
  /** Hosts that are reached without it, with commas between. */
  noProxy?: string;
  maxBytes: number;
  timeoutMs: number;
  signal?: AbortSignal;
}
export type GitAnswer = { ok: true; stdout: Buffer } | Failure;
interface Failure {
  ok: false;
  why: 'no-git' | 'too-late' | 'too-large' | 'failed';
  stderr: string;
}
type Child = ChildProcessByStdio<null, Readable, Readable>;

const MAX_STDERR = 10_000;
// Where git looks for nothing: neither .netrc nor a configuration.
const NOWHERE = '/nonexistent';
const SAFE = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.askPass=',
  'credential.helper=',
  // A host that sends git elsewhere is not the host that was asked.
  'http.followRedirects=false',
  'protocol.allow=never',
];

/** Never throws: git that is missing or fails is an answer. */
export function runGit(run: GitRun): Promise<GitAnswer> {
  const allowed = run.protocol === undefined ? [] : [`protocol.${run.protocol}.allow=always`];
  const place = run.repo === undefined ? [] : ['-C', run.repo];
  const config = [...SAFE, ...allowed].flatMap((entry) => ['-c', entry]);
  const child = spawn(
    'git',
    ['--no-pager', '--no-replace-objects', ...config, ...place, ...run.args],
    {
      cwd: path.parse(process.cwd()).root,
      env: environmentOf(run),
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its helper for https must end with it.
      detached: process.platform !== 'win32',
      windowsHide: true,
    },
  );
  return answerOf(child, run);
}

function answerOf(child: Child, { maxBytes, timeoutMs, signal }: GitRun): Promise<GitAnswer> {
  const chunks: Buffer[] = [];
  let [bytes, stderr] = [0, ''];
  let why: Failure['why'] = 'failed';
  const end = (reason: typeof why) => {
    why = reason;
    kill(child.pid);
  };
  const onAbort = () => end('too-late');
  const timer = setTimeout(onAbort, timeoutMs);
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) end('too-large');
    else chunks.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    if (stderr.length < MAX_STDERR) stderr += chunk.toString('utf8');
  });
  return new Promise((resolve) => {
    const finish = (answer: GitAnswer) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve(answer);
    };
    child.on('error', (error) => {
      const isMissing = Reflect.get(error, 'code') === 'ENOENT';
      finish({ ok: false, why: isMissing ? 'no-git' : 'failed', stderr: '' });
    });
    child.on('close', (code) => {
      const isWhole = code === 0 && why === 'failed';
      finish(isWhole ? { ok: true, stdout: Buffer.concat(chunks) } : { ok: false, why, stderr });
    });
  });
}

function environmentOf({ repo, proxy, noProxy }: GitRun): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    ...(process.env['SystemRoot'] === undefined ? {} : { SystemRoot: process.env['SystemRoot'] }),
    HOME: NOWHERE,
    XDG_CONFIG_HOME: NOWHERE,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    // A partial clone would fetch what is missing, from wherever its configuration says.
    GIT_NO_LAZY_FETCH: '1',
    LC_ALL: 'C',
    // Without it git would read the configuration of a repository around the working folder.
    ...(repo === undefined ? { GIT_DIR: path.join(NOWHERE, '.git') } : {}),
    ...(proxy === undefined ? {} : { https_proxy: proxy, http_proxy: proxy }),
    ...(noProxy === undefined ? {} : { no_proxy: noProxy }),
  };
}

/** The whole group, so that nothing goes on talking to the network. */
function kill(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
