// Rules of point 3: what the server's own code can do, against what it says it is for.
import { functionData } from '../../analyze/source/functions.ts';
import { defineRule } from '../../rule.ts';
import type { Hit, Rule } from '../../rule.ts';
import type { Capability, CapabilityHit, PackageAnalysis, SourceFact } from '../../types.ts';

const MAX_NAMED = 20;
// Code of others that a bundler put in; what it can do says little about the server.
const BUNDLE_SHARE = 0.5;

// A file's name alone does nothing, and these are what could do something with it.
const NAMES: ReadonlySet<Capability> = new Set([
  'agent-config',
  'editor-config',
  'git-hooks',
  'ci-files',
]);
const HANDS: ReadonlySet<Capability> = new Set([
  'file-read',
  'file-write',
  'file-delete',
  'process-spawn',
  'shell',
  'dynamic-code',
  'native-code',
]);

/** What they do is said by what they are given. */
const INTERPRETERS =
  /^(?:node|bun|deno|perl|python|ruby|php|bash|zsh|cmd|powershell|pwsh|npx|npm|curl|wget|ssh|scp|sudo|open|env)$/;

const WORDS: Partial<Record<Capability, string>> = {
  'file-write': 'writes files',
  'file-delete': 'deletes files',
  'process-spawn': 'starts processes',
  shell: 'hands commands to a shell',
  'network-client': 'connects to the network',
  'dynamic-code': 'runs code made at run time',
  'native-code': 'loads native code',
  clipboard: 'uses the clipboard',
  credentials: 'names credential files',
  wallet: 'names wallet files or interfaces',
  'agent-config': 'names configuration of AI agents',
  'editor-config': 'names configuration of editors',
  'git-hooks': 'names git hooks',
  'ci-files': 'names files of build pipelines',
  publish: 'publishes packages',
  'self-update': 'installs packages globally',
  download: 'downloads files',
  'keyboard-screen': 'uses keyboard, screen, camera or microphone',
  mail: 'sends or reads mail',
  database: 'uses a database',
};

const unexplainedCapability = defineRule({
  id: 'unexplained-capability',
  check: 'permission-review',
  severity: 'moderate',
  title: 'The server can do something that its stated function does not explain',
  why: 'A server runs with all your rights. What goes beyond its purpose is either careless or hidden.',
  fix: 'Look at the named line, or connect the server only in a sandbox that forbids this.',
  fixUpstream: 'Say in the README what needs this capability, or remove it.',
  needs: ['source'],
  find: ({ source }) => unexplained(source),
});

const unparsedFiles = defineRule({
  id: 'unparsed-file',
  check: 'permission-review',
  severity: 'low',
  title: 'A file that runs could not be read',
  why: 'What cannot be parsed was not looked at: anything may stand there.',
  fix: 'Read the named file yourself, or ask its maintainers why it cannot be parsed.',
  needs: ['source'],
  find: ({ source }) => [
    ...unreadableIn(source.subject, true),
    ...dependenciesOf(source).flatMap((pkg) => unreadableIn(pkg, false)),
  ],
});

const oddArchive = defineRule({
  id: 'odd-archive-entry',
  check: 'permission-review',
  severity: 'high',
  title: 'The tarball holds an entry that leads out of the package',
  why: 'npm never packs such a path: somebody made the archive by hand to write elsewhere.',
  fix: 'Do not install it.',
  needs: ['source'],
  find: ({ source }) =>
    [source.subject, ...dependenciesOf(source)].flatMap((pkg) =>
      pkg.files.unreadable
        .filter(({ reason }) => reason === 'its path leads out of the package')
        .slice(0, MAX_NAMED)
        .map(({ file }) => ({
          message: `The tarball of ${pkg.name} holds a path that leads out of the package.`,
          location: 'tarball',
          package: `${pkg.name}@${pkg.version}`,
          excerpt: file.slice(0, 160),
        })),
    ),
});

const unreadDependency = defineRule({
  id: 'unread-dependency',
  check: 'permission-review',
  severity: 'low',
  title: 'The source of a dependency was not read',
  why: 'Code that nobody looked at would run with the rights of the server.',
  fix: 'Look at the dependency by hand, or vet again when it can be had.',
  needs: ['source'],
  find: ({ source }) =>
    source.unread.slice(0, MAX_NAMED).map(({ node, name, reason }) => {
      const isWrong = /\bdoes not have the integrity\b/.test(reason);
      return {
        message: `The source of ${name} was not read.`,
        location: node,
        excerpt: reason.slice(0, 160),
        // What could not be had is unknown, and keeps the point from passing; it takes nothing away.
        severity: isWrong ? 'high' : 'low',
      };
    }),
});

