// Rules of point 2 about pinning: how the server is asked for, what a lockfile says, dependency confusion.
import { isDict } from '../../analyze/manifest.ts';
import { escapeExcerpt } from '../../analyze/text/escape.ts';
import { defineRule, type Rule, type RuleText } from '../../rule.ts';

type Text = Omit<RuleText, 'check'>;

const RELOCK =
  'Delete the entry and lock it again from your registry (npm install --package-lock-only), then compare.';
const MAX_NAMED = 20;
const UPSTREAM_REGISTRY = 'Depend on published versions.';

/** Observations of collect and analyze, each told by its rule. */
const OBSERVED: Text[] = [
  {
    id: 'integrity-changed',
    severity: 'critical',
    title: 'The registry serves other content than was locked',
    why: 'A published version never changes on an honest registry; a changed one was replaced after somebody locked it.',
    fix: 'Do not install it. Find out which content is the genuine one before anything else.',
    caps: 'do-not-use',
  },
  {
    id: 'shared-integrity',
    severity: 'high',
    title: 'Two packages are locked to the same content',
    why: 'Different packages do not have the same bytes; one of the entries was edited.',
    fix: RELOCK,
  },
  {
    id: 'resolved-mismatch',
    severity: 'high',
    title: 'A lock entry points to the tarball of something else',
    why: 'npm installs what `resolved` points to, under the name that the entry shows to the reviewer.',
    fix: RELOCK,
  },
  {
    id: 'foreign-resolved-host',
    severity: 'high',
    title: 'A lock entry is resolved from a host that is none of your registries',
    why: 'A lockfile can replace any dependency by a tarball from anywhere; reviews rarely see it.',
    fix: RELOCK,
  },
  {
    id: 'insecure-resolved-url',
    severity: 'moderate',
    title: 'A lock entry is resolved without TLS',
    why: 'Anyone on the way can answer; the integrity alone stands against it.',
    fix: RELOCK,
  },
  {
    id: 'credentials-in-lockfile',
    severity: 'moderate',
    title: 'A lockfile contains credentials',
    why: 'Whoever reads the repository can use them.',
    fix: 'Revoke them, remove them from the lockfile, and keep tokens in the user .npmrc.',
  },
  {
    id: 'malformed-resolved',
    severity: 'moderate',
    title: 'A lock entry has a resolved field that is no URL',
    why: 'What an install would fetch cannot be told.',
    fix: RELOCK,
  },
  {
    id: 'missing-integrity',
    severity: 'moderate',
    title: 'A lock entry has no integrity',
    why: 'Any content will be accepted for it.',
    fix: RELOCK,
  },
  {
    id: 'malformed-integrity',
    severity: 'moderate',
    title: 'A lock entry has a malformed integrity',
    why: 'npm ignores what it cannot parse, so any content will be accepted.',
    fix: RELOCK,
  },
  {
    id: 'weak-integrity',
    severity: 'low',
    title: 'A lock entry is pinned by a broken hash only',
    why: 'SHA-1 collisions can be made.',
    fix: RELOCK,
  },
  {
    id: 'lock-manifest-mismatch',
    severity: 'moderate',
    title: 'Lockfile and package.json disagree',
    why: 'npm ci refuses it, and npm install resolves anew: what was reviewed is not what comes.',
    fix: 'Run npm install --package-lock-only and review the change.',
  },
  {
    id: 'git-dependency',
    severity: 'moderate',
    title: 'A dependency comes from git',
    why: 'It is not on the registry, has no integrity, can move, and may run its prepare script on install. It was not fetched.',
    fix: 'Read that repository at the commit that would be installed, or use another server.',
    fixUpstream: UPSTREAM_REGISTRY,
  },
  {
    id: 'remote-dependency',
    severity: 'moderate',
    title: 'A dependency comes from a URL',
    why: 'Its content can change with every install and no registry looks after it. It was not fetched.',
    fix: 'Download and read that tarball, or use another server.',
    fixUpstream: UPSTREAM_REGISTRY,
  },
  {
    id: 'missing-dependency',
    severity: 'high',
    title: 'A dependency does not exist on the registry',
    why: 'Whoever registers the name decides what this server installs.',
    fix: 'Do not install it before the name is claimed by somebody you trust; tell the maintainer.',
    fixUpstream: 'Claim the name or remove the dependency.',
  },
  {
    id: 'absurd-version',
    severity: 'moderate',
    title: 'A dependency has a version as used to outbid private packages',
    why: 'Dependency confusion wins by a higher version number than the private package has.',
    fix: 'Check that this package is the one that is meant.',
  },
  {
    id: 'scope-resolved-elsewhere',
    severity: 'high',
    title: 'A package did not resolve from the registry that its scope is mapped to',
    why: 'Somebody else may own that scope there: this is how dependency confusion looks.',
    fix: 'Map the scope in your user .npmrc and lock again.',
    caps: 'low',
  },
  {
    id: 'private-name-is-public',
    severity: 'moderate',
    title: 'A private package has a namesake on the public registry',
    why: 'Which of the two is installed depends on the machine, and on who has the higher version.',
    fix: 'Move it into a scope that is yours on the public registry too, map that scope, and check who published the namesake.',
  },
  {
    id: 'claimable-name',
    severity: 'low',
    title: 'Nobody has claimed the name of a private package on the public registry',
    why: 'Whoever claims it is installed wherever your registry is not asked, or falls back to the public one.',
    fix: 'Move it into a scope that is yours on the public registry, or publish a placeholder there.',
  },
  {
    id: 'bundled-copy-differs',
    severity: 'moderate',
    title: 'A package inside of the tarball is not what the registry serves',
    why: 'A changed copy under the name and version of a well-known package is read by nobody, and no lockfile shows it.',
    fix: 'Compare the named file with that of the published package before you install this.',
    fixUpstream: 'Publish the changed package under a name of its own, or do not bundle it.',
  },
  {
    id: 'bundled-not-compared',
    severity: 'info',
    title: 'Packages inside of a tarball were not compared with the registry',
    why: 'Too many, too large, not published in that version, or nobody could be asked.',
    fix: 'Nothing by itself; their code was read as part of the package that brings them along.',
  },
  {
    id: 'aliased-dependency',
    severity: 'info',
    title: 'A dependency is installed under another name',
    why: 'The name in the code is not the name of the package that runs.',
    fix: 'Nothing; it was vetted under its own name.',
  },
];

