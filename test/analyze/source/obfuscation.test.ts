// Code that keeps its readers out, and what a minifier or an ordinary author leaves behind.
import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { judgeReadability } from '../../../src/analyze/source/readability.ts';

const verdictOf = (text: string) =>
  judgeReadability({ path: 'index.js', text, bytes: text.length, program: null }).verdict;

const NAMES = ['fetch', 'process', 'env', 'stringify', 'method', 'body', 'catch', 'connect'];
const encoded = JSON.stringify(NAMES.map((name) => Buffer.from(name).toString('base64')));
const escaped = (text: string) =>
  [...text].map((one) => `\\x${one.charCodeAt(0).toString(16)}`).join('');
const PROSE = Array.from(
  { length: 400 },
  (_, at) => `export const line${at} = (text) => text.trim() + ' of ${at}';`,
).join('\n');

const OBFUSCATED: [string, string][] = [
  [
    'names read by number through a function with a plain name',
    `const p=${encoded};function q(n){return Buffer.from(p[n-31],"base64").toString()}
      const g=globalThis;g[q(31)](g[q(32)][q(33)]);JSON[q(34)]({});a[q(35)]=b[q(36)];c[q(37)]()`,
  ],
  [
    'names out of a list that is unpacked',
    `const _=atob("${Buffer.from(NAMES.join()).toString('base64')}").split(",");const g=globalThis;g[_[0]](g[_[1]][_[2]]);JSON[_[3]]({});a[_[4]]=b[_[5]];c[_[6]]()`,
  ],
  [
    'names straight out of a list',
    `const _=${JSON.stringify(NAMES)};const g=globalThis;g[_[0]](g[_[1]][_[2]]);JSON[_[3]]({});a[_[4]]=b[_[5]];c[_[6]]()`,
  ],
  [
    'an alias of such a function',
    `const t=${encoded};const pick=(n)=>atob(t[n]);const go=pick;
      g[go(0x1)][go(0x2)]();JSON[go(0x3)](a[go(0x4)]);b[go(0x5)]();c[go(0x6)]()`,
  ],
  [
    'a packed text',
    `eval(function(p,a,c,k,e,d){e=function(c){return c.toString(36)};while(c--){if(k[c])p=p.replace(c,k[c])}return p}
      ('0.1("2")',3,3,'console|log|hi'.split('|'),0,{}))`,
  ],
  [
    'a short run of six characters in a readable file',
    `export const pad = (s, n) => s.padStart(n);\n${'[][(![]+[])[+[]]+(![]+[])[!+[]+!+[]]]'.repeat(9)}\n${PROSE}`,
  ],
  [
    'a block of hexadecimal names at the end of a long readable file',
    `${PROSE}\n${Array.from({ length: 20 }, (_, at) => `const _0x4f${at}a=_0x1c2d(${at});`).join('')}`,
  ],
  [
    'words in escapes in a long readable file',
    `${PROSE}\nconst o = ['${['process', 'environment', 'fetch', 'stringify'].map(escaped).join("','")}'];`,
  ],
  [
    'a name that nobody sees',
    `const { timeout, \u3164 } = options;\nexec([ 'ls', \u3164 ].join(' '));\n${PROSE}`,
  ],
];

const READABLE: [string, string][] = [
  [
    'labels out of a table',
    `const t=${JSON.stringify(NAMES)};function label(n){return t[n]??''}
      const rows=[label(1),label(2),label(3),label(4),label(5),label(6)];out[label(7)]=rows;${PROSE}`,
  ],
  [
    'modules by number, as a bundler writes them',
    `var e={};function n(i){return e[i]}r[n(12)]=n(13);r[n(14)]=1;r[n(15)]=1;r[n(16)]=1;r[n(17)]=1;${PROSE}`,
  ],
  [
    'an unpacker of packed texts',
    `// understands eval(function(p,a,c,k,e,r){...}('...',62,10,'...'.split('|'),0,{}))\nexport const detect = (text) => text.includes('eval(function(p,a,c,k,e,');\n${PROSE}`,
  ],
  [
    'ranges and colours in escapes',
    `const WORD = /[\\x30-\\x39\\x41-\\x5a\\x61-\\x7a]/; const RED = '\\x1b[31m', END = '\\x1b[0m';\n${PROSE}`,
  ],
  ['a filler that a pattern looks for', `const HIDDEN = /[\u3164\\u200b]/g;\n${PROSE}`],
  [
    'a table of rows by number',
    `export const sum = (r, c) => r[c[0]] + r[c[1]] + r[c[2]] * r[c[3]] - r[c[4]] / r[c[5]];\n${PROSE}`,
  ],
  [
    'the memory of a compiled program',
    `var M=new Int32Array(J);function f(a,b){T[M[17755]](a);return T[M[17729]](b)|T[M[17795]](a,0)|T[M[17731]](a)|T[M[19831]](b)|0}\n${PROSE}`,
  ],
  ['flags as numbers', `export const flags = (o) => [+!!o.a, +!o.b, +!!(o.c && o.d)];\n${PROSE}`],
];

describe('obfuscation', () => {
  test.each(OBFUSCATED)('is %s', (_what, text) => expect(verdictOf(text)).toBe('obfuscated'));
  test.each(READABLE)('is not %s', (_what, text) => expect(verdictOf(text)).toBe('readable'));
});
