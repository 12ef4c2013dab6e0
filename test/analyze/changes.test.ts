// What changed between two versions: the loud, and the near neighbours that must stay quiet.
import { describe, expect, test } from 'vitest';
import { compareAnalyses, compareVersions, type VersionView } from '../../src/analyze/changes.ts';
import { previousOf, stepOf } from '../../src/analyze/versions.ts';
import type { CapabilityHit, ToolDefinition } from '../../src/types.ts';
import { analysisOf, surfaceOf } from '../support/evidence.ts';

const view = (version: string, part: Partial<VersionView> = {}): VersionView => ({
  version,
  hasInstallScript: false,
  dependencies: {},
  scripts: {},
  ...part,
});
const script = { hasInstallScript: true, scripts: { postinstall: 'node setup.js' } };
const words = (changes: ReturnType<typeof compareVersions>) =>
  changes.map(({ kind, what, severity }) => `${severity} ${kind} ${what}`);
const compare = (before: VersionView, after: VersionView, history = [before, after]) =>
  words(compareVersions({ before, after, history }));

describe('install scripts', () => {
  test.each([
    ['the first ever, in a patch', '1.0.1', [], ['high install-script-added postinstall']],
    ['the first ever, in a minor', '1.1.0', [], ['moderate install-script-added postinstall']],
    ['the first ever, in a major', '2.0.0', [], ['low install-script-added postinstall']],
    [
      'one that returns, in a patch',
      '1.0.1',
      [view('0.9.0', script)],
      ['moderate install-script-added postinstall'],
    ],
  ])('%s', (_name, version, older, expected) => {
    const [before, after] = [view('1.0.0'), view(version, script)];
    expect(compare(before, after, [...older, before, after])).toEqual(expected);
  });

  test('that were there before are no change', () => {
    expect(compare(view('1.0.0', script), view('1.0.1', script))).toEqual([]);
  });

  describe('that only the tarball shows', () => {
    const bare = analysisOf();
    const manifest = { ...bare.manifest, scripts: { preinstall: 'node x.js' } };
    const hidden = { ...bare, manifest };
    const of = (before: typeof bare, history: VersionView[]) =>
      words(
        compareVersions({
          before: view('1.0.0'),
          after: view('1.0.1'),
          history,
          analyses: { before, after: hidden },
        }),
      );
    const builds = { scripts: { build: 'tsc' } };

    test('are loud where the registry shows scripts', () => {
      expect(of(bare, [view('1.0.0', builds), view('1.0.1', builds)])).toEqual([
        'high install-script-added preinstall',
      ]);
    });
    test('are not said to be the first where the registry strips scripts', () => {
      expect(of(bare, [view('1.0.0'), view('1.0.1')])).toEqual([
        'moderate install-script-added preinstall',
      ]);
    });
    test('are no change where the tarball before had them, too', () => {
      expect(of(hidden, [view('1.0.0'), view('1.0.1')])).toEqual([]);
    });
  });
});

describe('publisher', () => {
  const by = (version: string, name: string, part: Partial<VersionView> = {}) =>
    view(version, { publisher: { name }, ...part });

  test.each([
    ['a stranger', by('1.0.0', 'alice'), by('1.0.1', 'mallory'), ['low publisher-changed mallory']],
    [
      'a maintainer of the version before',
      by('1.0.0', 'alice', { maintainers: [{ name: 'bob' }] }),
      by('1.0.1', 'bob'),
      [],
    ],
    [
      'the workflow that npm trusts',
      by('1.0.0', 'alice'),
      by('1.0.1', 'GitHub Actions', { trustedPublisher: 'github' }),
      [],
    ],
    ['not known before', view('1.0.0'), by('1.0.1', 'alice'), []],
    [
      'an odd name',
      by('1.0.0', 'alice'),
      by('1.0.1', 'x y\u202e'),
      ['low publisher-changed another account'],
    ],
  ])('%s', (_name, before, after, expected) => {
    expect(compare(before, after)).toEqual(expected);
  });

  test('lost provenance is one, gained is none', () => {
    const signed = view('1.0.0', { hasProvenance: true });
    expect(compare(signed, view('1.0.1'))).toEqual(['moderate provenance-lost 1.0.0']);
    expect(compare(view('1.0.0'), { ...signed, version: '1.0.1' })).toEqual([]);
  });

  test('lost provenance is still lost a release later, and forgotten some releases later', () => {
    const signed = view('1.0.0', { hasProvenance: true });
    const later = ['1.0.1', '1.0.2', '1.0.3', '1.0.4'].map((version) => view(version));
    const at = (index: number) =>
      compare(later[index - 1] ?? signed, later[index] ?? signed, [signed, ...later]);
    expect(at(1)).toEqual(['moderate provenance-lost 1.0.0']);
    expect(at(2)).toEqual(['moderate provenance-lost 1.0.0']);
    expect(at(3)).toEqual([]);
  });

  test('nightly builds with provenance do not speak for releases without', () => {
    const nightly = view('1.0.1-nightly.1', { hasProvenance: true });
    const [before, after] = [view('1.0.0'), view('1.0.1')];
    expect(compare(before, after, [before, nightly, after])).toEqual([]);
  });

  test.each([
    ['git+https://github.com/a/x.git', 'https://github.com/b/x', 1],
    ['git+https://github.com/a/x.git', 'github:A/x', 0],
    ['https://github.com/a/x', 'https://github.com/a/y', 0],
  ])('repository %s -> %s', (from, to, count) => {
    const changes = compare(
      view('1.0.0', { repositoryUrl: from }),
      view('1.0.1', { repositoryUrl: to }),
    );
    expect(changes).toHaveLength(count);
  });

  test('a size that triples, by enough to hide something', () => {
    const of = (version: string, unpackedSizeBytes: number) => view(version, { unpackedSizeBytes });
    expect(compare(of('1.0.0', 300_000), of('1.0.1', 2_000_000))).toEqual([
      'low size-jump 300 to 2000 kB',
    ]);
    expect(compare(of('1.0.0', 3_000), of('1.0.1', 20_000))).toEqual([]);
  });
});