const observedRules = OBSERVED.map((text) =>
  defineRule({
    ...text,
    check: 'dependency-audit',
    needs: ['confusion'],
    find: ({ confusion }) =>
      confusion
        .filter((hit) => hit.ruleId === text.id)
        .map(({ message, location, severity, confidence, name, excerpt }) => ({
          message,
          location,
          severity,
          confidence,
          package: name,
          ...(excerpt === undefined ? {} : { excerpt }),
        })),
  }),
);

export const floatingRequest = defineRule({
  id: 'floating-request',
  check: 'dependency-audit',
  severity: 'moderate',
  title: 'The server is started without an exact version',
  why: 'npx fetches whatever is newest at every start; a hijacked release runs the same minute.',
  fix: 'Write the vetted version into the configuration (name@1.2.3), or install it from a lock (--write-lock).',
  needs: ['request'],
  find({ request }, { subject }) {
    const isFloating = ['range', 'tag', 'unversioned'].includes(request.kind);
    if (!isFloating || !request.isConfigured) return [];
    return [
      {
        message: `${subject.name} is configured without an exact version; ${subject.version} is what it means today`,
        location: subject.configuredAs?.[0]?.file ?? 'request',
        excerpt: request.spec,
      },
    ];
  },
});

const hiddenInstallScript = defineRule({
  id: 'hidden-install-script',
  check: 'dependency-audit',
  severity: 'high',
  title: 'The lockfile hides an install script',
  why: 'npm marks packages with install scripts in the lock; an entry without the mark was edited, so that reviewers and policies do not see it.',
  fix: RELOCK,
  needs: ['lockfile', 'tree'],
  isOptional: true,
  find({ lockfile, tree }) {
    const raw = isDict(lockfile.raw) ? lockfile.raw : {};
    const packages = isDict(raw['packages']) ? raw['packages'] : {};
    return tree.nodes
      .filter((node) => node.kind === 'registry' && isMarkedByNpm(node.installScripts))
      .filter((node) => {
        const entry = packages[node.id];
        return isDict(entry) && entry['hasInstallScript'] !== true;
      })
      .map((node) => ({
        message: `${node.name}@${node.version} has an install script that the lockfile does not mark`,
        location: node.path.join(' > '),
        package: node.name,
      }));
  },
});

const insecureDependency = defineRule({
  id: 'insecure-dependency',
  check: 'dependency-audit',
  severity: 'high',
  title: 'A dependency is fetched from an address without TLS',
  why: 'Whoever sits between you and that address decides what is installed, and nothing pins the content.',
  fix: 'Do not install it.',
  fixUpstream: UPSTREAM_REGISTRY,
  needs: ['source'],
  find: ({ source: { subject } }) =>
    Object.entries({
      ...subject.manifest.peerDependencies,
      ...subject.manifest.dependencies,
      ...subject.manifest.optionalDependencies,
      ...subject.manifest.overrides,
    })
      .filter(([, spec]) => /^(?:git\+)?(?:http|git|ftp):\/\//i.test(spec))
      .slice(0, MAX_NAMED)
      .map(([name, spec]) => ({
        message: 'package.json names a dependency by an address without TLS',
        location: 'package.json',
        package: `${subject.name}@${subject.version}`,
        excerpt: escapeExcerpt(`${name}: ${spec}`, 160),
      })),
});

/** What npm starts by itself for a binding.gyp stands in no manifest, so npm does not mark it either. */
function isMarkedByNpm(scripts: Record<string, string>): boolean {
  return Object.entries(scripts).some(
    ([name, command]) => name !== 'install' || command !== 'node-gyp rebuild',
  );
}

export const pinningRules: Rule[] = [
  ...observedRules,
  floatingRequest,
  insecureDependency,
  hiddenInstallScript,
];
