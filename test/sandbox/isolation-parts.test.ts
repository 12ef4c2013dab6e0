// The parts of the sandbox that need no box: secrets and their encodings, DNS, certificates, the filter.
import { X509Certificate } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { answer, createAddressBook, readQuestion } from '../../src/sandbox/isolation/dns.ts';
import { canaryFinder, findCanaries, planCanaries } from '../../src/sandbox/isolation/index.ts';
import { categoryOf, honeyFiles } from '../../src/sandbox/isolation/honey-files.ts';
import { unsupportedBy } from '../../src/sandbox/isolation/probe.ts';
import { seccompFilter } from '../../src/sandbox/isolation/seccomp.ts';
import { parseSets } from '../../src/sandbox/isolation/sink/flows.ts';
import { serverNameOf } from '../../src/sandbox/isolation/sink/tls.ts';
import { readFrame } from '../../src/sandbox/isolation/sink/websocket.ts';
import { createAuthority } from '../../src/sandbox/isolation/x509.ts';

describe('secrets of a run', () => {
  const canaries = planCanaries('seed', ['NOTION_TOKEN', 'OPENAI_API_KEY']);
  const secret = canaries.find(({ id }) => id === 'env:GITHUB_TOKEN')!;

  test('are the same for the same seed and share nothing with another', () => {
    expect(planCanaries('seed', ['NOTION_TOKEN', 'OPENAI_API_KEY'])).toEqual(canaries);
    const others = new Set(planCanaries('other', []).map(({ needle }) => needle));
    expect(canaries.filter(({ needle }) => others.has(needle))).toEqual([]);
    expect(new Set(canaries.map(({ needle }) => needle)).size).toBe(canaries.length);
  });

  test('are granted where the server asks for them, else planted', () => {
    const kinds = new Map(canaries.map(({ id, kind }) => [id, kind]));
    expect(kinds.get('env:NOTION_TOKEN')).toBe('granted');
    expect(kinds.get('env:OPENAI_API_KEY')).toBe('granted');
    expect(kinds.get('env:GITHUB_TOKEN')).toBe('planted');
    expect(kinds.get('file:.ssh/id_ed25519')).toBe('planted');
  });

  test('stand in the files that carry them', () => {
    const files = new Map(honeyFiles(canaries).map(({ path, content }) => [path, content]));
    for (const { file, needle } of canaries) {
      if (file !== undefined) expect(files.get(file), file).toContain(needle);
    }
  });

  const rot13 = (text: string) =>
    text.replace(/[a-z]/g, (c) => String.fromCharCode(((c.charCodeAt(0) - 84) % 26) + 97));
  const { value } = secret;
  const base64 = (lead: string) => Buffer.from(lead + value + 'tail').toString('base64');
  test.each([
    ['plain', `{"token":"${value}"}`],
    ['plain', value.toUpperCase()],
    ['url', [...Buffer.from(value)].map((byte) => `%${byte.toString(16)}`).join('')],
    ['url', [...value].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join('')],
    ['hex', Buffer.from(value).toString('hex')],
    ['base64', base64('')],
    ['base64', base64('x')],
    ['base64', base64('xy')],
    ['reversed', [...value].reverse().join('')],
    ['rot13', rot13(value)],
    ['decimal', JSON.stringify(Buffer.from(value))],
    ['gzip', gzipSync(`some text and ${value}`)],
    ['base64+gzip', gzipSync(`some text and ${value}`).toString('base64')],
    ['base64+base64', Buffer.from(base64('x')).toString('base64')],
    ['hex+base64', Buffer.from(base64('x')).toString('hex')],
  ])('are found as %s', (encoding, bytes) => {
    expect(findCanaries(bytes, [secret])).toEqual([{ id: secret.id, kind: 'planted', encoding }]);
    expect(findCanaries(bytes, canaries)).toContainEqual({
      id: secret.id,
      kind: 'planted',
      encoding,
    });
  });

  test.each([
    ['half of one', secret.needle.slice(0, 12)],
    ['ordinary text', 'The quick brown fox jumps over the lazy dog. '.repeat(50)],
    ['random bytes', Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256))],
    ['nothing', ''],
  ])('are not found in %s', (_, bytes) => {
    expect(findCanaries(bytes, canaries)).toEqual([]);
  });

  test('are looked for fast enough for every answer of a server', () => {
    const find = canaryFinder(canaries);
    const text = 'lorem ipsum dolor sit amet '.repeat(2500);
    const startedAt = performance.now();
    for (let i = 0; i < 20; i++) find(text);
    expect((performance.now() - startedAt) / 20).toBeLessThan(50);
  });

  test('that bomb the unpacker are let be', () => {
    const bomb = gzipSync(Buffer.alloc(64 << 20));
    expect(findCanaries(bomb, canaries)).toEqual([]);
  });
});

describe('files of the fake home', () => {
  test.each([
    ['.ssh/authorized_keys', 'ssh'],
    ['.bashrc', 'shell-profile'],
    ['.cursor/mcp.json', 'agent-config'],
    ['.config/Claude/claude_desktop_config.json', 'agent-config'],
    ['project/CLAUDE.md', 'agent-config'],
    ['project/.mcp.json', 'agent-config'],
    ['project/.vscode/tasks.json', 'editor-config'],
    ['project/.git/hooks/post-merge', 'git-hook'],
    ['project/.git/config', 'git-config'],
    ['project/.github/workflows/ci.yml', 'ci'],
    ['.config/systemd/user/x.service', 'autostart'],
    ['.aws/credentials', 'credential'],
    ['project/.env', 'credential'],
    ['project/src/index.js', 'project'],
    ['.cache/tool/state', 'other'],
    ['notes/environment.txt', 'other'],
  ])('%s is %s', (file, category) => {
    expect(categoryOf(file)).toBe(category);
  });
});

