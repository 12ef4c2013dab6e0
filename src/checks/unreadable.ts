// Files that nobody can read, and how much that weighs: told under permission review and under source verification.
import type { Hit } from '../rule.ts';
import type { PackageAnalysis, Readability, Severity, SourceFact } from '../types.ts';

type Unreadable = Exclude<Readability, 'readable'>;
type Files = PackageAnalysis['readability']['files'];

const PUSHED_AWAY = /beyond the edge of the window/;

const WORDS: Record<Unreadable, [one: string, more: string]> = {
  obfuscated: ['is obfuscated', 'are obfuscated'],
  bytecode: ['is bytecode', 'are bytecode'],
  native: ['is a native binary', 'are native binaries'],
  minified: ['is minified', 'are minified'],
};

const JUDGES: Record<
  Unreadable,
  (pkg: PackageAnalysis, isSubject: boolean, files: Files) => Severity | null
> = {
  // Nobody writes like that by accident: in the server itself it is there to keep its readers out.
  obfuscated: (_, isSubject, files) =>
    isSubject || files.some(({ reason }) => PUSHED_AWAY.test(reason)) ? 'critical' : 'high',
  bytecode: (_, isSubject) => (isSubject ? 'high' : 'moderate'),
  native: (pkg) => (hasPublicSource(pkg) ? 'info' : 'moderate'),
  minified: (pkg, isSubject) => (isSubject ? (hasPublicSource(pkg) ? 'info' : 'moderate') : null),
};

const hasPublicSource = (pkg: PackageAnalysis) => pkg.manifest.repository !== undefined;

/** The packages with files of this kind, the subject first, one hit each. */
export function unreadableHits(source: SourceFact, kind: Unreadable): Hit[] {
  const ids = Object.keys(source.dependencies).sort();
  const packages = [source.subject, ...ids.map((id) => source.dependencies[id])];
  return packages.flatMap((pkg) => {
    const files = pkg?.readability.files.filter(({ verdict }) => verdict === kind) ?? [];
    const [first] = files;
    if (!pkg || !first) return [];
    const severity = JUDGES[kind](pkg, pkg === source.subject, files);
    if (severity === null) return [];
    const [one, more] = WORDS[kind];
    return [
      {
        message: files.length === 1 ? `1 file ${one}.` : `${files.length} files ${more}.`,
        location: first.file,
        severity,
        package: `${pkg.name}@${pkg.version}`,
        excerpt: first.reason.slice(0, 200),
      },
    ];
  });
}
