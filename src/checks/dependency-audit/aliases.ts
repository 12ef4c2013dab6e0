// Rules of point 2: a well-known library that is replaced by another package under its name.
import { defaultKnownNames } from '../../analyze/names/index.ts';
import { escapeExcerpt } from '../../analyze/text/escape.ts';
import { defineRule, type Rule } from '../../rule.ts';

const ALIAS = /^npm:((?:@[\w.~-]{1,100}\/)?[\w.~-]{1,200})(?:@(.{0,100}))?$/;
const EXACT = /^\d+\.\d+\.\d+(?:[-+][\w.+-]{1,60})?$/;
const MAX_NAMED = 20;

const replacedDependency = defineRule({
  id: 'replaced-dependency',
  check: 'dependency-audit',
  severity: 'high',
  title: 'A well-known library is replaced by an unknown package',
  why: 'The code says the name that everybody knows; what runs under it is something else, which no look at the imports shows.',
  fix: 'Read that package before you install this one.',
  fixUpstream: 'Depend on the library itself, or import the other package under its own name.',
  needs: ['source'],
  find({ source: { subject } }) {
    const aliases = Object.entries({
      ...subject.manifest.peerDependencies,
      ...subject.manifest.dependencies,
      ...subject.manifest.optionalDependencies,
      ...overriddenBy(subject.manifest.overrides ?? {}),
    }).flatMap(([name, spec]) => {
      const [, target, range = 'latest'] = ALIAS.exec(spec) ?? [];
      return target === undefined || target === name ? [] : [{ name, target, range, spec }];
    });
    if (aliases.length === 0) return [];
    const known = new Set(defaultKnownNames().map(({ name }) => name));
    return aliases
      .filter(({ name, target }) => known.has(name) && !known.has(target))
      .slice(0, MAX_NAMED)
      .map(({ name, target, range, spec }) => ({
        message: `${target} is installed as ${name}${EXACT.test(range) ? '' : ', in whatever version is newest'}`,
        location: 'package.json',
        package: `${subject.name}@${subject.version}`,
        severity: isOwn(target, subject.name) ? ('low' as const) : ('high' as const),
        excerpt: escapeExcerpt(`${name}: ${spec}`, 160),
      }));
  },
});

export const aliasRules: Rule[] = [replacedDependency];

/** Others than the usual stand-ins, which thousands put there to have less to install. */
const overriddenBy = (overrides: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(overrides).filter(
      ([, spec]) => !/^npm:@(?:nolyfill|socketregistry)\//.test(spec),
    ),
  );

/** A fork of the same people, in their scope. */
function isOwn(target: string, subject: string): boolean {
  const scope = /^@[^/]{1,100}\//.exec(subject)?.[0];
  return scope !== undefined && target.startsWith(scope);
}
