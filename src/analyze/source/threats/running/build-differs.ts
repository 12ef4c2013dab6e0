// A build that does what the source beside it does not: what was read is not what runs.
import { escapeExcerpt } from '../../../text/escape.ts';
import type { FileSummary, PackageContext, RawThreat } from '../../package-context.ts';
import { declaredBy, placeOf } from '../declared.ts';

const BUILD = /^(?:\.\/)?(dist|build|out|esm|cjs|output|compiled)\//;
const MODULE_KINDS = /^(?:esm|cjs|es|module|commonjs|node)\//;
const SOURCES = ['src/', 'source/', 'lib/', ''];
const SOURCE_NAME = /\.(?:[cm]?ts|tsx|[cm]?js|jsx)$/;
/** What a bundler puts in front: then the file holds others' code as well. */
const BUNDLED = /__webpack_require__|__commonJS|__toESM\(|\/\/ node_modules\/|"node_modules\//;
const MAX_SOURCES = 400;
const MAX_CHARS = 2_000_000;
const MAX_GROWTH = 4;
const MAX_HITS = 5;

/** What a source that has it cannot do without naming. */
const NAMED_IN_SOURCE: Readonly<Record<string, RegExp>> = {
  'process-spawn': /child_process|execa|cross-spawn|zx\b|shelljs|spawn|exec|fork|Bun|worker/i,
  shell: /child_process|execa|cross-spawn|zx\b|shelljs|spawn|exec|Bun/i,
  'dynamic-code': /\beval\b|Function\b|\bvm\b|constructor|import\s*\(/,
  credentials:
    /\.ssh|\.aws|\.npmrc|\.netrc|id_rsa|credential|keychain|\.kube|\.docker|token|secret/i,
};

/** Only where the files of a build stand one by one beside those that they were made from. */
export function findBuildDifferences(
  pkg: PackageContext,
  files: readonly FileSummary[],
): RawThreat[] {
  if (!pkg.isSubject) return [];
  const built = files.filter(({ path, reached }) => reached !== 'none' && BUILD.test(path));
  const pairs = built.flatMap((file) => {
    const source = sourceOf(pkg, file.path);
    return source === null ? [] : [{ file, source }];
  });
  const mapped = ofMaps(pkg, built);
  if (pairs.length === 0) return mapped;
  const all = sourceText(pkg, pairs);
  if (all === null) return mapped;
  const declared = declaredBy(pkg);
  const beside = pairs
    .filter(({ file, source }) => isPlainBuild(pkg, file.path, source))
    .flatMap(({ file, source }) => [
      ...newHosts(file, all, (host) => placeOf(host, declared) === 'local').map(told(source, true)),
      ...newDeeds(file, all).map(told(source, false)),
    ]);
  return [...beside, ...mapped].slice(0, MAX_HITS);
}

/** The map beside a built file holds what it says it was made from. */
function ofMaps(pkg: PackageContext, built: readonly FileSummary[]): RawThreat[] {
  const declared = declaredBy(pkg);
  const known = new Set(pkg.paths);
  return built.flatMap((file) => {
    const path = `${file.path}.map`;
    const all = known.has(path) ? mappedText(pkg.textOf(path) ?? '') : null;
    const text = pkg.textOf(file.path) ?? '';
    if (all === null || text.length > MAX_GROWTH * all.length + 2_000) return [];
    return [
      ...newHosts(file, all, (host) => placeOf(host, declared) === 'local').map(told(path, true)),
      ...newDeeds(file, all).map(told(path, false)),
    ];
  });
}

/** All sources in a map; null where one is missing. */
function mappedText(text: string): string | null {
  try {
    const map = JSON.parse(text) as { sources?: unknown; sourcesContent?: unknown } | null;
    const { sources, sourcesContent } = map ?? {};
    if (!Array.isArray(sources) || !Array.isArray(sourcesContent)) return null;
    const texts = sourcesContent.filter((one): one is string => typeof one === 'string');
    return texts.length > 0 && texts.length === sources.length ? texts.join('\n') : null;
  } catch {
    return null;
  }
}

interface Difference {
  file: string;
  line: number;
  excerpt: string;
}

const told =
  (source: string, isHost: boolean) =>
  ({ file, line, excerpt }: Difference): RawThreat => ({
    ruleId: 'build-differs',
    severity: isHost ? 'critical' : 'high',
    confidence: 'medium',
    message: isHost
      ? 'The built file connects to a host that none of the sources beside it names.'
      : 'The built file does what none of the sources beside it does.',
    file,
    line,
    excerpt: escapeExcerpt(`${excerpt} (not in ${source})`),
  });

/** `dist/esm/a/b.js` -> `src/a/b.ts`, if that is there. */
function sourceOf(pkg: PackageContext, path: string): string | null {
  const inner = path.replace(BUILD, '');
  const stems = [inner, inner.replace(MODULE_KINDS, ''), inner.replace(/^src\//, '')].map((one) =>
    one.replace(/\.[cm]?js$/, ''),
  );
  const known = new Set(pkg.paths);
  for (const folder of SOURCES)
    for (const stem of stems)
      for (const ending of ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs']) {
        const source = `${folder}${stem}${ending}`;
        if (source !== path && known.has(source) && !BUILD.test(source)) return source;
      }
  return null;
}

/** Everything below the folders of the sources, in one text. */
function sourceText(pkg: PackageContext, pairs: readonly { source: string }[]): string | null {
  const roots = new Set(pairs.map(({ source }) => source.split('/')[0] ?? ''));
  const paths = pkg.paths.filter(
    (path) =>
      roots.has(path.split('/')[0] ?? '') &&
      !BUILD.test(path) &&
      (SOURCE_NAME.test(path) || path.endsWith('.json')),
  );
  if (paths.length > MAX_SOURCES) return null;
  let text = '';
  for (const path of paths) text += `${pkg.textOf(path) ?? ''}\n`;
  return text.length > MAX_CHARS ? null : text;
}

function isPlainBuild(pkg: PackageContext, path: string, source: string): boolean {
  const built = pkg.textOf(path) ?? '';
  const from = pkg.textOf(source) ?? '';
  return built.length <= MAX_GROWTH * from.length + 2_000 && !BUNDLED.test(built);
}

const newHosts = (file: FileSummary, all: string, isLocal: (host: string) => boolean) =>
  file.hosts
    .filter(({ host, isContacted }) => isContacted && !isLocal(host) && !all.includes(host))
    .slice(0, 3)
    .map(({ url, line }) => ({ file: file.path, line, excerpt: url }));

const newDeeds = (file: FileSummary, all: string): Difference[] =>
  file.capabilities
    .filter(({ capability }) => {
      const named = NAMED_IN_SOURCE[capability];
      return named !== undefined && !named.test(all);
    })
    .slice(0, 3)
    .map(({ line, detail }) => ({ file: file.path, line, excerpt: detail }));
