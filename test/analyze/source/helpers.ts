// Makes a server out of texts, as the analyses of source get it.
import path from 'node:path';
import { openSourceFile, type SourceFile } from '../../../src/analyze/source/file.ts';
import type { ServerSource } from '../../../src/analyze/source/package-context.ts';

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
