// A code host on loopback that speaks git alone: repositories of a folder, through git's own http-backend.
import { execFileSync, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

export interface GitServer {
  url: string;
  /** Paths asked for. */
  requests: string[];
  /** Answers before git does; return true if handled. */
  intercept: (handler: (request: IncomingMessage, response: ServerResponse) => boolean) => void;
  close: () => Promise<void>;
}

const ENV = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

/** A bare repository `owner/name.git` with one commit and these tags. */
export function makeRepository(root: string, name: string, tags: string[]): string {
  const folder = path.join(root, name);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, ...args], { env: ENV, encoding: 'utf8' }).trim();
  execFileSync('git', ['init', '--quiet', '--bare', '-b', 'main', folder], { env: ENV });
  const tree = git('hash-object', '-w', '-t', 'tree', '/dev/null');
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@mail.example'];
  const commit = git(...who, 'commit-tree', tree, '-m', 'first');
  git('update-ref', 'refs/heads/main', commit);
  for (const tag of tags) git('update-ref', `refs/tags/${tag}`, commit);
  return commit;
}

export async function startGitServer(root: string): Promise<GitServer> {
  const requests: string[] = [];
  const handlers: ((request: IncomingMessage, response: ServerResponse) => boolean)[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (!handlers.some((handler) => handler(request, response))) serve(root, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    intercept: (handler) => void handlers.push(handler),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://loopback.test');
  const child = spawn('git', ['http-backend'], {
    env: {
      ...ENV,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
    },
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    const all = Buffer.concat(chunks);
    const end = all.indexOf('\r\n\r\n');
    const head = all.subarray(0, Math.max(end, 0)).toString('latin1').split('\r\n');
    const headers = head.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]);
    const status = headers.find(([key]) => key === 'Status')?.[1] ?? '200';
    const rest = headers.filter(([key]) => key !== 'Status' && key !== '');
    response.writeHead(Number.parseInt(status, 10), Object.fromEntries(rest));
    response.end(all.subarray(end + 4));
  });
}
