// Rules about capabilities and static egress: each with what it reports and a near benign twin.
import { describe, expect, test } from 'vitest';
import { rules as egressRules } from '../../src/checks/network-egress/index.ts';
import { capabilitiesRules } from '../../src/checks/permission-review/capabilities.ts';
import { hostData } from '../../src/analyze/source/hosts.ts';
import { toManifest } from '../../src/analyze/manifest.ts';
import type { CapabilityHit, HostHit, PackageAnalysis, SourceFact } from '../../src/types.ts';
import { analysisOf, evidenceOf, known } from '../support/evidence.ts';

function findingsOf(
  ruleId: string,
  subject: Partial<PackageAnalysis>,
  more: Partial<SourceFact> = {},
) {
  const rule = [...capabilitiesRules, ...egressRules].find(({ id }) => id === ruleId);
  if (!rule) throw new Error(`no rule ${ruleId}`);
  const source: SourceFact = {
    subject: analysisOf(subject),
    dependencies: {},
    reachedNodes: [''],
    unread: [],
    stated: {
      functions: ['services'],
      expectedCapabilities: ['network-client'],
      expectedHosts: ['api.weather.example'],
    },
    ...more,
  };
  return rule.apply(evidenceOf({ facts: { source: known(source) } })).findings;
}
const severities = (...args: Parameters<typeof findingsOf>) =>
  findingsOf(...args).map(({ severity }) => severity);
const can = (more: Partial<CapabilityHit> = {}): Partial<PackageAnalysis> => ({
  capabilities: [
    {
      capability: 'process-spawn',
      file: 'a.js',
      line: 3,
      detail: 'child_process.spawn',
      reached: 'entry',
      ...more,
    },
  ],
});
const host = (url: string, more: Partial<HostHit> = {}): Partial<PackageAnalysis> => ({
  hosts: [
    {
      host: new URL(url).hostname,
      url,
      file: 'a.js',
      line: 1,
      reached: 'entry',
      isContacted: true,
      ...more,
    },
  ],
});

