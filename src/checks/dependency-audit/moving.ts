// Rules of point 2: dependencies that the manifest takes from a repository or an address, read without a tree.
import { isAtForge, isAtRegistry } from '../../analyze/public-hosts.ts';
import { escapeExcerpt } from '../../analyze/text/escape.ts';
import { defineRule, type Hit, type Rule } from '../../rule.ts';
import type { Manifest, PackageAnalysis, Severity } from '../../types.ts';

const REPOSITORY =
  /^(?:git(?:\+\w{2,5})?:|git@|(?:github|gitlab|bitbucket|gist):|ssh:)|^https:\/\/[^\s#]{3,300}\.git(?:#|$)|^\w[\w-]{0,60}\/[\w.-]{1,100}(?:#|$)/i;
const ADDRESS = /^https?:\/\//i;
/** A commit, or a tarball of one: the bytes cannot become others unless somebody breaks the hash. */
const PINNED = /(?:#|@|\/(?:archive|tar\.gz|zip|-\/archive)\/|\/tarball\/)[0-9a-f]{7,64}\b/i;
/** What a registry serves under a version stays. */
const PUBLISHED = /^https:.{1,260}-\d+\.\d+\.\d+[\w.+-]{0,60}\.tgz(?:#.{0,200})?$/i;
const FORGE_PATH = /\/(?:-\/)?(?:archive|tarball|releases\/download|raw)\//;
const RUNS_NEWEST =
  /\buvx\b|\bpip\d?\b[\s\S]{0,40}\binstall\b|\b(?:pipx|cargo|go|gem|uv)\b[\s\S]{0,30}\b(?:install|run)\b|\b(?:docker|podman|nerdctl)\b[\s\S]{0,200}(?::(?:latest|main|master|edge|nightly|stable)\b|--pull)|\b(?:npm|pnpm|yarn|bun)\b[\s\S]{0,40}\b(?:i|install|add)\b[\s\S]{0,200}@(?:latest|next|canary|beta)\b|\b(?:pacote|live-plugin-manager|reify|install[-\w]{0,12}|tarball|extract|manager)\b[\s\S]{0,120}@(?:latest|next|canary|beta)\b|\b(?:npx|bunx|pnpx|dlx)\b[\s\S]{0,200}(?:@(?:latest|next|canary|beta)\b|['"`\s](?:-y|--yes)\b)/;
/** A version, or one that the code works out. */
const RUNS_FIXED = /['"`\s@/][\w.-]{1,80}@(?:[\^~=]?\d|["']?\$\{)/;
const TOLD_OF_TREE = new Set(['git-dependency', 'remote-dependency']);
const MAX_NAMED = 20;

const movingDependency = defineRule({
  id: 'moving-dependency',
  check: 'dependency-audit',
  severity: 'moderate',
  title: 'A dependency comes from outside the registry, and can change at any install',
  why: 'What a branch or an address gives today was reviewed by nobody tomorrow: no version names it, no integrity holds it, and no registry can take it down.',
  fix: 'Ask for a server that depends on published versions, or read that code at the commit that you install.',
  fixUpstream: 'Depend on published versions, or at least on a full commit hash.',
  needs: ['source'],
  find({ source: { subject } }, { optional }) {
    const told = new Set(
      (optional('confusion') ?? [])
        .filter(({ ruleId }) => TOLD_OF_TREE.has(ruleId))
        .map(({ name }) => name),
    );
    const listed = specsOf(subject.manifest)
      .filter(([name, spec]) => isFromOutside(spec) && !(told.has(name) && !isOfAnyHost(spec)))
      .slice(0, MAX_NAMED)
      .map(([name, spec]) => {
        const isFixed = PINNED.test(spec) || isPublished(spec);
        const isAnywhere = isOfAnyHost(spec);
        return {
          message: isAnywhere
            ? 'package.json takes a dependency from an address of a host that is neither registry nor forge.'
            : isFixed
              ? 'package.json takes a dependency from outside the registry, at one commit or release.'
              : 'package.json takes a dependency from a branch or an address, whatever is there at that time.',
          location: 'package.json',
          package: `${subject.name}@${subject.version}`,
          severity: gradeOf(isAnywhere, isFixed),
          excerpt: escapeExcerpt(`${name}: ${spec}`, 160),
        };
      });
    return [...listed, ...putInPlace(subject), ...fetchedAtRunTime(subject)];
  },
});

/** What a tool fetches as it runs is a dependency that neither package.json nor a lock holds. */
const fetchedAtRunTime = (pkg: PackageAnalysis): Hit[] =>
  pkg.threats
    .filter(
      ({ ruleId, reached, severity, excerpt }) =>
        ruleId === 'runtime-install' &&
        reached !== 'none' &&
        // High is what is loaded as well, or comes from another registry.
        (severity === 'high' ||
          (severity === 'moderate' && RUNS_NEWEST.test(excerpt) && !RUNS_FIXED.test(excerpt))),
    )
    .slice(0, MAX_NAMED)
    .map(({ file, line, excerpt, severity }) => ({
      message: 'A package is fetched and run in whatever version is newest then.',
      location: `${file}:${line}`,
      package: `${pkg.name}@${pkg.version}`,
      severity: isLauncher(pkg) ? 'high' : severity,
      excerpt,
    }));

const MAX_LAUNCHER_BYTES = 60_000;

/** A little code without a tool of its own: the whole server is what is fetched. A large program has other uses. */
const isLauncher = ({ surface, files }: PackageAnalysis): boolean =>
  surface.tools.length + surface.texts.length === 0 && files.bytes <= MAX_LAUNCHER_BYTES;

const floatingDependency = defineRule({
  id: 'floating-dependency',
  check: 'dependency-audit',
  severity: 'moderate',
  title: 'A dependency is taken in whatever version is newest',
  why: 'Every release, also one that was hijacked an hour ago or that breaks its users, comes with the next install.',
  fix: 'Install the server from a lock (--write-lock).',
  fixUpstream: 'Name a range of versions that were tried.',
  needs: ['source'],
  find: ({ source: { subject } }) =>
    trimmed({ ...subject.manifest.dependencies, ...subject.manifest.optionalDependencies })
      .filter(([, spec]) => /^(?:latest|next|\*|x|X|>=?\s?0(?:\.0){0,2}(?:\.\d+)?)?$/.test(spec))
      .slice(0, MAX_NAMED)
      .map(([library, spec]) => ({
        message: 'package.json takes a dependency in any version.',
        location: 'package.json#/dependencies',
        package: `${subject.name}@${subject.version}`,
        excerpt: escapeExcerpt(`${library}: ${spec}`, 160),
      })),
});

export const movingRules: Rule[] = [movingDependency, floatingDependency];

const isOfAnyHost = (spec: string): boolean =>
  ADDRESS.test(spec) && !REPOSITORY.test(spec) && !isAtForge(spec) && !FORGE_PATH.test(spec);

/** What a host of somebody's own hands out is whatever he likes, whatever the address says. */
const gradeOf = (isAnywhere: boolean, isFixed: boolean): Severity =>
  isAnywhere ? 'high' : isFixed ? 'low' : 'moderate';

/** npm installs peers by itself, as it does with the others. */
const specsOf = ({
  dependencies,
  optionalDependencies,
  peerDependencies,
}: Manifest): [string, string][] =>
  trimmed({ ...peerDependencies, ...dependencies, ...optionalDependencies });

const trimmed = (specs: Record<string, string>): [string, string][] =>
  Object.entries(specs).map(([name, spec]) => [name, spec.trim().slice(0, 500)]);

/** Overrides reach packages that package.json does not even name; only its own checkouts and locks follow them. */
const putInPlace = ({ name, version, manifest }: PackageAnalysis): Hit[] =>
  trimmed(manifest.overrides ?? {})
    .filter(([, spec]) => isFromOutside(spec))
    .slice(0, MAX_NAMED)
    .map(([library, spec]) => ({
      message: 'package.json puts code from outside the registry in the place of a library.',
      location: 'package.json',
      package: `${name}@${version}`,
      severity: isPublished(spec) ? 'low' : PINNED.test(spec) ? 'moderate' : 'high',
      excerpt: escapeExcerpt(`${library}: ${spec}`, 160),
    }));

const isPublished = (spec: string): boolean => PUBLISHED.test(spec) && isAtRegistry(spec);

const isFromOutside = (spec: string): boolean => REPOSITORY.test(spec) || ADDRESS.test(spec);
