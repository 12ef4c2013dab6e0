// Which addresses lead to registries and forges that everybody knows, and which only look so.
import { expect, test } from 'vitest';
import { isAtForge, isAtPublicRegistry, isAtRegistry } from '../../src/analyze/public-hosts.ts';

test.each([
  ['https://registry.yarnpkg.com/left-pad/-/left-pad-1.3.0.tgz', true, true],
  ['https://acme.jfrog.io/artifactory/api/npm/npm/', true, true],
  ['https://codeload.github.com/acme/tool/tar.gz/main', false, true],
  // Without TLS anybody on the way can answer.
  ['http://registry.yarnpkg.com/left-pad', false, false],
  ['https://yarnpkg.com.collector.example/left-pad', false, false],
  ['https://evil-github.com/acme/tool', false, false],
  ['https://yarnpkg.com@collector.example/x', false, false],
  ['not an address', false, false],
])('%s: registry %s, registry or forge %s', (url, registry, forge) => {
  expect(isAtRegistry(url)).toBe(registry);
  expect(isAtForge(url)).toBe(forge);
});

test('whose a rented registry is, its host does not say', () => {
  expect(isAtPublicRegistry('https://acme.jfrog.io/artifactory/api/npm/npm/')).toBe(false);
  expect(isAtPublicRegistry('https://registry.yarnpkg.com/left-pad')).toBe(true);
});
