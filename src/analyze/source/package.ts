// Everything that one package's files tell: the same files and rules give the same answer.
import { Buffer } from 'node:buffer';
import semver from 'semver';
import type { Manifest, PackageAnalysis } from '../../types.ts';
import { isDict, toManifest } from '../manifest.ts';
import { addThreatsAcross } from './across-files.ts';
import { assemble } from './assemble.ts';
import { bundledName, crossings, splitBundled } from './bundled.ts';
import { gypStarts, vendoredIn, vendoredStarts } from './vendored.ts';
import { findEntries } from './entries.ts';
import type { Entries } from './entries.ts';
import type { SourceFile } from './file.ts';
import { fileKindOf } from './file-kind.ts';
import type { FileKind } from './file-kind.ts';
import { lookAt } from './look.ts';
import type { FileLook } from './look.ts';
import type { PackageContext, PackageFile, PackageInput } from './package-context.ts';
import { findReach } from './reach.ts';
import type { FileLinks, Reach } from './reach.ts';

/** Larger files are named and not parsed. */
export const MAX_PARSED_BYTES = 10_000_000;
// Trees kept for tools and weaknesses.
const TOO_LONG = 'took too long or too much memory to analyse in full';
// Told to the watchdog as the name of all files together.
const JOINED = '*';
const MAX_KEPT_BYTES = 12_000_000;
// Steps from an entry point; what lies further off is looked at all the same.
const MAX_ROUNDS = 200;
const MAX_OPENINGS = 3;
// Without an `exports` map any file may be imported from outside; hardly one of these.
const ASIDE =
  /(?:^|\/)(?:tests?|__tests__|spec|examples?|docs?|bench(?:marks?)?|fixtures?|demo|coverage)\//i;

export function analyzePackage(input: PackageInput): PackageAnalysis {
  // Each round opens at least one place more; a package that opens many hides something, and is read whole.
  for (let opened = new Set<string>(), round = 0; ; round += 1) {
    const links = new Map<string, FileLinks>();
    const { own, bundled } = splitBundled(input.files, opened);
    const analysis = analyzeFiles({ ...input, files: own }, (path, found) => {
      links.set(path, found);
    });
    if (bundled.size === 0) return analysis;
    const inner = [...bundled].map(([place, files]): [string, PackageAnalysis] => [
      place,
      analyzeBundled(place, files, input, (path, found) => links.set(`${place}/${path}`, found)),
    ]);
    const places = [...bundled.keys()];
    const crossed = crossings(links, places);
    if (crossed.length === 0) {
      return {
        ...analysis,
        hashes: hashesOf(input.files),
        bundled: Object.fromEntries(inner),
      };
    }
    opened = new Set([...opened, ...(round < MAX_OPENINGS ? crossed : places)]);
  }
}

/** A copy of another package is judged as that package would be, wherever it lies. */
function analyzeBundled(
  place: string,
  files: PackageFile[],
  outer: PackageInput,
  onLinks: OnLinks,
): PackageAnalysis {
  const { version } = toManifest(readJson(files.find(({ path }) => path === 'package.json')));
  const input: PackageInput = {
    name: bundledName(place),
    version: semver.valid(version) ?? '',
    integrity: null,
    isSubject: false,
    files,
    notRead: [],
    givenUp: (outer.givenUp ?? [])
      .filter((path) => path.startsWith(`${place}/`))
      .map((path) => path.slice(place.length + 1)),
    onFile: (path) => outer.onFile?.(`${place}/${path}`),
  };
  return analyzeFiles(input, onLinks);
}

type OnLinks = (path: string, links: FileLinks) => void;

