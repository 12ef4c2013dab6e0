// Rules of point 2: dependencies that the manifest takes from a repository or an address, read without a tree.
import { escapeExcerpt } from '../../analyze/text/escape.ts';
import { defineRule, type Rule } from '../../rule.ts';
import type { Manifest } from '../../types.ts';

const REPOSITORY =
  /^(?:git(?:\+\w{2,5})?:|git@|(?:github|gitlab|bitbucket|gist):|ssh:)|^https:\/\/[^\s#]{3,300}\.git(?:#|$)|^\w[\w-]{0,60}\/[\w.-]{1,100}(?:#|$)/i;
const ADDRESS = /^https?:\/\//i;
/** A commit, or a tarball of one: the bytes cannot become others unless somebody breaks the hash. */
const PINNED = /(?:#|@|\/(?:archive|tar\.gz|zip|-\/archive)\/|\/tarball\/)[0-9a-f]{7,64}\b/i;
/** What a registry serves under a version stays. */
const PUBLISHED =
  /^https:\/\/(?:registry\.npmjs\.org|registry\.yarnpkg\.com)\/.{1,220}-\d+\.\d+\.\d+[\w.+-]{0,60}\.tgz(?:#.{0,200})?$/i;
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
    return specsOf(subject.manifest)
      .filter(([name, spec]) => isFromOutside(spec) && !told.has(name))
      .slice(0, MAX_NAMED)
      .map(([name, spec]) => {
        const isFixed = PINNED.test(spec) || PUBLISHED.test(spec);
        return {
          message: isFixed
            ? 'package.json takes a dependency from outside the registry, at one commit or release.'
            : 'package.json takes a dependency from a branch or an address, whatever is there at that time.',
          location: 'package.json',
          package: `${subject.name}@${subject.version}`,
          severity: isFixed ? ('low' as const) : ('moderate' as const),
          excerpt: escapeExcerpt(`${name}: ${spec}`, 160),
        };
      });
  },
});

export const movingRules: Rule[] = [movingDependency];

const specsOf = ({ dependencies, optionalDependencies }: Manifest): [string, string][] =>
  Object.entries({ ...dependencies, ...optionalDependencies }).map(([name, spec]) => [
    name,
    spec.trim().slice(0, 500),
  ]);

const isFromOutside = (spec: string): boolean => REPOSITORY.test(spec) || ADDRESS.test(spec);
