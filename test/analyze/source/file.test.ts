// Parsing and name resolution, on small sources.
import { describe, expect, test } from 'vitest';
import { openSourceFile } from '../../../src/analyze/source/file.ts';
import type { SourceFile } from '../../../src/analyze/source/file.ts';

function open(text: string, path = 'index.js'): SourceFile {
  const opened = openSourceFile(path, text);
  if (!opened.ok) throw new Error(opened.reason);
  return opened.file;
}
/** The canonical name of the callee of the last call. */
function lastCallee(text: string, path?: string): string | null {
  const file = open(text, path);
  const call = file
    .nodesOf('CallExpression')
    .toSorted((a, b) => a.end - b.end)
    .at(-1);
  return call ? file.resolve(call.callee) : null;
}
/** The folded argument of the call `x(...)`. */
function folded(text: string): string | null {
  const file = open(text);
  for (const call of file.nodesOf('CallExpression')) {
    if (call.callee.type === 'Identifier' && call.callee.name === 'x' && call.arguments[0]) {
      return file.constant(call.arguments[0]);
    }
  }
  return null;
}

describe('resolve names what a call calls', () => {
  test.each([
    ["import { exec } from 'child_process'; exec('ls')", 'child_process.exec'],
    ["import { exec as run } from 'node:child_process'; run('ls')", 'child_process.exec'],
    ["import * as cp from 'child_process'; cp.exec('ls')", 'child_process.exec'],
    ["import cp from 'node:child_process'; cp.exec('ls')", 'child_process.exec'],
    ["const cp = require('child_process'); cp['exec']('ls')", 'child_process.exec'],
    ["const { exec: e } = require('child_process'); e('ls')", 'child_process.exec'],
    ["require('child_process').exec('ls')", 'child_process.exec'],
    ["const k = 'ex' + 'ec'; require('child_' + 'process')[k]('ls')", 'child_process.exec'],
    ["let cp; cp = require('child_process'); cp.exec('ls')", 'child_process.exec'],
    [
      "const child_process_1 = require('child_process'); (0, child_process_1.exec)('ls')",
      'child_process.exec',
    ],
    [
      "const fs_1 = __importDefault(require('fs')); fs_1.default.readFileSync('a')",
      'fs.readFileSync',
    ],
    ["var fs = __toESM(require('fs'), 1); fs.default.rmSync('a')", 'fs.rmSync'],
    ["var fs = Z(require('fs'), 1); function Z(a) {} fs.rmSync('a')", 'fs.rmSync'],
    [
      "const run = require('util').promisify(require('child_process').exec); run('ls')",
      'child_process.exec',
    ],
    ["import { readFile } from 'fs/promises'; readFile('a')", 'fs.promises.readFile'],
    ["import { promises } from 'fs'; promises.readFile('a')", 'fs.promises.readFile'],
    [
      "import { createRequire } from 'module'; const r = createRequire(import.meta.url); r('fs').rm('a')",
      'fs.rm',
    ],
    ["(await import('node:fs')).rm('a')", 'fs.rm'],
    ["process.getBuiltinModule('fs').rm('a')", 'fs.rm'],
    ["const api = { run: require('child_process').exec }; api.run('ls')", 'child_process.exec'],
    ["fetch('a')", 'global.fetch'],
    ["globalThis.fetch('a')", 'global.fetch'],
    ["const f = globalThis['fetch']; f('a')", 'global.fetch'],
    ["import axios from 'axios'; axios.get('a')", 'axios#get'],
    ["import fs from 'fs-extra'; fs.remove('a')", 'fs-extra#remove'],
    ["import { run } from './util.js'; run('a')", './util.js#run'],
    ["import x from 'express'; const app = x(); app.listen(1)", 'express().listen'],
    ["const { spawn } = await import('child_process'); spawn('a')", 'child_process.spawn'],
    ['eval?.(a)', 'global.eval'],
  ])('%s', (text, name) => {
    expect(lastCallee(text)).toBe(name);
  });

  test.each([
    ['a local function that bears a global name', 'function fetch() {} fetch(1)'],
    ['a parameter', 'function a(fetch) { fetch(1) }'],
    ['a name declared later in the same function', 'function a() { fetch(1); var fetch = b => b }'],
    ['a block-scoped name', "{ const exec = () => 1; exec('ls') }"],
    ['a name defined through itself', 'const a = a.b; a.c()'],
    ['a key defined through itself', 'const k = o[k](); const o = p[k]; o[k]()'],
  ])('but not %s', (_, text) => {
    expect(lastCallee(text)).toBeNull();
  });

  test('the inner declaration ends with its block', () => {
    expect(lastCallee('{ const fetch = () => 1 } fetch(1)')).toBe('global.fetch');
  });
});

