// Puts what was seen in a package's files together as one PackageAnalysis.
import type {
  CapabilityHit,
  Manifest,
  PackageAnalysis,
  Readability,
  ReachedFrom,
} from '../../types.ts';
import type { Entries } from './entries.ts';
import type { SourceFile } from './file.ts';
import type { FileKind } from './file-kind.ts';
import type { FileLook } from './look.ts';
import type { FileSummary, PackageContext, PackageInput, ServerSource } from './package-context.ts';
import { resolveSpec } from './reach.ts';
import type { Reach } from './reach.ts';
import { extractSurface } from './surface/index.ts';
import { findPackageThreats } from './threats/index.ts';
import { findWeaknesses } from './weaknesses/index.ts';

export interface Seen {
  input: PackageInput;
  manifest: Manifest;
  context: PackageContext;
  kinds: ReadonlyMap<string, FileKind>;
  looks: ReadonlyMap<string, FileLook>;
  kept: ReadonlyMap<string, SourceFile>;
  reach: Reach;
  entries: Entries;
  hashes: Record<string, string>;
}

const MAX_TEXT_CHARS = 200_000;
const MAX_HITS = 2_000;
const MAX_HITS_A_CAPABILITY = 40;
const MAX_SERVER_FILES = 400;
const MAX_DATA_FILES = 200;
const MAX_DATA_BYTES = 200_000;
const DATA = /\.(?:json[c5]?|md|txt|ya?ml|toml|html?|prompt|tmpl|tpl|hbs|mustache)$/i;
const ASIDE =
  /(?:^|\/)(?:node_modules|\.\w+)\/|(?:^|\/)(?:package-lock|npm-shrinkwrap|tsconfig[\w.-]*)\.json$|\.map$/;
const RANK: Record<ReachedFrom, number> = { lifecycle: 0, entry: 1, none: 2 };

export function assemble(seen: Seen): PackageAnalysis {
  const { input, manifest, context } = seen;
  const reachedOf = (path: string): ReachedFrom => seen.reach.reached.get(path) ?? 'none';
  const summaries = [...seen.looks.values()].map((look) => summaryOf(look, reachedOf(look.path)));
  const hits = <T extends object>(itemsOf: (look: FileLook) => T[]) =>
    [...seen.looks.values()]
      .flatMap((look) => itemsOf(look).map((item) => ({ ...item, ...placeOf(look.path) })))
      .sort((a, b) => RANK[a.reached] - RANK[b.reached])
      .slice(0, MAX_HITS);
  const placeOf = (file: string) => ({ file, reached: reachedOf(file) });
  const server = serverOf(seen);
  const surface = input.isSubject ? extractSurface(server) : NO_SURFACE;
  const isBrief = input.isBrief === true;
  const packageThreats = isBrief ? [] : findPackageThreats(context, summaries);
  const texts = textsOf(context);
  return {
    name: input.name,
    version: input.version,
    integrity: input.integrity,
    files: fileCounts(seen, reachedOf),
    hashes: seen.hashes,
    capabilities: fewOfEach([...binaryHits(seen, reachedOf), ...hits((look) => look.capabilities)]),
    hosts: hits((look) => look.hosts),
    threats: [
      ...packageThreats.map((threat) => ({
        ...threat,
        reached: reachOfThreat(threat.file, seen),
        ...(seen.reach.atInstall.has(threat.file) ? { isAtInstall: true } : {}),
      })),
      ...hits((look) => look.threats).map((threat) =>
        threat.reached === 'entry' && seen.reach.atInstall.has(threat.file)
          ? { ...threat, isAtInstall: true }
          : threat,
      ),
    ],
    weaknesses: input.isSubject && !isBrief ? findWeaknesses(server, surface) : [],
    environment: hits((look) => look.environment),
    readability: readabilityOf(seen),
    surface,
    importsReached: seen.reach.packages,
    ...texts,
    manifest,
  };
}

const NO_SURFACE = {
  tools: [],
  texts: [],
  isComplete: false,
  reason: 'only the tools of the server itself are read',
};

/** A threat in package.json is one of its install scripts. */
function reachOfThreat(file: string, seen: Seen): ReachedFrom {
  if (/(?:^|\/)package\.json$/.test(file) || file === 'binding.gyp') return 'lifecycle';
  // Recipes are read only as far as an install starts them.
  if (/(?:^|\/)(?:(?:GNUm|M|m)akefile|\.?[jJ]ustfile|CMakeLists\.txt)$|\.(?:mk|cmake)$/.test(file))
    return 'lifecycle';
  if (/^(?:\.npmrc|\.yarnrc(?:\.yml)?|bunfig\.toml|\.pnpmfile\.c?js)$/.test(file))
    return 'lifecycle';
  return seen.reach.reached.get(file) ?? 'none';
}

function summaryOf(look: FileLook, reached: ReachedFrom): FileSummary {
  const { path, threats, capabilities, hosts } = look;
  return { path, reached, threats, capabilities, hosts };
}

