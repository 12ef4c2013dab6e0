// A registry on loopback for what the real one cannot be made to show: faults, hostile answers, full packuments.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { pack } from './tar.ts';

export interface PublishedVersion {
  /** package.json; name and version included. */
  manifest: Record<string, unknown> & { name: string; version: string };
  /** Files besides package.json. */
  files?: Record<string, string | Buffer>;
  /** Served instead of the real tarball. */
  tarball?: Buffer;
  /** Stated instead of the real integrity. */
  integrity?: string;
  /** Merged into the packument's version object (deprecated, _npmUser, ...). */
  extra?: Record<string, unknown>;
}
export interface TestRegistry {
  url: string;
  /** Method and path of every request. */
  requests: string[];
  publish: (version: PublishedVersion) => void;
  /** Merged into a package's packument (time, maintainers, readme). */
  describe: (name: string, extra: Record<string, unknown>) => void;
  /** Answers before everything else; return true if handled. */
  intercept: (handler: (request: IncomingMessage, response: ServerResponse) => boolean) => void;
  close: () => Promise<void>;
}

export async function startRegistry(): Promise<TestRegistry> {
  const packages = new Map<string, Map<string, { version: PublishedVersion; tarball: Buffer }>>();
  const extras = new Map<string, Record<string, unknown>>();
  const requests: string[] = [];
  const handlers: ((request: IncomingMessage, response: ServerResponse) => boolean)[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').split('?')[0] ?? '/');
    requests.push(`${request.method} ${path}`);
    if (handlers.some((handler) => handler(request, response))) return;
    const tarballPath = /^\/(.+)\/-\/.+-(\d[^/]*)\.tgz$/.exec(path);
    if (tarballPath) {
      const entry = packages.get(tarballPath[1] ?? '')?.get(tarballPath[2] ?? '');
      if (!entry) return void send(response, 404, '{}');
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      return void Readable.from([entry.tarball]).pipe(response);
    }
    const versions = packages.get(path.slice(1));
    if (!versions) return void send(response, 404, '{"error":"not found"}');
    send(response, 200, JSON.stringify(packumentOf(path.slice(1), versions)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  function packumentOf(
    name: string,
    versions: Map<string, { version: PublishedVersion; tarball: Buffer }>,
  ): object {
    const entries = [...versions].map(([version, { version: published, tarball }]) => {
      const base = name.replace(/^@[^/]+\//, '');
      const integrity =
        published.integrity ?? `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
      const dist = { integrity, tarball: `${url}${name}/-/${base}-${version}.tgz` };
      return [
        version,
        { ...published.manifest, dist, _id: `${name}@${version}`, ...published.extra },
      ];
    });
    const latest = [...versions.keys()].at(-1);
    return {
      _id: name,
      name,
      'dist-tags': { latest },
      versions: Object.fromEntries(entries),
      ...extras.get(name),
    };
  }

  return {
    url,
    requests,
    publish(version) {
      const { name } = version.manifest;
      const files = { 'package.json': JSON.stringify(version.manifest), ...version.files };
      const tarball = version.tarball ?? gzipSync(pack(files));
      const versions = packages.get(name) ?? new Map();
      versions.set(version.manifest.version, { version, tarball });
      packages.set(name, versions);
    },
    describe: (name, extra) => void extras.set(name, extra),
    intercept: (handler) => void handlers.push(handler),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body);
}
