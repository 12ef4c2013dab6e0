// Loopback servers that speak as npm's bulk endpoint and the OSV API do.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import semver from 'semver';

export interface Loopback {
  url: string;
  requests: { method: string; url: string; body: unknown; headers: IncomingMessage['headers'] }[];
  close: () => Promise<void>;
}
export type Answer = (request: Loopback['requests'][number], response: ServerResponse) => void;

export async function serve(answer: Answer): Promise<Loopback> {
  const requests: Loopback['requests'] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const isGzip = request.headers['content-encoding'] === 'gzip';
      const text = (isGzip ? gunzipSync(raw) : raw).toString('utf8');
      const seen = {
        method: request.method ?? '',
        url: request.url ?? '',
        body: text === '' ? null : (JSON.parse(text) as unknown),
        headers: request.headers,
      };
      requests.push(seen);
      answer(seen, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

export interface BulkAdvisory {
  id: number;
  url: string;
  title: string;
  severity: string;
  vulnerable_versions: string;
  cwe: string[];
  cvss: { score: number; vectorString: string | null };
}

/** npm's endpoint over a table of advisories: what applies to one of the versions that were asked for. */
export const bulkEndpoint =
  (table: Record<string, BulkAdvisory[]>): Answer =>
  ({ url, method, body }, response) => {
    if (method !== 'POST' || url !== '/-/npm/v1/security/advisories/bulk') {
      json(response, {}, 404);
      return;
    }
    const found = Object.entries(body as Record<string, string[]>).flatMap(([name, versions]) => {
      const rows = (table[name] ?? []).filter(({ vulnerable_versions: range }) =>
        versions.some((v) => semver.satisfies(v, range, { includePrerelease: true, loose: true })),
      );
      return rows.length > 0 ? [[name, rows] as const] : [];
    });
    json(response, Object.fromEntries(found));
  };

/** OSV's batch query and record endpoints over a set of records; `pageSize` ids an answer. */
export const osvEndpoint =
  (records: { id: string; affected: { package: { name: string } }[] }[], pageSize = 1000): Answer =>
  ({ url, body }, response) => {
    if (url === '/v1/querybatch') {
      const { queries } = body as { queries: { package: { name: string }; page_token?: string }[] };
      const results = queries.map((query) => {
        const ids = records
          .filter(({ affected }) => affected.some((a) => a.package.name === query.package.name))
          .map(({ id }) => ({ id, modified: '2026-01-01T00:00:00Z' }));
        const at = Number(query.page_token ?? 0);
        const vulns = ids.slice(at, at + pageSize);
        if (vulns.length === 0) return {};
        const more = at + pageSize < ids.length;
        return { vulns, ...(more ? { next_page_token: String(at + pageSize) } : {}) };
      });
      json(response, { results });
      return;
    }
    const record = records.find(({ id }) => url === `/v1/vulns/${id}`);
    if (record) json(response, record);
    else json(response, { code: 5, message: 'Bug not found.' }, 404);
  };