export const capabilitiesRules: Rule[] = [
  unexplainedCapability,
  unparsedFiles,
  oddArchive,
  unreadDependency,
];

/** One hit a capability: the first place in reached code of the server itself. */
function unexplained({ subject, stated }: SourceFact): Hit[] {
  const expected = new Set(stated.expectedCapabilities);
  const weights = functionData().unexplained;
  const seen = new Set<Capability>();
  const hits: Hit[] = [];
  const withHands = new Set(
    subject.capabilities
      .filter(({ capability, reached }) => reached !== 'none' && HANDS.has(capability))
      .map(({ file }) => file),
  );
  for (const hit of subject.capabilities) {
    const weight = weights[hit.capability];
    if (hit.reached === 'none' || !weight || expected.has(hit.capability)) continue;
    if (seen.has(hit.capability) || isOrdinary(hit) || isTold(hit, subject)) continue;
    seen.add(hit.capability);
    // In a bundle it may be any library's; there it is worth a look, not a warning.
    const isBundled = hit.isOfOthers === true || isMostlyMinified(subject, hit.file);
    // A server that can open no file prints the name: "add this to ~/.cursor/mcp.json".
    const isOnlyNamed = !withHands.has(hit.file) && NAMES.has(hit.capability);
    hits.push({
      message: `${subject.name} ${WORDS[hit.capability] ?? `can: ${hit.capability}`}, which its name, description and README do not explain.`,
      location: `${hit.file}:${hit.line}`,
      package: `${subject.name}@${subject.version}`,
      excerpt: hit.detail.slice(0, 160),
      severity:
        (isBundled || isOnlyNamed || isAskedFor(hit, subject)) && weight === 'moderate'
          ? 'low'
          : weight,
      confidence: isBundled ? 'low' : 'medium',
    });
  }
  return hits;
}

const WRITTEN: Partial<Record<Capability, string>> = {
  'agent-config': 'agent-config-write',
  'editor-config': 'agent-config-write',
  'git-hooks': 'git-hook-write',
  'ci-files': 'ci-workflow-write',
};

/** The file is for a command that the user types: whatever it writes there, the user asked for. */
function isAskedFor({ capability, file }: CapabilityHit, { threats }: PackageAnalysis): boolean {
  const writes = threats.filter(
    (threat) => threat.file === file && threat.ruleId === WRITTEN[capability],
  );
  return writes.length > 0 && writes.every(({ severity }) => /^(?:low|info)$/.test(severity));
}

/** `$ ping -c 3 host` of a server with a tool that is called or described so. */
function isTold({ capability, detail }: CapabilityHit, { surface }: PackageAnalysis): boolean {
  const program =
    capability === 'process-spawn' ? /^\$ ([a-z][a-z-]{2,20}) /.exec(detail)?.[1] : null;
  if (!program || INTERPRETERS.test(program)) return false;
  const told =
    surface?.tools.map(({ name, description }) => `${name} ${description}`).join('\n') ?? '';
  return new RegExp(`(?<![a-z])${program}(?![a-z])`, 'i').test(told);
}

function isOrdinary(hit: CapabilityHit): boolean {
  const { ordinaryCalls, ordinaryCommands } = functionData();
  const isCall = ordinaryCalls.some((name) =>
    name.endsWith('*') ? hit.detail.startsWith(name.slice(0, -1)) : hit.detail === name,
  );
  return isCall || ordinaryCommands.some((pattern) => new RegExp(pattern).test(hit.detail));
}

function isMostlyMinified(pkg: PackageAnalysis, file: string): boolean {
  const isFile = pkg.readability.files.some((found) => found.file === file);
  return (
    isFile || (pkg.readability.verdict !== 'readable' && pkg.readability.share >= BUNDLE_SHARE)
  );
}

function unreadableIn(pkg: PackageAnalysis, isSubject: boolean): Hit[] {
  return pkg.files.unreadable
    .filter(({ isReached, reason }) => isReached === true && !/^(?:its path|a )/.test(reason))
    .slice(0, MAX_NAMED)
    .map(({ file, reason }) => ({
      message: `A file of ${pkg.name} that runs could not be read.`,
      location: file.slice(0, 200),
      package: `${pkg.name}@${pkg.version}`,
      excerpt: `${file}: ${reason}`.slice(0, 160),
      // Our own limits, and what a folder gets only when it is packed, say nothing about the package.
      severity: isSubject && !/^(?:took too|bundled, but not)/.test(reason) ? 'moderate' : 'low',
    }));
}

function dependenciesOf(source: SourceFact): PackageAnalysis[] {
  return Object.keys(source.dependencies)
    .sort()
    .flatMap((id) => source.dependencies[id] ?? []);
}