describe('unexplained-capability', () => {
  test('a program that a tool is called by is explained, what one could do with it is not', () => {
    const detail = '$ ping -c 3 ${}';
    const tool = {
      name: 'ping_device',
      description: 'Is it there?',
      parameters: [],
      annotations: {},
    };
    const surface = {
      ...analysisOf().surface,
      tools: [{ ...analysisOf().surface.tools[0], ...tool }],
    };
    const told = { ...can({ detail }), surface } as Partial<PackageAnalysis>;
    expect(severities('unexplained-capability', told)).toEqual([]);
    expect(severities('unexplained-capability', can({ detail }))).toEqual(['moderate']);
    const shell = { ...told, ...can({ detail: '$ bash -c ${}' }) };
    expect(severities('unexplained-capability', shell)).toEqual(['moderate']);
  });
  test('the name of an agent’s file is a hint only where the server can open no file', () => {
    const named = can({ capability: 'agent-config', detail: '.claude' }).capabilities ?? [];
    const reads = can({ capability: 'file-read', detail: 'fs.readFile' }).capabilities ?? [];
    const weights = (capabilities: CapabilityHit[]) =>
      severities('unexplained-capability', { capabilities });
    expect(weights(named)).toEqual(['low']);
    expect(weights([...named, ...reads])).toContain('moderate');
  });

  test('nor more where only other files of it open any: a table of clients whose text is printed', () => {
    const named =
      can({ capability: 'agent-config', detail: '.claude', file: 'b.js' }).capabilities ?? [];
    const reads = (file: string) =>
      can({ capability: 'file-read', detail: 'fs.readFile', file }).capabilities ?? [];
    const weigh = (file: string) =>
      findingsOf('unexplained-capability', { capabilities: [...named, ...reads(file)] })
        .filter(({ message }) => message.includes('agents'))
        .map(({ severity }) => severity);
    expect(weigh('a.js')).toEqual(['low']);
    expect(weigh('b.js')).toEqual(['moderate']);
  });

  test('what a command of the user writes there after asking is a hint', () => {
    const reads = can({ capability: 'file-write', detail: 'fs.writeFile' }).capabilities ?? [];
    const named = can({ capability: 'agent-config', detail: '.mcp.json' }).capabilities ?? [];
    const write = (severity: 'low' | 'high') =>
      findingsOf('unexplained-capability', {
        capabilities: [...named, ...reads],
        threats: [
          {
            ...{ ruleId: 'agent-config-write', severity, confidence: 'medium', message: '' },
            ...{ file: 'a.js', line: 9, reached: 'entry', excerpt: '' },
          },
        ],
      })
        .filter(({ message }) => message.includes('agents'))
        .map((finding) => finding.severity);
    expect(write('low')).toEqual(['low']);
    expect(write('high')).toEqual(['moderate']);
  });

  test('is a warning for the server’s own code, a hint for what a bundle took from others', () => {
    const wallet = { capability: 'wallet', detail: 'window.ethereum' } as const;
    expect(severities('unexplained-capability', can(wallet))).toEqual(['moderate']);
    const ofOthers = can({ ...wallet, isOfOthers: true });
    expect(severities('unexplained-capability', ofOthers)).toEqual(['low']);
  });
  test.each([
    '$ openssl x509 -noout -dates',
    '$ crontab -l',
    '$ systemctl status',
    'scutil --proxy',
  ])('a command that only reads is ordinary: %s', (detail) =>
    expect(severities('unexplained-capability', can({ detail }))).toEqual([]),
  );
  test.each([
    '$ openssl s_client -connect',
    '$ crontab -',
    '$ systemctl enable',
    'scutil --set HostName x',
  ])('and not %s', (detail) =>
    expect(severities('unexplained-capability', can({ detail }))).toEqual(['moderate']),
  );
  test('a weather server that starts processes', () => {
    expect(findingsOf('unexplained-capability', can())).toMatchObject([
      {
        severity: 'moderate',
        location: 'a.js:3',
        message: expect.stringContaining('starts processes'),
      },
    ]);
  });
  test.each<[string, Partial<PackageAnalysis>, Partial<SourceFact>]>([
    [
      'a shell server that does',
      can(),
      {
        stated: {
          functions: ['commands'],
          expectedCapabilities: ['process-spawn'],
          expectedHosts: [],
        },
      },
    ],
    ['code that nothing reaches', can({ reached: 'none' }), {}],
    ['opening a browser', can({ detail: 'open' }), {}],
    ['looking for a program', can({ detail: 'which chrome' }), {}],
    ['asking git', can({ detail: 'git diff --stat ${}' }), {}],
    ['a script of its own', can({ detail: '/bin/sh preinstall.sh' }), {}],
    ['a dependency that does', {}, { dependencies: { b: analysisOf(can()) } }],
  ])('but not %s', (_, subject, more) => {
    expect(findingsOf('unexplained-capability', subject, more)).toEqual([]);
  });
  test('weighs less in a bundle, where it may be any library', () => {
    const files = [{ file: 'a.js', verdict: 'minified' as const, reason: '' }];
    const readability = { verdict: 'minified' as const, share: 1, files };
    expect(severities('unexplained-capability', { ...can(), readability })).toEqual(['low']);
  });
});

describe('unparsed-file', () => {
  const files = (isReached: boolean) => ({
    files: {
      total: 1,
      bytes: 1,
      parsed: 0,
      unreadable: [{ file: 'a.js', reason: 'syntax error at 1:1', isReached }],
    },
  });
  test('a reached file of the server', () => {
    expect(severities('unparsed-file', files(true))).toEqual(['moderate']);
  });
  test('but not a fixture that nothing starts', () => {
    expect(severities('unparsed-file', files(false))).toEqual([]);
  });
  test('what only packing would put there is no fault', () => {
    const { files: counts } = files(true);
    const unreadable = [
      { file: 'node_modules/a', reason: 'bundled, but not installed', isReached: true },
    ];
    expect(severities('unparsed-file', { files: { ...counts, unreadable } })).toEqual(['low']);
  });
});