function analyzeFiles(input: PackageInput, onLinks: OnLinks): PackageAnalysis {
  const files = new Map(input.files.map((file) => [file.path, file]));
  const paths = new Set(files.keys());
  const rawManifest = readJson(files.get('package.json'));
  const manifest = toManifest(rawManifest);
  const vendored = vendoredIn(manifest, (folder) => {
    const raw = readJson(files.get(`${folder}/package.json`));
    return raw === null ? null : toManifest(raw);
  });
  const found = findEntries(manifest, paths);
  const gyp = files.get('binding.gyp');
  const gypText = gyp ? Buffer.from(gyp.bytes).toString('utf8') : null;
  const lifecycle = [
    ...found.lifecycle,
    ...vendoredStarts(vendored, paths),
    ...gypStarts(manifest, gypText, paths),
  ];
  const entries = { ...found, lifecycle };
  const context = { ...contextOf(input, manifest, entries, files), vendored };
  const kinds = new Map(input.files.map(({ path, bytes }) => [path, fileKindOf(path, bytes)]));
  const looks = new Map<string, FileLook>();
  const kept = new Map<string, SourceFile>();
  const visit = (path: string, isFull: boolean) => {
    const file = files.get(path);
    const isWhole = isFull && input.isBrief !== true;
    if (file && !looks.has(path)) looks.set(path, look(file, input, context, kept, isWhole));
  };
  const following = { entries, looks, kinds, paths, manifest, rawManifest };
  const reach = followReach((path) => visit(path, true), following);
  const isClose = input.isSubject || entries.lifecycle.length > 0;
  for (const [path, kind] of kinds) {
    const isCode = kind === 'javascript' || (kind === 'typescript' && input.isSubject);
    if (!isCode) continue;
    // What nobody can import is not read in a dependency of which something else is read: it neither
    // hides nor condemns. In the server itself a threat there would be a decoy.
    const isOpen = manifest.exports === undefined && !ASIDE.test(path);
    if (isClose || isOpen || reach.reached.size === 0) visit(path, input.isSubject || isOpen);
  }
  for (const [path, { links }] of looks) onLinks(path, links);
  const isGivenUp = input.givenUp?.includes(JOINED) ?? false;
  if (input.isSubject && input.isBrief !== true && !isGivenUp) {
    input.onFile?.(JOINED);
    const known = { ...context, installFiles: reach.atInstall };
    addThreatsAcross(looks, reach.reached.keys(), known);
  }
  const hashes = hashesOf(input.files);
  return assemble({ input, manifest, context, kinds, looks, kept, reach, entries, hashes });
}

function hashesOf(files: readonly PackageFile[]): Record<string, string> {
  const hashes: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const { path, sha256 } of files) if (sha256 !== '') hashes[path] = sha256;
  return hashes;
}

interface Following {
  entries: Entries;
  looks: Map<string, FileLook>;
  kinds: ReadonlyMap<string, FileKind>;
  paths: ReadonlySet<string>;
  manifest: Manifest;
  rawManifest: unknown;
}

const MAY_RUN = new Set<FileKind>(['javascript', 'typescript', 'maybe-javascript']);

/** Looks at whatever the entry points lead to, step by step. */
function followReach(visit: (path: string) => void, following: Following): Reach {
  const { entries, looks, kinds, paths, manifest } = following;
  const internal = internalImports(following.rawManifest);
  const noCode = new Set<string>();
  const bins = new Set(Object.values(manifest.bin).map((file) => file.replace(/^\.\//, '')));
  for (let round = 0; ; round++) {
    const links = new Map([...looks].map(([path, { links }]) => [path, links]));
    const reach = findReach(entries, links, paths, internal, manifest.name ?? '');
    const waiting = [...reach.reached.keys()].filter(
      (path) => !looks.has(path) && !noCode.has(path) && MAY_RUN.has(kinds.get(path) ?? 'other'),
    );
    if (waiting.length === 0 || round >= MAX_ROUNDS) return reach;
    waiting.forEach(visit);
    for (const path of waiting) {
      // A LICENSE that a pattern in `exports` takes in is no code, and no loss.
      const isGuess = kinds.get(path) === 'maybe-javascript' && !bins.has(path);
      if (isGuess && looks.get(path)?.failure) {
        looks.delete(path);
        noCode.add(path);
      }
    }
  }
}

function look(
  file: PackageFile,
  input: PackageInput,
  context: PackageContext,
  kept: Map<string, SourceFile>,
  isFull: boolean,
): FileLook {
  const { path, bytes, size } = file;
  input.onFile?.(path);
  const times = input.givenUp?.filter((one) => one === path).length ?? 0;
  const failure = times > 1 ? TOO_LONG : size > MAX_PARSED_BYTES ? 'too large to parse' : null;
  if (failure !== null) {
    return { ...lookAt(path, '', context, () => undefined, false), bytes: size, failure };
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const keep = (source: SourceFile) => {
    if (!input.isSubject) return;
    const held = [...kept.values()].reduce((sum, { text }) => sum + text.length, 0);
    if (held + text.length <= MAX_KEPT_BYTES) kept.set(path, source);
  };
  const seen = lookAt(path, text, context, keep, isFull && times === 0);
  return times === 0 ? seen : { ...seen, failure: seen.failure ?? TOO_LONG };
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
