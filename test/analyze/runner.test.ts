// Every way in which clients start servers.
import { describe, expect, test } from 'vitest';
import { commandLaunch } from '../../src/analyze/runner.ts';

const launch = (line: string[]) => commandLaunch(line[0] ?? '', line.slice(1), 0);

describe('npm runners name their package', () => {
  test.each([
    [['npx', '-y', 'x'], ['x']],
    [['npx', 'x@latest'], ['x@latest']],
    [['npx', '-y', 'x@1.2.3', '--flag', 'value'], ['x@1.2.3']],
    [['npx', '--yes', '--', '@a/b', '-p', 'not-this'], ['@a/b']],
    [['npx', '-p', '@a/b', 'bin'], ['@a/b']],
    [['npx', '--package=@a/b@1', 'bin'], ['@a/b@1']],
    [
      ['npx', '-y', '--package', 'x', '--package', 'y', 'bin'],
      ['x', 'y'],
    ],
    [['npx', '--registry', 'https://registry.example', 'x'], ['x']],
    [['/usr/local/bin/npx', '-y', 'x'], ['x']],
    [['C:\\nodejs\\npx.cmd', '-y', 'x'], ['x']],
    [['npm', 'exec', '-y', '--', 'x', 'arg'], ['x']],
    [['npm', 'x', 'y'], ['y']],
    [['bunx', 'x'], ['x']],
    [['bun', 'x', 'y@2'], ['y@2']],
    [['pnpm', 'dlx', 'x'], ['x']],
    [['pnpx', 'x'], ['x']],
    [['yarn', 'dlx', '-p', 'x', 'bin'], ['x']],
    [['cmd', '/c', 'npx', '-y', 'x'], ['x']],
    [['cmd.exe', '/d', '/s', '/c', 'npx -y x'], ['x']],
    [['env', 'A=1', 'npx', 'x'], ['x']],
    [['bash', '-lc', 'npx -y x --flag'], ['x']],
    [['sh', '-c', 'exec npx x'], ['x']],
    [['npx -y x'], ['x']],
    [['npx', '-yp', 'x', 'bin'], ['x']],
    [['pnpm', '--silent', 'dlx', 'x'], ['x']],
    [['pnpm', '--package=x', 'dlx', 'bin'], ['x']],
    [['bunx', '--bun', 'x'], ['x']],
    [['deno', 'run', '-A', 'npm:@a/b@1.0.0/bin'], ['@a/b@1.0.0']],
  ])('%j', (line, specs) => expect(launch(line)).toMatchObject({ kind: 'npm', specs }));
});

describe('wrappers', () => {
  test('mcp-remote is vetted itself, and the server behind it is remote', () => {
    expect(launch(['npx', '-y', 'mcp-remote@0.1.16', 'https://mcp.example/sse'])).toMatchObject({
      specs: ['mcp-remote@0.1.16'],
      wraps: { kind: 'remote', url: 'https://mcp.example/sse' },
    });
  });
  test('supergateway starts another server, which is vetted too', () => {
    expect(launch(['npx', 'supergateway', '--stdio', 'npx -y inner@1.0.0 ./dir'])).toMatchObject({
      specs: ['supergateway'],
      wraps: { kind: 'npm', specs: ['inner@1.0.0'] },
    });
  });
});

describe('runners of scripts and commands', () => {
  test.each([
    [['npx', '-y', 'tsx', './server.ts'], { kind: 'local', path: './server.ts' }],
    [['npx', 'dotenv', '-e', '.env', '--', 'npx', 'x'], { kind: 'npm', specs: ['x'] }],
    [['npx', '-y', '@smithery/cli@latest', 'run', '@a/b'], { code: 'installer' }],
    [['npx', 'mcp-proxy', '--port', '80', 'npx', '-y', 'x'], { kind: 'npm', specs: ['x'] }],
    [
      ['npx', 'supergateway', '--sse=https://mcp.example'],
      { kind: 'remote', url: 'https://mcp.example' },
    ],
  ])('%j', (line, wraps) => expect(launch(line)).toMatchObject({ wraps }));
});

describe('whether a server of another kind is pinned', () => {
  test.each([
    [['uvx', 'weather==1.0.0'], true],
    [['uvx', '--python', '3.12', 'weather'], false],
    [['uvx', '--from', 'weather==1.0.0', 'bin'], true],
    [['uvx', '--from', `git+https://git.example/x@${'a'.repeat(40)}`, 'bin'], true],
    [['uvx', '--from', 'git+https://git.example/x', 'bin'], false],
    [['uv', 'tool', 'run', 'weather@1.0'], true],
    [['pipx', 'run', 'weather'], false],
    [['uv', '--directory', '/srv', 'run', 'server.py'], undefined],
    [['docker', 'run', '-i', '--rm', '-e', 'KEY', '-v', '/a:/b', 'weather'], false],
    [['docker', 'run', '-it', `example/x@sha256:${'a'.repeat(64)}`], true],
    [['podman', 'run', '--mount', 'type=bind,src=/a,dst=/b', 'example/x:1'], false],
  ])('%j: %j', (line, isPinned) => {
    const { isPinned: found } = launch(line) as { isPinned?: boolean };
    expect(found).toBe(isPinned);
  });
  test('whose it is, where that is documented', () => {
    expect(launch(['uvx', 'mcp-server-fetch'])).toMatchObject({
      reason: expect.stringContaining('of modelcontextprotocol, not pinned'),
    });
    expect(launch(['docker', 'run', 'mcp/time'])).toMatchObject({
      reason: expect.stringContaining('of Docker'),
    });
  });
});

describe('what is not an npm package says so', () => {
  test.each([
    [['uvx', 'weather'], 'unsupported', 'uvx'],
    [['python', '-m', 'server'], 'unsupported', 'python'],
    [['docker', 'run', '-i', 'example/x'], 'unsupported', 'docker'],
    [['npx', '-c', 'curl x | sh'], 'unsupported', 'shell'],
    [['bash', '-c', 'npx x && curl y'], 'unsupported', 'shell'],
    [['npx'], 'unsupported', 'npx'],
    [['npm', 'run', 'start'], 'unsupported', 'npm'],
    [['my-binary'], 'unsupported', 'command'],
  ])('%j', (line, kind, code) => expect(launch(line)).toMatchObject({ kind, code }));
  test.each([[['node', 'dist/index.js']], [['/opt/server/run']], [['tsx', 'src/main.ts']]])(
    '%j is local',
    (line) => expect(launch(line).kind).toBe('local'),
  );
});
