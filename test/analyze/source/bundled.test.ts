// Packages inside a tarball: apart from its own files, unless its code reaches past their entry points.
import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { withBundled } from '../../../src/analyze/source/bundled.ts';
import { analyzePackage } from '../../../src/analyze/source/package.ts';
import { findReachedNodes } from '../../../src/analyze/source/reach.ts';
import type { TreeNode } from '../../../src/types.ts';

const SPAWN = "require('child_process').execSync('ls');";
const MANIFEST = JSON.stringify({ name: 'a', version: '1.0.0', bin: 'dist/cli.js' });
const inner = (name: string) => JSON.stringify({ name, version: '2.0.0', main: 'index.js' });

function analyze(files: Record<string, string>) {
  return analyzePackage({
    ...{ name: 'a', version: '1.0.0', integrity: null, isSubject: true, notRead: [] },
    files: Object.entries({ 'package.json': MANIFEST, ...files }).map(([path, content]) => {
      const bytes = Buffer.from(content);
      return { path, bytes, size: bytes.length, sha256: '0'.repeat(64) };
    }),
  });
}
const spawns = (files: Record<string, string>) =>
  analyze(files)
    .capabilities.filter(({ capability }) => capability === 'process-spawn')
    .map(({ file, reached }) => [file, reached]);

describe('a bundled package', () => {
  const files = {
    'dist/cli.js': "require('x')",
    'node_modules/x/package.json': inner('x'),
    'node_modules/x/index.js': '',
    'node_modules/x/other.js': SPAWN,
  };

  test('has an analysis of its own, and none of its files is the outer one’s', () => {
    const { bundled, files: own } = analyze(files);
    expect(Object.keys(bundled ?? {})).toEqual(['node_modules/x']);
    expect(bundled?.['node_modules/x']?.version).toBe('2.0.0');
    expect(own.total).toBe(2);
    expect(spawns(files)).toEqual([]);
  });

  test.each([
    ['a relative import', "require('../node_modules/x/other.js')"],
    ['a started file', "require('child_process').fork('node_modules/x/other.js')"],
  ])('is read as part of the outer one where %s goes past its entry points', (_, code) => {
    expect(spawns({ ...files, 'dist/cli.js': code })).toContainEqual([
      'node_modules/x/other.js',
      'entry',
    ]);
  });

  test('that another bundled one reaches into is read as part of the outer one as well', () => {
    const found = analyze({
      ...files,
      'dist/cli.js': "require('y')",
      'node_modules/y/package.json': inner('y'),
      'node_modules/y/index.js': "require('../x/other.js')",
    });
    expect(Object.keys(found.bundled ?? {})).toEqual(['node_modules/y']);
  });

  test('is found by its name in the folder next to the file that asks for it', () => {
    const analysis = analyze({
      'dist/cli.js': "require('x')",
      'dist/node_modules/x/package.json': inner('x'),
      'dist/node_modules/x/index.js': SPAWN,
    });
    const subject: TreeNode = {
      ...{ id: '', name: 'a', version: '1.0.0', kind: 'subject', integrity: null, resolved: null },
      ...{ path: ['a@1.0.0'], isDirect: false, isOptional: false, isDev: false, isPeer: false },
      ...{ isOtherPlatform: false, hasInstallScript: false, installScripts: {}, edges: [] },
    };
    const alone = { nodes: [subject], from: 'resolved' as const, problems: [] };
    const tree = withBundled(alone, ({ id }) => (id === '' ? analysis : undefined));
    const id = 'node_modules/a/dist/node_modules/x';
    expect(tree.nodes.map((node) => node.id)).toEqual(['', id]);
    expect(findReachedNodes(tree, { '': analysis })).toContain(id);
    expect(withBundled(alone, () => undefined)).toBe(alone);
  });
});
