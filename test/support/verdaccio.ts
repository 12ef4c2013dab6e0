// A real registry server with a private scope and an uplink, in a folder of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface PrivateRegistry {
  url: string;
  /** Publishes as `npm publish` would. */
  publish: (manifest: { name: string; version: string }, tarball: Buffer) => Promise<void>;
  close: () => Promise<void>;
}

export async function startVerdaccio(uplink: string): Promise<PrivateRegistry> {
  const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-verdaccio-'));
  const { runServer } = createRequire(import.meta.url)('verdaccio') as {
    runServer: (config: object) => Promise<Server>;
  };
  const open = { access: '$all', publish: '$all', unpublish: '$all' };
  const server = await runServer({
    storage: path.join(dir, 'storage'),
    self_path: dir,
    uplinks: { public: { url: uplink, cache: false } },
    packages: { '@acme/*': open, '**': { ...open, proxy: 'public' } },
    logs: { type: 'stdout', format: 'json', level: 'fatal' },
    web: { enable: false },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    async publish(manifest, tarball) {
      const { createHash } = await import('node:crypto');
      const { name, version } = manifest;
      const file = `${name}-${version}.tgz`;
      const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
      const shasum = createHash('sha1').update(tarball).digest('hex');
      const dist = { integrity, shasum, tarball: `${url}${name}/-/${file}` };
      const body = {
        _id: name,
        name,
        'dist-tags': { latest: version },
        versions: { [version]: { ...manifest, _id: `${name}@${version}`, dist } },
        _attachments: {
          [file]: {
            content_type: 'application/octet-stream',
            data: tarball.toString('base64'),
            length: tarball.length,
          },
        },
      };
      const response = await fetch(`${url}${encodeURIComponent(name)}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`publish: ${response.status} ${await response.text()}`);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