function fileCounts(
  seen: Seen,
  reachedOf: (path: string) => ReachedFrom,
): PackageAnalysis['files'] {
  const failed = [...seen.looks.values()].filter(({ failure }) => failure !== null);
  const unreadable = [
    ...seen.input.notRead.map(({ file, reason }) => ({ file, reason, isReached: true })),
    ...failed.map(({ path, failure }) => ({
      file: path,
      reason: failure ?? '',
      isReached: reachedOf(path) !== 'none',
    })),
  ];
  return {
    total: seen.input.files.length,
    bytes: seen.input.files.reduce((sum, { size }) => sum + size, 0),
    parsed: seen.looks.size - failed.length,
    unreadable: unreadable.slice(0, MAX_HITS),
  };
}

/** Compiled code says what it is; what it does cannot be read. */
function binaryHits(seen: Seen, reachedOf: (path: string) => ReachedFrom): CapabilityHit[] {
  const hits: CapabilityHit[] = [];
  for (const [file, kind] of seen.kinds) {
    if (kind !== 'wasm' && kind !== 'native' && kind !== 'bytecode') continue;
    const capability = kind === 'wasm' ? 'wasm' : 'native-code';
    hits.push({ capability, file, line: 1, detail: kind, reached: reachedOf(file) });
  }
  return hits;
}

function fewOfEach(hits: CapabilityHit[]): CapabilityHit[] {
  const counts = new Map<string, number>();
  const order = (hit: CapabilityHit) => RANK[hit.reached] * 2 + (hit.isOfOthers ? 1 : 0);
  return hits
    .sort((a, b) => order(a) - order(b))
    .filter(({ capability }) => {
      const count = counts.get(capability) ?? 0;
      counts.set(capability, count + 1);
      return count < MAX_HITS_A_CAPABILITY;
    });
}

/** Of what is reached; where nothing is, of everything. */
function readabilityOf(seen: Seen): PackageAnalysis['readability'] {
  const all = [...seen.looks.values()].map(({ path, bytes, readability }) => ({
    file: path,
    bytes,
    ...readability,
  }));
  for (const file of seen.input.files) {
    const kind = seen.kinds.get(file.path);
    if (kind !== 'native' && kind !== 'bytecode') continue;
    all.push({ file: file.path, bytes: file.size, verdict: kind, reason: `${kind} code` });
  }
  const reached = all.filter(({ file }) => seen.reach.reached.has(file));
  const judged = reached.length > 0 ? reached : all;
  const total = judged.reduce((sum, { bytes }) => sum + bytes, 0);
  const shareOf = (verdict: Readability) =>
    judged.filter((file) => file.verdict === verdict).reduce((sum, { bytes }) => sum + bytes, 0) /
    Math.max(total, 1);
  const worst = SHARES.find(({ verdict, share }) => shareOf(verdict) >= share);
  const verdict = worst?.verdict ?? 'readable';
  const files = judged
    .filter((file) => file.verdict !== 'readable')
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 100)
    .map(({ file, verdict, reason }) => ({ file, verdict, reason }));
  return { verdict, share: Math.round(shareOf(verdict) * 1000) / 1000, files };
}
/** From which share of the reached code on a package counts as such. */
const SHARES: { verdict: Readability; share: number }[] = [
  { verdict: 'obfuscated', share: 0.1 },
  { verdict: 'bytecode', share: 0.1 },
  { verdict: 'native', share: 0.5 },
  { verdict: 'minified', share: 0.5 },
];

function serverOf(seen: Seen): ServerSource {
  const files = new Map<string, SourceFile>();
  const reached = [...seen.reach.reached.keys()].filter((path) => seen.looks.has(path));
  for (const path of reached) {
    const file = seen.kept.get(path);
    if (file && files.size < MAX_SERVER_FILES) files.set(path, file);
  }
  const paths = new Set(files.keys());
  return {
    manifest: seen.manifest,
    files,
    entries: seen.entries.entries.filter((path) => files.has(path)),
    isCut: files.size < reached.length,
    resolveImport: (from, spec) => resolveSpec(from, spec, paths)[0] ?? null,
    ...dataOf(seen),
  };
}

/** What the code may read beside itself; documents about the package are none of it. */
function dataOf({ input, context }: Seen): Pick<ServerSource, 'dataPaths' | 'dataOf'> {
  const some = input.files
    .filter(({ path, size }) => size <= MAX_DATA_BYTES && DATA.test(path) && !ASIDE.test(path))
    .slice(0, MAX_DATA_FILES);
  const dataPaths = new Set(some.map(({ path }) => path));
  return {
    dataPaths,
    dataOf: (path) => (dataPaths.has(path) ? context.textOf(path) : null),
  };
}

function textsOf(context: PackageContext): {
  readme?: string;
  changelog?: string;
  securityPolicy?: string;
} {
  const find = (pattern: RegExp) => {
    const path = context.paths.find((candidate) => pattern.test(candidate));
    return path === undefined ? null : context.textOf(path);
  };
  const readme = context.readme ?? null;
  const changelog = find(/^(?:docs\/)?(?:changelog|changes|history|releases?)(?:\.\w{1,10})?$/i);
  const security = find(/^(?:\.github\/|docs\/)?security(?:\.\w{1,10})?$/i);
  return {
    ...(readme === null ? {} : { readme }),
    ...(changelog === null ? {} : { changelog: changelog.slice(0, MAX_TEXT_CHARS) }),
    ...(security === null ? {} : { securityPolicy: security.slice(0, MAX_TEXT_CHARS) }),
  };
}
