// Published files against those of the repository: identical, built from a source there, or only published.
import type { RepoComparisonFact } from '../types.ts';

export interface CheckoutFiles {
  /** Below the package's folder. */
  paths: ReadonlySet<string>;
  /** sha256 of files that both sides have. */
  hashes: ReadonlyMap<string, string>;
  /** Published files that are minified: bundles of many sources. */
  minified: ReadonlySet<string>;
}

const BUILD_FOLDER = /^(dist|build|lib|out|esm|cjs|es|types|bundle|compiled)\//;
const SOURCE_END = /\.(tsx?|mts|cts|jsx?|mjs|cjs|json|map)$/;
const MAX_LISTED = 500;
// npm writes package.json anew and adds these from anywhere in the repository.
const WRITTEN_BY_NPM =
  /^(package\.json|readme(\.md)?|licen[cs]e(\.md|\.txt)?|npm-shrinkwrap\.json)$/i;

export function compareWithCheckout(
  published: Readonly<Record<string, string>>,
  checkout: CheckoutFiles,
): Omit<RepoComparisonFact, 'ref'> {
  const stems = new Set([...checkout.paths].map(stemOf));
  const bases = new Set([...stems].map((stem) => stem.split('/').at(-1) ?? ''));
  const result = {
    identical: 0,
    built: 0,
    onlyInTarball: [] as string[],
    differs: [] as string[],
  };
  for (const [file, hash] of Object.entries(published)) {
    const known = checkout.hashes.get(file);
    if (known === hash) result.identical += 1;
    else if (isBuilt(file, stems, bases, checkout.minified) || WRITTEN_BY_NPM.test(file))
      result.built += 1;
    else if (known !== undefined || checkout.paths.has(file)) result.differs.push(file);
    else result.onlyInTarball.push(file);
  }
  return {
    ...result,
    onlyInTarball: result.onlyInTarball.sort().slice(0, MAX_LISTED),
    differs: result.differs.sort().slice(0, MAX_LISTED),
  };
}

/** In a build folder, with a source of the same stem anywhere below the package. */
function isBuilt(
  file: string,
  stems: ReadonlySet<string>,
  bases: ReadonlySet<string>,
  minified: ReadonlySet<string>,
): boolean {
  if (!BUILD_FOLDER.test(file)) return false;
  if (minified.has(file)) return true;
  const inside = stemOf(file).replace(BUILD_FOLDER, '');
  const candidates = [inside, `src/${inside}`, `source/${inside}`, inside.replace(/^src\//, '')];
  if (candidates.some((stem) => stems.has(stem))) return true;
  return bases.has(inside.split('/').at(-1) ?? '');
}

function stemOf(file: string): string {
  return file
    .replace(/\.map$/, '')
    .replace(/\.d\.([mc]?ts)$/, '.$1')
    .replace(SOURCE_END, '');
}