describe('odd-archive-entry', () => {
  const files = (reason: string) => ({
    files: {
      total: 1,
      bytes: 1,
      parsed: 0,
      unreadable: [{ file: '../../x', reason, isReached: true }],
    },
  });
  test('a path that leads out', () => {
    expect(severities('odd-archive-entry', files('its path leads out of the package'))).toEqual([
      'high',
    ]);
  });
  test('but not a symbolic link', () => {
    expect(severities('odd-archive-entry', files('a symbolic link'))).toEqual([]);
  });
});

describe('unread-dependency', () => {
  const unread = (reason: string, node = 'n') => ({ unread: [{ node, name: 'b', reason }] });
  test.each([
    ['The tarball of b does not have the integrity that the registry states.', 'high'],
    ['it comes from git, which is never fetched', 'low'],
  ])('%s', (reason, severity) => {
    expect(severities('unread-dependency', {}, unread(reason))).toEqual([severity]);
  });
  test('is low also where the server imports it, and silent when all was read', () => {
    expect(severities('unread-dependency', {}, unread('the archive is broken', ''))).toEqual([
      'low',
    ]);
    expect(severities('unread-dependency', {})).toEqual([]);
  });
});

describe('sink-host', () => {
  test.each(
    hostData().addresses.flatMap(({ matches, severity }) => matches.map((url) => [url, severity])),
  )('%s', (url, severity) => {
    expect(severities('sink-host', host(url.replaceAll('${}', 'x')))).toEqual([severity]);
  });
  test.each(hostData().addresses.flatMap(({ ignores }) => ignores))('but not %s', (url) => {
    expect(severities('sink-host', host(url.replace('/${}', '/')))).toEqual([]);
  });
  test('a request catcher, also in a dependency', () => {
    const found = host('https://webhook.site/abc');
    expect(severities('sink-host', found)).toEqual(['high']);
    expect(severities('sink-host', {}, { dependencies: { b: analysisOf(found) } })).toEqual([
      'high',
    ]);
  });
  test('but not the webhook that a Discord server is for', () => {
    const manifest = toManifest({ name: 'discord-mcp' });
    const url = 'https://discord.com/api/webhooks/1/a';
    expect(severities('sink-host', { ...host(url), manifest })).toEqual([]);
  });
  test('a name that is never called weighs little', () => {
    expect(severities('sink-host', host('https://webhook.site/a', { isContacted: false }))).toEqual(
      ['low'],
    );
  });
});

describe('raw-address', () => {
  test('a public address', () => {
    expect(severities('raw-address', host('http://203.0.113.7:8080/x'))).toEqual(['high']);
  });
  test.each([
    'http://192.168.1.5/',
    'http://10.0.0.1/',
    'https://1.1.1.1/dns-query',
    'https://api.weather.example/',
  ])('but not %s', (url) => {
    expect(severities('raw-address', host(url))).toEqual([]);
  });
});

describe('plain-http', () => {
  test.each(['http://klima.test:8080', 'http://hub.local/', 'http://printer:631/'])(
    'in the own network only low: %s',
    (url) => expect(severities('plain-http', host(url))).toEqual(['low']),
  );
  test.each(['http://local.weather.example/', 'http://test.io/'])('%s is none of it', (url) => {
    expect(severities('plain-http', host(url))).toEqual(['moderate']);
  });
  test('http to a named host', () => {
    expect(severities('plain-http', host('http://api.weather.example/'))).toEqual(['moderate']);
  });
  test.each(['https://api.weather.example/', 'wss://api.weather.example/'])('but not %s', (url) => {
    expect(severities('plain-http', host(url))).toEqual([]);
  });
});

describe('undeclared-host', () => {
  test('a host that nothing declares', () => {
    expect(severities('undeclared-host', host('https://collect.other.example/'))).toEqual(['low']);
  });
  test.each<[string, Partial<PackageAnalysis>]>([
    ['another host of the declared domain', host('https://v2.weather.example/')],
    ['a link that is never called', host('https://other.example/', { isContacted: false })],
  ])('but not %s', (_, subject) => {
    expect(severities('undeclared-host', subject)).toEqual([]);
  });
});