describe('constant folds', () => {
  test.each([
    ["x('a' + 'b' + 1)", 'ab1'],
    ["const h = 'api.example'; x(`https://${h}/${p}`)", 'https://api.example/${}'],
    ["x('https://' + host + '/v1')", 'https://${}/v1'],
    ["x(['a', 'b'].join('/'))", 'a/b'],
    ["x('cba'.split('').reverse().join(''))", 'abc'],
    ["x(Buffer.from('aGVsbG8=', 'base64').toString())", 'hello'],
    ["x(atob('aGVsbG8='))", 'hello'],
    ['x(String.fromCharCode(104, 105))', 'hi'],
    ["const C = { url: 'https://a.example' }; x(C.url)", 'https://a.example'],
    ["x(process.env.URL || 'https://a.example')", 'https://a.example'],
    ["x(new URL('/v1', 'https://a.example').href)", 'https://a.example/v1'],
    ['x(unknown)', null],
    ["let a = 'b'; a = c; x(a)", null],
    ["x('a'['__proto__'])", null],
    ["x('a'.constructor('b'))", null],
  ])('%s', (text, value) => {
    expect(folded(text)).toBe(value);
  });

  test('a sum of two thousand parts without overflowing', () => {
    expect(folded(`x(${Array.from({ length: 2_000 }, () => "'a'").join('+')})`)).toHaveLength(
      2_000,
    );
  });

  test('gives up on text that doubles at each step', () => {
    const lines = Array.from({ length: 60 }, (_, i) => `const a${i + 1} = a${i} + a${i};`);
    expect(folded(`const a0 = 'a'; ${lines.join('')} x(a60)`)).not.toBe('a');
  });
});

describe('parsing', () => {
  test.each([
    ['a hashbang', '#!/usr/bin/env node\nrequire("fs")', 'a'],
    ['top-level await in CommonJS clothing', 'const a = require("fs"); await a', 'a.js'],
    ['sloppy code in a module file name', 'with (a) { b }', 'a.js'],
    ['JSX in .js', 'import a from "b"; export const c = <div>{a}</div>', 'a.js'],
    [
      'TypeScript',
      'const a: string = b as string; enum C { D } export type { E } from "f"',
      'a.ts',
    ],
    [
      'a generic arrow function after an await',
      'f(async () => { await g(); const tools = { retry: async <T>(fn: () => Promise<T>): Promise<T> => fn() }; try { (tools) } catch {} });',
      'a.ts',
    ],
    ['an ES module in one line', 'import{a}from"b";export{a}', 'a.js'],
  ])('accepts %s', (_, text, path) => {
    expect(openSourceFile(path, text).ok).toBe(true);
  });

  test('says where it failed and quotes nothing', () => {
    expect(openSourceFile('a.js', 'const 漢 = ;')).toEqual({
      ok: false,
      reason: 'syntax error at 1:10',
    });
  });

  test('survives ten thousand nested arrays, parsed or not', () => {
    const text = `a(${'['.repeat(10_000)}${']'.repeat(10_000)})`;
    const opened = openSourceFile('a.js', text);
    if (opened.ok) opened.file.walk(() => undefined);
    else expect(opened.reason).toBe('nested too deep to parse');
  });

  test('walks a left-leaning tree of a hundred thousand levels', () => {
    const file = open(`a${'.b'.repeat(100_000)}`);
    let count = 0;
    file.walk(() => {
      count += 1;
    });
    expect(count).toBeGreaterThan(200_000);
  });

  test('lists imports with their lines', () => {
    const text =
      "import a from './a.js';\nexport * from 'b';\nrequire('node:fs');\nimport('c' + '/d');\nfunction f(require) { require('no') }";
    expect(open(text).imports).toEqual([
      { spec: './a.js', line: 1, kind: 'import' },
      { spec: 'b', line: 2, kind: 'export' },
      { spec: 'c/d', line: 4, kind: 'dynamic' },
      { spec: 'node:fs', line: 3, kind: 'require' },
    ]);
  });
});
