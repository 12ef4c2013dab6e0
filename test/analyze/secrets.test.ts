// A configured server is started without its secrets, and with everything else.
import { expect, test } from 'vitest';
import { startWithoutSecrets } from '../../src/analyze/secrets.ts';

test('secrets are replaced wherever they stand, and the rest is kept', () => {
  const token = `ghp_${'a1B2'.repeat(9)}`;
  const start = startWithoutSecrets(
    ['--api-key', 'Zx81-quite-secret', `--auth=${token}`, token, 'postgres://me:pw@db.example/app'],
    { GITHUB_TOKEN: token, ODD: `key ${token}`, SERVICE_PASSWORD: 'correct-horse-1' },
  );
  expect(start.args).toEqual([
    '--api-key',
    'configured-secret',
    '--auth=configured-secret',
    'configured-secret',
    'postgres://configured-secret@db.example/app',
  ]);
  expect(new Set(Object.values(start.env))).toEqual(new Set(['configured-secret']));
});

test('headers, variables of containers and queries of addresses hold secrets too', () => {
  const args = [
    '--header',
    'Authorization: Bearer Zx81QuiteSecret',
    '-e',
    'API_KEY=Zx81QuiteSecret',
    'https://mcp.example/mcp?api_key=Zx81QuiteSecret&page=2',
  ];
  expect(startWithoutSecrets(args, {}).args).toEqual([
    '--header',
    'Authorization: configured-secret',
    '-e',
    'API_KEY=configured-secret',
    'https://mcp.example/mcp?api_key=configured-secret&page=2',
  ]);
});

test('what is no secret stays as it is', () => {
  const args = [
    '/srv/project',
    '--transport',
    'stdio',
    '--api-key',
    '${input:key}',
    'https://a.example/x@y',
  ];
  const env = { LOG_LEVEL: 'debug', TOKEN_FILE: './token.txt' };
  expect(startWithoutSecrets(args, env)).toEqual({ args, env });
});
