// Rules of point 3: whether the source can be read at all.
import { defineRule } from '../../rule.ts';
import type { Hit, Rule } from '../../rule.ts';
import type { PackageAnalysis, Readability, Severity, SourceFact } from '../../types.ts';

/** The packages whose files have a verdict, the subject first, one hit each. */
function hits(
  source: SourceFact,
  verdict: Readability,
  judge: (pkg: PackageAnalysis, isSubject: boolean) => Severity | null,
  message: (files: number) => string,
): Hit[] {
  const ids = Object.keys(source.dependencies).sort();
  const packages = [source.subject, ...ids.map((id) => source.dependencies[id])];
  return packages.flatMap((pkg) => {
    const files = pkg?.readability.files.filter((file) => file.verdict === verdict) ?? [];
    const first = files[0];
    if (!pkg || !first) return [];
    const severity = judge(pkg, pkg === source.subject);
    if (severity === null) return [];
    const location = first.file;
    return [
      {
        message: message(files.length),
        location,
        severity,
        package: `${pkg.name}@${pkg.version}`,
        excerpt: first.reason.slice(0, 200),
      },
    ];
  });
}

const hasPublicSource = (pkg: PackageAnalysis) => pkg.manifest.repository !== undefined;

export const readabilityRules: Rule[] = [
  defineRule({
    id: 'obfuscated-source',
    check: 'permission-review',
    severity: 'high',
    title: 'Source is obfuscated',
    why: 'Minifiers make code small; obfuscators make it unreadable on purpose. There is no good reason for that in a package that anyone may download.',
    fix: 'Do not connect it.',
    fixUpstream: 'Publish the code without obfuscation.',
    needs: ['source'],
    find: ({ source }) =>
      hits(
        source,
        'obfuscated',
        () => 'high',
        (files) => `${files} file${files === 1 ? ' is' : 's are'} obfuscated.`,
      ),
  }),
  defineRule({
    id: 'bytecode',
    check: 'permission-review',
    severity: 'high',
    title: 'Code is shipped as bytecode',
    why: 'Compiled bytecode does what it does without anybody being able to read it.',
    fix: 'Do not connect it unless you know its publisher.',
    fixUpstream: 'Publish the JavaScript.',
    needs: ['source'],
    find: ({ source }) =>
      hits(
        source,
        'bytecode',
        (_, isSubject) => (isSubject ? 'high' : 'moderate'),
        (files) => `${files} file${files === 1 ? ' is' : 's are'} bytecode.`,
      ),
  }),
  defineRule({
    id: 'native-binary',
    check: 'permission-review',
    severity: 'info',
    title: 'Contains programs for a processor',
    why: 'Native code cannot be read here and is not bound by anything that this report says about the source.',
    fix: 'Build it from the public source if you need to be sure.',
    needs: ['source'],
    find: ({ source }) =>
      hits(
        source,
        'native',
        (pkg) => (hasPublicSource(pkg) ? 'info' : 'moderate'),
        (files) => `${files} file${files === 1 ? ' is a native binary' : 's are native binaries'}.`,
      ),
  }),
  defineRule({
    id: 'minified-source',
    check: 'permission-review',
    severity: 'info',
    title: 'Source is minified',
    why: 'Minified code can be analysed, but hardly read by a person; without a public source there is nothing to read.',
    fix: 'Read the public source, and compare it with --repo.',
    fixUpstream: 'Publish readable code, or declare the repository.',
    needs: ['source'],
    find: ({ source }) =>
      hits(
        source,
        'minified',
        (pkg, isSubject) => (isSubject ? (hasPublicSource(pkg) ? 'info' : 'moderate') : null),
        (files) => `${files} file${files === 1 ? ' is' : 's are'} minified.`,
      ),
  }),
];
