// What a client configuration gives away or hands over, server by server and all together.
import { describe, expect, test } from 'vitest';
import { launchOf } from '../../src/analyze/runner.ts';
import { remoteReason } from '../../src/analyze/elsewhere.ts';
import { serversOf } from '../../src/analyze/client-servers.ts';
import { judgeConfiguration } from '../../src/checks/across.ts';
import type { Report } from '../../src/types.ts';

const SECRET = 'q8Zr5Lx2Vb7Kd4Tn';

function findingsOf(entry: Record<string, unknown>, beside: Record<string, unknown> = {}) {
  const servers = serversOf({ mcpServers: { s: entry }, ...beside }, 'test', 'mcp.json') ?? [];
  const configured = servers.map((server) => ({ server, launch: launchOf(server) }));
  return judgeConfiguration({ servers: configured, floating: [] }, []);
}
const rules = (entry: Record<string, unknown>) => findingsOf(entry).map(({ ruleId }) => ruleId);
const npx = (...args: string[]) => ({ command: 'npx', args: ['-y', 'x@1.0.0', ...args] });

describe('secrets in plain text, wherever they stand', () => {
  test.each([
    [{ ...npx(), env: { API_KEY: SECRET } }, 'A variable API_KEY'],
    [{ url: 'https://mcp.example', headers: { Authorization: `Bearer ${SECRET}` } }, 'A header'],
    [npx('--token', SECRET), 'An argument --token'],
    [npx(`--api-key=${SECRET}`), 'An argument api-key'],
    [npx('--header', `Authorization: Bearer ${SECRET}`), 'An argument Authorization'],
    [npx(`postgres://me:${SECRET}@db.example/x`), 'An address password'],
    [{ url: `https://mcp.example/mcp?api_key=${SECRET}` }, 'An address api_key'],
    [
      { command: 'docker', args: ['run', '-e', `GH_TOKEN=${SECRET}`, 'x/y@sha256:aa'] },
      'An argument GH_TOKEN',
    ],
  ])('%j', (entry, message) => {
    const found = findingsOf(entry).filter(({ ruleId }) => ruleId === 'secret-in-configuration');
    expect(found).toHaveLength(1);
    expect(found[0]?.message).toContain(message);
    expect(JSON.stringify(found)).not.toContain(SECRET);
  });
  test.each([
    [
      {
        ...npx(),
        env: { API_KEY: '${input:key}', TOKEN: '<YOUR_TOKEN_HERE>', MAX_TOKENS: '4096' },
      },
    ],
    [npx('--header', 'Authorization: Bearer ${TOKEN}')],
    [npx('postgres://postgres:postgres@localhost/x')],
    [{ url: 'https://mcp.example/mcp?api_key=${input:key}' }],
    [{ ...npx(), env: { TOKEN_FILE: '/run/secrets/token', TOKEN_URL: 'https://id.example/t' } }],
    [{ command: 'docker', args: ['run', '-e', 'GH_TOKEN', `x/y@sha256:${'a'.repeat(64)}`] }],
  ])('none in %j', (entry) => expect(rules(entry)).toEqual([]));
});

describe('folders that hold everything', () => {
  test.each([
    [npx('/')],
    [npx('--root=/home/me')],
    [{ ...npx(), env: { ALLOWED_PATHS: '/srv/x:/Users/me' } }],
    [{ command: 'docker', args: ['run', '-v', '/:/host', `x/y@sha256:${'a'.repeat(64)}`] }],
    [
      {
        command: 'docker',
        args: ['run', '--mount', 'type=bind,src=/home/me,dst=/x', `x/y@sha256:${'a'.repeat(64)}`],
      },
    ],
  ])('%j', (entry) => expect(rules(entry)).toEqual(['wide-directory']));
  test.each([
    [npx('/home/me/project')],
    [{ ...npx(), env: { HOME: '/home/me' } }],
    [{ command: 'docker', args: ['run', '-v', '/home/me/x:/', `x/y@sha256:${'a'.repeat(64)}`] }],
  ])('not %j', (entry) => expect(rules(entry)).toEqual([]));
});

describe('the client asks for nothing', () => {
  test.each([
    [{ ...npx(), trust: true }, {}],
    [{ ...npx(), alwaysAllow: ['*'] }, {}],
    [npx(), { approval_policy: 'never' }],
    [npx(), { 'chat.tools.autoApprove': true }],
  ])('%j beside %j', (entry, beside) => {
    expect(findingsOf(entry, beside).map(({ ruleId }) => ruleId)).toEqual(['auto-approve-all']);
  });
  test('a list of tools is no blanket approval', () =>
    expect(rules({ ...npx(), autoApprove: ['read'] })).toEqual([]));
});

describe('shapes', () => {
  test('an entry that is no object does not vanish', () => {
    const [server] = serversOf({ mcpServers: { x: 'npx -y x' } }, 'test', 'mcp.json') ?? [];
    expect(server && launchOf(server)).toMatchObject({ kind: 'unsupported' });
  });
  test('remotes of a server.json are listed beside its packages', () => {
    const raw = {
      server: {
        name: 'example/x',
        packages: [{ registryType: 'npm', identifier: 'x', version: '1.0.0' }],
        remotes: [{ type: 'streamable-http', url: 'https://mcp.example/mcp' }],
      },
    };
    expect(serversOf(raw, 'server.json', 'server.json')?.map(launchOf)).toMatchObject([
      { kind: 'npm', specs: ['x@1.0.0'] },
      { kind: 'remote' },
    ]);
  });
});

test.each([
  ['https://mcp.sentry.dev/mcp', 'documented by Sentry, reached with TLS'],
  ['http://mcp.example/mcp?token=1', 'not known here, reached without TLS'],
  ['http://localhost:3000/mcp', 'already runs on this machine'],
  ['nonsense', 'cannot be read'],
])('what a URL tells: %s', (url, told) => expect(remoteReason(url)).toContain(told));

describe('private data, text of strangers and a way out in one session', () => {
  const report = (name: string, description: string, options: { network: boolean; file: string }) =>
    ({
      subject: {
        name,
        configuredAs: [{ client: 'c', server: name, file: options.file, spec: name }],
      },
      tools: [{ name: 'tool', description, inputSchema: {} }],
      capabilities: options.network
        ? { 'network-client': [{ package: name, file: 'x.js', line: 1 }] }
        : {},
      egress: { static: [] },
    }) as unknown as Report;
  const files = (file = 'a.json') =>
    report('files', 'Read the complete contents of a file', { network: false, file });
  const web = (file = 'a.json') =>
    report('web', 'Fetch a website, or submit a form', { network: true, file });
  const judge = (reports: Report[]) => judgeConfiguration({ servers: [], floating: [] }, reports);

  test('a reader of files beside a server of the web is one finding that says who does what', () => {
    expect(judge([files(), web()])).toMatchObject([
      {
        ruleId: 'exfiltration-chain-across-servers',
        message:
          'Private data can be read by files, text of strangers comes in through web, and data can leave through web',
      },
    ]);
  });
  test('two servers without network of their own are none', () =>
    expect(
      judge([files(), report('memory', 'Read notes', { network: false, file: 'a.json' })]),
    ).toEqual([]));
  test('servers of two clients do not meet', () =>
    expect(judge([files('a.json'), web('b.json')])).toEqual([]));
});
