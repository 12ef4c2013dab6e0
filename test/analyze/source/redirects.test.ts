// Redirects that are followed by hand: with the credentials of the first host, or without.
import { expect, test } from 'vitest';
import { openSourceFile } from '../../../src/analyze/source/file.ts';
import { redirectFaults } from '../../../src/analyze/source/weaknesses/redirects.ts';

function faultsIn(text: string): string[] {
  const opened = openSourceFile('index.js', text);
  if (!opened.ok) throw new Error(opened.reason);
  return redirectFaults([opened.file]).map(({ ruleId }) => ruleId);
}

const PAIRS: [string, string, string][] = [
  [
    'a function that calls itself',
    `const https = require('https'); const headers = { authorization: 'Bearer ' + process.env.T };
function get(address, headers) { return new Promise((ok, no) => { https.get(address, { headers }, (res) => {
if (res.headers.location) return get(new URL(res.headers.location, address).href, headers).then(ok, no); ok(res); }); }); } get('https://x', headers);`,
    `const https = require('https'); const headers = { authorization: 'Bearer ' + process.env.T };
function get(address, headers) { return new Promise((ok, no) => { https.get(address, { headers }, (res) => {
const next = new URL(res.headers.location, address); const { authorization, ...rest } = headers;
if (res.headers.location) return get(next.href, next.origin === new URL(address).origin ? headers : rest).then(ok, no); ok(res); }); }); } get('https://x', headers);`,
  ],
  [
    'a loop around fetch',
    `export async function load(url, token) { const headers = { authorization: \`Bearer \${token}\` };
for (let hop = 0; hop < 5; hop++) { const res = await fetch(url, { headers, redirect: 'manual' }); const to = res.headers.get('location'); if (!to) return res; url = new URL(to, url).href; } }`,
    `export async function load(url, token) { const headers = { authorization: \`Bearer \${token}\` };
for (let hop = 0; hop < 5; hop++) { const res = await fetch(url, { headers, redirect: 'manual' }); const to = res.headers.get('location'); if (!to) return res; if (new URL(to, url).host !== new URL(url).host) delete headers.authorization; url = new URL(to, url).href; } }`,
  ],
  [
    'a second request after the first',
    `export async function load(url, key) { const options = { headers: { 'x-api-key': key }, redirect: 'manual' };
const first = await fetch(url, options); if (first.status < 300 || first.status > 399) return first; return fetch(first.headers.get('location'), options); }`,
    `export async function load(url, key) { const options = { headers: { 'x-api-key': key }, redirect: 'manual' };
const first = await fetch(url, options); if (first.status < 300 || first.status > 399) return first; return fetch(first.headers.get('location')); }`,
  ],
  [
    'a method of a class',
    `class Api { async get(path, headers = { authorization: this.token }) { const res = await this.http(path, headers);
if (res.status === 302) { return this.get(res.headers['location'], headers); } return res; } }`,
    `class Api { async get(path, headers = { authorization: this.token }) { const res = await this.http(path, headers);
if (res.status === 302) { return this.open(res.headers['location']); } return res; } }`,
  ],
  [
    'an option that puts them back',
    `axios.get(url, { headers: { authorization: token }, beforeRedirect: (options) => { options.headers.authorization = token; } });`,
    `axios.get(url, { headers: { authorization: token }, beforeRedirect: (options) => { if (options.hostname !== own.hostname) throw new Error('no'); options.headers.authorization = token; } });`,
  ],
];

test.each(PAIRS)('%s is reported, its twin is not', (_, bad, benign) => {
  expect(faultsIn(bad)).toEqual(['credentials-follow-redirect']);
  expect(faultsIn(benign)).toEqual([]);
});

test('where no credentials are sent, and where an answer merely names a place', () => {
  expect(
    faultsIn(
      `async function get(url, options) { const res = await fetch(url, options); const to = res.headers.get('location'); return to ? get(to, options) : res; }`,
    ),
  ).toEqual([]);
  expect(
    faultsIn(
      `export async function make(body) { const res = await fetch(base, { method: 'POST', body, headers: { authorization: key } }); return { id: res.headers.get('location') }; }`,
    ),
  ).toEqual([]);
});
