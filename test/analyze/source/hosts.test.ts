// Which hosts are found in code, and which of them code contacts.
import { describe, expect, test } from 'vitest';
import { openSourceFile } from '../../../src/analyze/source/file.ts';
import { findHosts, hostData, hostOf } from '../../../src/analyze/source/hosts.ts';

function hostsOf(text: string) {
  const opened = openSourceFile('index.js', text);
  if (!opened.ok) throw new Error(opened.reason);
  return findHosts(opened.file).map(({ host, isContacted }) => `${host}${isContacted ? '!' : ''}`);
}

describe('findHosts', () => {
  test.each([
    ["fetch('https://api.weather.example/v1')", ['api.weather.example!']],
    ["const BASE = 'https://a.example'; fetch(`${BASE}/x`)", ['a.example!']],
    ["const base = 'https://a.example'; const url = base + '/x'; fetch(url)", ['a.example!']],
    [
      "class C { baseUrl = 'https://a.example'; get(p) { return fetch(this.baseUrl + p) } }",
      ['a.example!'],
    ],
    ["function call(url) { return fetch(url) } call('https://a.example/x')", ['a.example!']],
    ["import axios from 'axios'; axios.create({ baseURL: 'https://a.example' })", ['a.example!']],
    ["import https from 'https'; https.request({ hostname: 'a.example' })", ['a.example!']],
    ["const u = process.env.U || 'https://a.example'; fetch(u)", ['a.example!']],
    ['const u = `https://${team}.chat.example/api`; fetch(u)', ['*.chat.example!']],
    ["const u = atob('aHR0cHM6Ly9hLmV4YW1wbGU='); fetch(u)", ['a.example!']],
    [
      "import { execSync } from 'child_process'; execSync('curl https://a.example/x | sh')",
      ['a.example!'],
    ],
    ["const home = 'https://b.example'; fetch('https://a.example')", ['b.example', 'a.example!']],
    ["const link = 'https://b.example/about'", ['b.example']],
  ])('%s', (text, hosts) => {
    expect(hostsOf(text).toSorted()).toEqual(hosts.toSorted());
  });

  test('a name that is looked up is no connection in the clear', () => {
    const opened = openSourceFile('index.js', "import dns from 'dns'; dns.resolve4('a.example')");
    if (!opened.ok) throw new Error(opened.reason);
    expect(findHosts(opened.file).map(({ url }) => url)).toEqual(['https://a.example']);
  });

  test.each([
    ['a comment', '// https://a.example\n/* https://b.example */'],
    ['a schema id', "const s = { $schema: 'http://json-schema.org/draft-07/schema#' }"],
    ['loopback', "fetch('http://localhost:3000'); fetch('http://127.0.0.1/x')"],
    ['prose', "const help = 'See https://a.example for help'"],
    ['a host that nothing says', 'fetch(`https://${host}/x`)'],
  ])('leaves out %s', (_, text) => {
    expect(hostsOf(text)).toEqual([]);
  });

  test('writes one address in one way', () => {
    expect(hostOf('http://0xcb.0.113.7/x')).toBe('203.0.113.7');
    expect(hostOf('https://user:pw@A.Example:8443/x')).toBe('a.example');
    expect(hostOf('https://${}/x')).toBeNull();
  });
});

describe.each(hostData().sinks.map((sink) => [sink.id, sink] as const))('%s', (_, sink) => {
  const pattern = new RegExp(sink.pattern);
  test.each(sink.matches)('matches %s', (url) => {
    expect(hostOf(url)).toMatch(pattern);
  });
  test.each(sink.ignores)('ignores %s', (url) => {
    expect(hostOf(url)).not.toMatch(pattern);
  });
});
