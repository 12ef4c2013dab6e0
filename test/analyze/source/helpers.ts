// Makes a server out of texts, as the analyses of source get it.
import path from 'node:path';
import { openSourceFile, type SourceFile } from '../../../src/analyze/source/file.ts';
import { analyzePackage } from '../../../src/analyze/source/package.ts';
import type { ServerSource } from '../../../src/analyze/source/package-context.ts';
import type { ThreatHit } from '../../../src/types.ts';

/** The first file is the entry; what is no code is data. */
export function serverOf(texts: Record<string, string>): ServerSource {
  const files = new Map<string, SourceFile>();
  const data = new Map<string, string>();
  for (const [name, text] of Object.entries(texts)) {
    if (/\.(?:json|md|txt|ya?ml)$/.test(name)) {
      data.set(name, text);
      continue;
    }
    const opened = openSourceFile(name, text);
    if (!opened.ok) throw new Error(`${name}: ${opened.reason}`);
    files.set(name, opened.file);
  }
  const [entry = ''] = files.keys();
  return {
    manifest: {
      keywords: [],
      bin: {},
      type: 'module',
      scripts: {},
      dependencies: {},
      optionalDependencies: {},
      peerDependencies: {},
      devDependencies: {},
      bundleDependencies: [],
      engines: {},
    },
    files,
    entries: [entry],
    isCut: false,
    resolveImport(from, spec) {
      if (!spec.startsWith('.')) return null;
      const base = path.posix.join(path.posix.dirname(from), spec);
      return [base, `${base}.js`, `${base}/index.js`].find((name) => files.has(name)) ?? null;
    },
    dataPaths: new Set(data.keys()),
    dataOf: (name) => data.get(name) ?? null,
  };
}

/** Threats of a server that consists of texts; its entry point is index.js, or what its package.json says. */
export function threatsOf(texts: Record<string, string>): ThreatHit[] {
  const manifest = { name: 'acme-notes-mcp', version: '1.0.0', type: 'module', main: 'index.js' };
  const all = { 'package.json': JSON.stringify(manifest), ...texts };
  const files = Object.entries(all).map(([name, text]) => {
    const bytes = Buffer.from(text);
    return { path: name, bytes, size: bytes.length, sha256: '' };
  });
  const [name, version] = ['acme-notes-mcp', '1.0.0'];
  const input = { name, version, integrity: null, isSubject: true, files, notRead: [] };
  return analyzePackage(input).threats;
}
