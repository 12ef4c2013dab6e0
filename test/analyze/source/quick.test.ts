// What is told without a parser must be what the parser tells.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { findCapabilities } from '../../../src/analyze/source/capabilities.ts';
import { capabilityRules } from '../../../src/analyze/source/capability-rules.ts';
import { findEnvironment } from '../../../src/analyze/source/environment.ts';
import { openSourceFile } from '../../../src/analyze/source/file.ts';
import { findHosts } from '../../../src/analyze/source/hosts.ts';
import { outlineOf } from '../../../src/analyze/source/outline.ts';
import { quickSpecs } from '../../../src/analyze/source/quick.ts';
import { linksOf } from '../../../src/analyze/source/reach.ts';

const quick = (text: string) => quickSpecs(text, 'lib/a.js');

describe('outlineOf', () => {
  test('drops comments and sets texts aside', () => {
    const text = "#!/usr/bin/env node\nf('a//b'); // c 'd\n/* e\n */ g(`h${i}j`)";
    expect(outlineOf(text)).toEqual({
      code: ' \nf("0");  \n\n g(`1${i}2`)',
      texts: ['a//b', 'h', 'j'],
    });
  });
  test('tells a pattern from a division', () => {
    expect(outlineOf('a = b / c; d = /"\\/[/]/g.test(e) // f')?.code).toBe(
      'a = b / c; d = /"\\/[/]/g.test(e)  ',
    );
    expect(outlineOf("return /'/.test(a) ? b : ''")?.texts).toEqual(['']);
  });
  test.each([
    ['a slash that may begin a pattern', "if (a) /'/.test(b); eval('c') //'"],
    ['a text without an end', "a = 'b\n'"],
    ['a brace too many', '}'],
    ['a comment without an end', 'a /* b'],
    ['an HTML comment', "a <!-- '\n fetch(b) //'"],
    ['a tag', "a = <b>it's</b>"],
    ['a line end that only machines know', '// a\u2028fetch(b)'],
    ['a name in escapes', 'ev\\u0061l(a)'],
  ])('leaves %s to the parser', (_, text) => {
    expect(outlineOf(text)).toBeNull();
  });
});

describe('quickSpecs', () => {
  test('tells the imports in the order of the parsed file', () => {
    const text = `export * from './c.js'; const d = require("d"); import a, { b } from './a.js';
      export { x as y } from 'e'; import 'f'; const g = () => import('g'); import.meta.url;`;
    const opened = openSourceFile('lib/a.js', text);
    expect(quick(text)).toEqual(opened.ok && linksOf(opened.file).specs);
  });
  test.each([
    'const b = { fetch: a.fetch, eval: 1 }; // eval(c)',
    'class A { constructor(a) { this.process(a); } async fetch(b, { c = 1 } = {}) { return typeof fetch; } }',
    "const s = 'http://www.w3.org/2000/svg'; if (process.platform === 'win32') b();",
    "import { validateHeaderName } from 'node:http'; setTimeout(() => 1, 2); new URL(a);",
  ])('needs no parser for %s', (text) => {
    expect(quick(text)).not.toBeNull();
  });
  test.each([
    'const decode = (text) => JSON.parse(atob(text)); const c = (n) => String.fromCharCode(n + 1)',
    "if (typeof module !== 'undefined' && typeof exports === 'object') factory(exports)",
    "const g = typeof globalThis !== 'undefined' ? globalThis : self; g.Factory = a[i + 1]['b']",
    'class A extends B { #c\n constructor(a = new Map(), { d } = {}) { super(a); } }',
    "const t = [a, ':', b].join('/')",
    'class A { #fetch(a) { return this.#fetch(a); } }',
    "const p = typeof process === 'object' && process ? process : {}; p.emitWarning(a)",
    "const u = b.get(c);\nsetTimeout(u.onTimeout, 1); let i = d.value;\nnew URL(i); const f = 'file://';",
  ])('needs no parser for %s in a large dependency', (text) => {
    expect(quickSpecs(text, 'lib/a.js', false)).not.toBeNull();
  });
  test.each([
    "const c = 'aHR0cHM6Ly9hLmV4YW1wbGU='; atob(c)",
    "const c = '2f2e7373682f'; Buffer.from(c, 'hex')",
    "atob('YQ')",
    'String.fromCharCode(104, 116, 116, 112)',
    'const c = [47, 46, 115, 115, 104]; String.fromCharCode(...c)',
    "const g = globalThis; g['fetch'](a)",
    'const { fetch: f } = globalThis; f(a)',
    "const a = 'ev', b = 'al'; const g = globalThis; g[a + b](c)",
    "a.constructor\n('b') // {}\n{ c }",
    "const a = 'https:/' + '/a.example'",
    "const p = typeof process === 'object' ? process : {}; const { env } = p",
    "const p = process; p['e' + a]",
    "const o = { f: './a.js' };\nconst b = o.f;\nnew URL(b, import.meta.url)",
    "const a = 'b()';\nconst c = a.trim();\nsetTimeout(c, 1)",
  ])('leaves %s to the parser in any dependency', (text) => {
    expect(quickSpecs(text, 'lib/a.js', false)).toBeNull();
  });
  test.each([
    "const r = require; r('fs')",
    "require('f' + 's')",
    "globalThis['ev' + 'al'](a)",
    "const g = globalThis; g.eval('a')",
    "const p = '.s' + 'sh'",
    "const p = '\\x2essh'",
    'const h = `https://${a}`',
    "const h = 'https:' + '//a.example'",
    "a.constructor.constructor('b')()",
    "a['constructor']('b')",
    "setTimeout('a', 1)",
    "const a = 'b()'; setTimeout(a, 1)",
    "new Worker(new URL('./a.js', import.meta.url))",
    'module.require(a)',
    "import(a + '.js')",
    "Buffer.from('YQ==', 'base64')",
  ])('leaves %s to the parser', (text) => {
    expect(quick(text)).toBeNull();
  });
  test.each(capabilityRules().flatMap(({ matches }) => matches))(
    'leaves what a rule matches to the parser: %s',
    (text) => {
      expect(quick(text)).toBeNull();
    },
  );
});

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FILES = [
  'fixtures',
  'node_modules/semver',
  'node_modules/pacote/lib',
  'node_modules/yaml/dist',
]
  .flatMap((dir) =>
    readdirSync(path.join(ROOT, dir), { recursive: true, encoding: 'utf8' }).map((file) =>
      path.join(ROOT, dir, file),
    ),
  )
  .filter((file) => /\.[cm]?js$/.test(file));

test('of files of every kind the parser finds nothing more, and the same imports', () => {
  let quickly = 0;
  for (const name of FILES) {
    const text = readFileSync(name, 'utf8');
    const specs = quickSpecs(text, name);
    if (specs === null) continue;
    quickly += 1;
    const opened = openSourceFile(name, text);
    // A broken file with nothing in it that could run.
    if (!opened.ok) continue;
    const { file } = opened;
    const hits = [...findCapabilities(file), ...findHosts(file), ...findEnvironment(file)];
    expect([name, hits, linksOf(file)]).toEqual([name, [], { specs, started: [] }]);
  }
  expect(quickly).toBeGreaterThan(60);
  // Some hundred files are parsed: on a busy machine that takes a while.
}, 60_000);