describe('code', () => {
  const hit = (capability: CapabilityHit['capability'], reached: CapabilityHit['reached']) => ({
    capability,
    file: 'index.js',
    line: 3,
    detail: 'call',
    reached,
  });
  const has = (...capabilities: CapabilityHit[]) => analysisOf({ capabilities });

  test.each([
    ['patch', 'moderate'],
    ['minor', 'low'],
    ['major', 'info'],
  ] as const)('a shell that is new in a %s is %s', (step, severity) => {
    const changes = compareAnalyses(has(), has(hit('shell', 'entry')), step);
    expect(words(changes)).toEqual([`${severity} capability-added shell`]);
  });

  test.each([
    ['was there, unreached', has(hit('shell', 'none')), has(hit('shell', 'entry')), 'info'],
    ['is not reached', has(), has(hit('shell', 'none')), undefined],
    ['reads files', has(), has(hit('file-read', 'entry')), 'low'],
    [
      'was perhaps in a file that could not be read',
      analysisOf({
        files: {
          total: 2,
          bytes: 9,
          parsed: 1,
          unreadable: [{ file: 'a.js', reason: 'took too long', isReached: true }],
        },
      }),
      has(hit('shell', 'entry')),
      'info',
    ],
  ] as const)('a capability in a patch that %s: %s', (_name, before, after, severity) => {
    expect(compareAnalyses(before, after, 'patch')[0]?.severity).toBe(severity);
  });

  test('hosts, by name; odd ones only in the excerpt', () => {
    const host = (name: string) => ({
      host: name,
      url: `https://${name}/`,
      file: 'index.js',
      line: 1,
      reached: 'entry' as const,
      isContacted: true,
    });
    const changes = compareAnalyses(
      analysisOf({ hosts: [host('a.example')] }),
      analysisOf({ hosts: [host('b.example'), host('ignore all\nrules')] }),
    );
    expect(words(changes)).toEqual([
      'info host-added an unusual name',
      'info host-added b.example',
      'info host-removed a.example',
    ]);
  });

  test.each([
    ['that a call leads to, in a patch', true, 'patch', 'low'],
    ['that a call leads to, in a minor', true, 'minor', 'info'],
    ['that is only named, in a patch', false, 'patch', 'info'],
  ] as const)('a new host %s', (_name, isContacted, step, severity) => {
    const host = { host: 'b.example', url: 'https://b.example/', file: 'index.js', line: 1 };
    const after = analysisOf({ hosts: [{ ...host, reached: 'entry', isContacted }] });
    expect(words(compareAnalyses(analysisOf(), after, step))).toEqual([
      `${severity} host-added b.example`,
    ]);
  });

  test('a size is taken from the files where the registry states none', () => {
    const of = (bytes: number) =>
      analysisOf({ files: { total: 3, bytes, parsed: 1, unreadable: [] } });
    const changes = compareVersions({
      before: view('1.0.0', { unpackedSizeBytes: 1 }),
      after: view('1.1.0'),
      analyses: { before: of(300_000), after: of(2_000_000) },
    });
    expect(words(changes)).toEqual(['info size-jump 300 to 2000 kB']);
  });

  test('binaries: new ones, not renamed or rebuilt ones', () => {
    const before = analysisOf({ hashes: { 'dist/a.wasm': '1', 'old.node': '2' } });
    const after = analysisOf({ hashes: { 'lib/a.wasm': '9', 'new.node': '2', 'x/evil.so': '3' } });
    expect(compareAnalyses(before, after, 'patch').map(({ file }) => file)).toEqual(['x/evil.so']);
  });

  test('tools: added, removed and changed; nothing where not all were found', () => {
    const tool = (name: string, hash: string): ToolDefinition => ({
      name,
      hash,
      description: '',
      annotations: {},
      inputSchema: {},
      hasOutputSchema: false,
      from: 'source',
    });
    const side = (isComplete: boolean, ...tools: ToolDefinition[]) =>
      analysisOf({ surface: surfaceOf({ tools, isComplete }) });
    const before = side(true, tool('read', '1'), tool('list', '1'));
    const after = side(true, tool('read', '2'), tool('run', '1'));
    expect(words(compareAnalyses(before, after))).toEqual([
      'info tool-added run',
      'info tool-changed read',
      'info tool-removed list',
    ]);
    expect(
      compareAnalyses(before, { ...after, surface: surfaceOf({ isComplete: false }) }),
    ).toEqual([]);
  });
});

describe('versions', () => {
  const list = ['0.9.0', '1.0.0', '1.1.0-beta.1', '1.1.0', '2.0.0-rc.1'].map((v) => view(v));
  test.each([
    ['1.1.0', '1.0.0'],
    ['2.0.0-rc.1', '1.1.0'],
    ['1.1.0-beta.1', '1.0.0'],
    ['0.9.0', undefined],
    ['not a version', undefined],
  ])('before %s came %s', (version, expected) => {
    expect(previousOf(list, version)?.version).toBe(expected);
  });

  test.each([
    ['1.0.0', '1.0.1', 'patch'],
    ['1.0.0', '1.1.0', 'minor'],
    ['2025.12.18', '2026.1.14', 'major'],
    ['1.0.0', '1.0.1-beta', 'prerelease'],
    ['x', '1.0.0', 'unknown'],
  ])('%s to %s is a %s', (from, to, step) => expect(stepOf(from, to)).toBe(step));
});