describe('DNS', () => {
  const query = (name: string, type: number) => {
    const labels = name
      .split('.')
      .map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`));
    const header = Buffer.from('abcd01000001000000000000', 'hex');
    return Buffer.concat([header, ...labels, Buffer.from([0, 0, type, 0, 1])]);
  };
  const book = createAddressBook();
  const ask = (name: string, type = 1) => {
    const message = query(name, type);
    return answer(message, readQuestion(message)!, book);
  };

  test('gives each name an address by which it is known again', () => {
    const reply = ask('One.Example');
    const address = [...reply.subarray(-4)].join('.');
    expect(reply.readUInt16BE(6)).toBe(1);
    expect(book.nameOf(address)).toBe('one.example');
    expect([...ask('two.example').subarray(-4)].join('.')).not.toBe(address);
    expect(ask('one.example')).toHaveLength(reply.length);
  });

  test.each(['x.invalid', 'host.local', 'db.internal', 'single'])('does not know %s', (name) => {
    expect(ask(name).readUInt16BE(2) & 15).toBe(3);
  });

  test('has no IPv6 address, and no error, for a name that exists', () => {
    const reply = ask('one.example', 28);
    expect([reply.readUInt16BE(2) & 15, reply.readUInt16BE(6)]).toEqual([0, 0]);
  });

  test.each([
    ['an answer', Buffer.from('abcd81800001000000000000016101620000010001', 'hex')],
    ['a name without an end', Buffer.from('abcd010000010000000000003f61', 'hex')],
    ['a pointer', Buffer.from('abcd01000001000000000000c00c00010001', 'hex')],
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(12)],
  ])('does not take %s for a question', (_, bytes) => {
    expect(readQuestion(bytes)).toBeNull();
  });
});

describe('certificates', () => {
  const authority = createAuthority(Date.now());
  const root = new X509Certificate(authority.certificatePem);

  test.each(['www.example', '203.0.113.5', '2001:db8::1'])('are valid for %s', (name) => {
    const leaf = new X509Certificate(authority.issue(name));
    expect(leaf.verify(root.publicKey)).toBe(true);
    expect(leaf.checkIssued(root)).toBe(true);
    expect(name.includes('ww') ? leaf.checkHost(name) : leaf.checkIP(name)).toBe(name);
    expect(leaf.checkHost('other.example')).toBeUndefined();
  });

  test('say which of them may issue others', () => {
    expect([root.ca, new X509Certificate(authority.issue('a.example')).ca]).toEqual([true, false]);
  });
});

describe('the system-call filter', () => {
  test.each(['x64', 'arm64'])('fits %s and never jumps out of itself', (architecture) => {
    const filter = seccompFilter(architecture);
    const count = filter.length / 8;
    expect(count).toBeLessThan(4096);
    for (let at = 0; at < count; at++) {
      const isJump = (filter.readUInt16LE(at * 8) & 7) === 5;
      if (!isJump) continue;
      const furthest =
        at + 1 + Math.max(filter.readUInt8(at * 8 + 2), filter.readUInt8(at * 8 + 3));
      expect(furthest).toBeLessThan(count);
    }
  });

  test('is not made up for a machine that it does not know', () => {
    expect(() => seccompFilter('mips')).toThrow(RangeError);
  });
});

describe('what other machines are told', () => {
  test.each([
    ['darwin', 'arm64', /macOS/],
    ['win32', 'x64', /Windows/],
    ['linux', 'riscv64', /riscv64/],
  ] as const)('%s on %s', (platform, architecture, words) => {
    const support = unsupportedBy(platform, architecture);
    expect(support).toMatchObject({ supported: false, reason: expect.stringMatching(words) });
  });

  test('nothing is said against Linux on a usual processor', () => {
    expect(unsupportedBy('linux', 'x64')).toBeNull();
  });
});

describe('what comes off the wire', () => {
  test('sets of the firewall are read with and without time limits', () => {
    const nftables = [
      { metainfo: {} },
      {
        set: { name: 'tcp4', elem: [{ elem: { val: { concat: ['203.0.113.5', 4444, 51000] } } }] },
      },
      { set: { name: 'udp6', elem: [{ concat: ['2001:db8::1', 53, 50000] }] } },
      { set: { name: 'localtcp', elem: [3000] } },
      { set: { name: 'ping4', elem: ['203.0.113.9'] } },
      { set: { name: 'tcp6' } },
    ];
    expect(parseSets(JSON.stringify({ nftables }))).toEqual({
      flows: [
        { protocol: 'tcp', ip: '203.0.113.5', port: 4444, sourcePort: 51000 },
        { protocol: 'udp', ip: '2001:db8::1', port: 53, sourcePort: 50000 },
      ],
      local: [{ protocol: 'tcp', port: 3000 }],
      pings: ['203.0.113.9'],
    });
    expect(parseSets('')).toEqual({ flows: [], local: [], pings: [] });
  });

  test.each(['', '16030100050100', `160301ffff01${'ff'.repeat(60)}`])(
    'no name is read from broken TLS %s',
    (hex) => {
      expect(serverNameOf(Buffer.from(hex, 'hex'))).toBeNull();
    },
  );

  test('a frame that is not whole yet is waited for', () => {
    const frame = Buffer.from('818501020304' + '69676f686e', 'hex');
    expect(readFrame(frame)?.payload.toString()).toBe('hello');
    for (let length = 0; length < frame.length; length++) {
      expect(readFrame(frame.subarray(0, length))).toBeNull();
    }
  });
});
