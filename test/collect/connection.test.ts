// Registries whose connection is at fault, on loopback: a clear error, and no token to another host.
import { createServer as createPlainServer, type IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createAuthority } from '../../src/sandbox/isolation/x509.ts';
import { run } from '../support/run.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-connection-'));
const servers: { close: () => unknown }[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(dir, { recursive: true, force: true });
});

async function listening(server: Server | ReturnType<typeof createPlainServer>): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function vet(registry: string) {
  const argv = [
    'weather-mcp@1.0.0',
    '--json',
    '--registry',
    registry,
    '--cache',
    path.join(dir, 'c'),
  ];
  const { exitCode, stdout } = await run(argv, {
    env: { HOME: dir, PATH: process.env['PATH'] },
    cwd: dir,
  });
  return { exitCode, error: JSON.parse(stdout).error };
}

test('a certificate that nobody vouches for is exit 2, with the package and what to do', async () => {
  const authority = createAuthority(Date.now());
  const cert = authority.issue('127.0.0.1');
  const port = await listening(createServer({ key: authority.leafKeyPem, cert }));
  const { exitCode, error } = await vet(`https://127.0.0.1:${port}/`);
  expect(exitCode).toBe(2);
  expect(error).toMatchObject({
    code: 'tls',
    message: expect.stringContaining('weather-mcp'),
    hint: expect.stringContaining('cafile'),
  });
}, 30_000);

test('a redirect to another host gets no token', async () => {
  const seen: IncomingMessage['headers'][] = [];
  const other = await listening(
    createPlainServer(({ headers }, response) => {
      seen.push(headers);
      response.writeHead(404).end('{}');
    }),
  );
  const asked: (string | undefined)[] = [];
  const port = await listening(
    createPlainServer(({ headers }, response) => {
      asked.push(headers.authorization);
      response.writeHead(302, { location: `http://localhost:${other}/weather-mcp` }).end();
    }),
  );
  writeFileSync(path.join(dir, '.npmrc'), `//127.0.0.1:${port}/:_authToken=s3cr3t-of-this-host\n`);
  const { exitCode } = await vet(`http://127.0.0.1:${port}/`);
  expect(exitCode).toBe(2);
  expect(asked).toContain('Bearer s3cr3t-of-this-host');
  expect(JSON.stringify(seen)).not.toContain('s3cr3t');
}, 30_000);
