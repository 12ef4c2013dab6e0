// Everything that one package's files tell: the same files and rules give the same answer.
import { Buffer } from 'node:buffer';
import type { Manifest, PackageAnalysis } from '../../types.ts';
import { isDict, toManifest } from '../manifest.ts';
import { assemble } from './assemble.ts';
import { findEntries } from './entries.ts';
import type { Entries } from './entries.ts';
import type { SourceFile } from './file.ts';
import { fileKindOf } from './file-kind.ts';
import type { FileKind } from './file-kind.ts';
import { lookAt } from './look.ts';
import type { FileLook } from './look.ts';
import type { PackageContext, PackageFile, PackageInput } from './package-context.ts';
import { findReach } from './reach.ts';
import type { Reach } from './reach.ts';

/** Larger files are named and not parsed. */
export const MAX_PARSED_BYTES = 10_000_000;
// Trees kept for tools and weaknesses.
const MAX_KEPT_BYTES = 12_000_000;
const MAX_ROUNDS = 4;

export function analyzePackage(input: PackageInput): PackageAnalysis {
  const files = new Map(input.files.map((file) => [file.path, file]));
  const paths = new Set(files.keys());
  const rawManifest = readJson(files.get('package.json'));
  const manifest = toManifest(rawManifest);
  const entries = findEntries(manifest, paths);
  const context = contextOf(input, manifest, entries, files);
  const kinds = new Map(input.files.map(({ path, bytes }) => [path, fileKindOf(path, bytes)]));
  const looks = new Map<string, FileLook>();
  const kept = new Map<string, SourceFile>();
  const visit = (path: string) => {
    const file = files.get(path);
    if (file && !looks.has(path)) looks.set(path, look(file, input, context, kept));
  };
  for (const [path, kind] of kinds) {
    if (kind === 'javascript' || (kind === 'typescript' && input.isSubject)) visit(path);
  }
  const reach = followReach(visit, { entries, looks, kinds, paths, manifest, rawManifest });
  const hashes: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const { path, sha256 } of input.files) if (sha256 !== '') hashes[path] = sha256;
  return assemble({ input, manifest, context, kinds, looks, kept, reach, entries, hashes });
}

interface Following {
  entries: Entries;
  looks: Map<string, FileLook>;
  kinds: ReadonlyMap<string, FileKind>;
  paths: ReadonlySet<string>;
  manifest: Manifest;
  rawManifest: unknown;
}

/** Files that node would not start by their name are looked at once something leads to them. */
function followReach(visit: (path: string) => void, following: Following): Reach {
  const { entries, looks, kinds, paths, manifest } = following;
  const internal = internalImports(following.rawManifest);
  for (let round = 0; ; round++) {
    const links = new Map([...looks].map(([path, { links }]) => [path, links]));
    const reach = findReach(entries, links, paths, internal, manifest.name ?? '');
    const waiting = [...reach.reached.keys()].filter((path) => {
      const kind = kinds.get(path);
      return !looks.has(path) && (kind === 'typescript' || kind === 'maybe-javascript');
    });
    if (waiting.length === 0 || round >= MAX_ROUNDS) return reach;
    waiting.forEach(visit);
    // Something without an extension that is no code (LICENSE) is no loss.
    for (const path of waiting) {
      const isGuess = kinds.get(path) === 'maybe-javascript' && !entries.entries.includes(path);
      if (isGuess && looks.get(path)?.failure) looks.delete(path);
    }
  }
}

function look(
  file: PackageFile,
  input: PackageInput,
  context: PackageContext,
  kept: Map<string, SourceFile>,
): FileLook {
  const { path, bytes, size } = file;
  input.onFile?.(path);
  const isSkipped = input.skip?.has(path) === true;
  if (isSkipped || size > MAX_PARSED_BYTES) {
    const reason = isSkipped ? 'took too long or too much memory' : 'too large to parse';
    return { ...lookAt(path, '', context, () => undefined), bytes: size, failure: reason };
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  return lookAt(path, text, context, (source) => {
    if (!input.isSubject) return;
    const held = [...kept.values()].reduce((sum, { text }) => sum + text.length, 0);
    if (held + text.length <= MAX_KEPT_BYTES) kept.set(path, source);
  });
}

function contextOf(
  input: PackageInput,
  manifest: Manifest,
  entries: Entries,
  files: ReadonlyMap<string, PackageFile>,
): PackageContext {
  const readme = [...files.keys()].find((path) => /^readme(?:\.\w{1,10})?$/i.test(path));
  const textOf = (path: string) => {
    const file = files.get(path);
    return file ? Buffer.from(file.bytes).toString('utf8', 0, 1_000_000) : null;
  };
  const text = readme === undefined ? null : textOf(readme);
  return {
    name: input.name,
    manifest,
    isSubject: input.isSubject,
    entries: entries.entries,
    lifecycleEntries: entries.lifecycle,
    textOf,
    paths: [...files.keys()],
    ...(text === null ? {} : { readme: text.slice(0, 200_000) }),
  };
}

function readJson(file: PackageFile | undefined): unknown {
  if (!file || file.size > 5_000_000) return null;
  try {
    return JSON.parse(
      Buffer.from(file.bytes)
        .toString('utf8')
        .replace(/^\ufeff/, ''),
    );
  } catch {
    return null;
  }
}

/** The `imports` of package.json: `#name` to whatever its conditions say. */
function internalImports(raw: unknown): Record<string, string[]> {
  const found: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  const imports = isDict(raw) && isDict(raw['imports']) ? raw['imports'] : {};
  for (const key of Object.keys(imports).slice(0, 500)) {
    found[key] = textsIn(imports[key], 0);
  }
  return found;
}

function textsIn(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth > 6) return [];
  return Object.values(value)
    .flatMap((item) => textsIn(item, depth + 1))
    .slice(0, 50);
}
