// Sources made to hold the analysis up, or to bring it down.
import { expect, test } from 'vitest';
import { toManifest } from '../../../../src/analyze/manifest.ts';
import { openSourceFile } from '../../../../src/analyze/source/file.ts';
import type { PackageContext } from '../../../../src/analyze/source/package-context.ts';
import { judgeReadability } from '../../../../src/analyze/source/readability.ts';
import { findThreats } from '../../../../src/analyze/source/threats/index.ts';

const context: PackageContext = {
  name: 'acme',
  manifest: toManifest({ name: 'acme' }),
  isSubject: true,
  entries: [],
  lifecycleEntries: [],
  textOf: () => null,
  paths: [],
};

const names = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`);

test.each([
  [
    'names that refer to one another',
    'let a = b; let b = a; var c = c.d; fetch(a + c, { body: b });',
  ],
  [
    'keys of the prototype',
    'const __proto__ = 1; x["__proto__"].constructor = fetch(toString); hasOwnProperty();',
  ],
  ['functions that call themselves', 'function f(x) { return f(f(x)); } fetch(f(process.env));'],
  [
    'options that two functions hand one another',
    'function a(o) { g(o.v); b({ v: o.v }); } function b(o) { g(o.v); a({ v: o.v }); } fetch(a);',
  ],
  ['a sum of ten thousand parts', `fetch(${'"a"+'.repeat(10_000)}b)`],
  ['a list of fifty thousand parts', `exec([${'"a",'.repeat(50_000)}].join(''))`],
  ['ten thousand calls', 'x.on(y => fetch(y));'.repeat(10_000)],
  ['deep lists', `fetch(${'['.repeat(300)}process.env${']'.repeat(300)})`],
  ['deep recipients', `send(${'{ to: '.repeat(300)}1${' }'.repeat(300)}, bcc)`],
  [
    'variables of a generated parser that are given to one another',
    `function f() { var ${names(60).join(', ')}; ${names(60)
      .flatMap((a) => names(60).map((b) => `${a} = ${b};`))
      .join(' ')} fetch(s1(process.env), s2(s3)); }`,
  ],
  ['long chains of methods', `fetch(process.env${'.map(x => x)'.repeat(400)})`],
])('%s', (_, text) => {
  const opened = openSourceFile('a.js', text);
  if (!opened.ok) return;
  const started = performance.now();
  expect(() => findThreats(opened.file, context)).not.toThrow(TypeError);
  expect(performance.now() - started).toBeLessThan(8000);
});

test.each([
  ' '.repeat(400_000),
  '['.repeat(400_000),
  '\\x61'.repeat(80_000),
  `a${' '.repeat(399)}`.repeat(900),
])('readability is judged in linear time', (text) => {
  const started = performance.now();
  judgeReadability({ path: 'a.js', text, bytes: text.length, program: null });
  expect(performance.now() - started).toBeLessThan(4000);
});
