// Rules of point 2: lookalikes among the dependencies.
import { SPEAKS } from '../../analyze/names/compare.ts';
import { defineRule, type Hit, type Rule } from '../../rule.ts';
import type { ImitationFact, LookalikeKind } from '../../types.ts';

const SLIPS = new Set<LookalikeKind>(['edit', 'homoglyph', 'scope-imitated']);
const CONFIRMING = new Set<string>([SPEAKS.sameDescription, SPEAKS.sameReadme]);

const lookalikeDependency = defineRule({
  id: 'lookalike-dependency',
  check: 'dependency-audit',
  severity: 'low',
  title: 'The name of a dependency looks like that of a popular package',
  why: 'A slip in a dependency list, or a poisoned update, brings the imitation into every install.',
  fix: 'Ask the maintainer whether this dependency is meant, and not the popular one.',
  fixUpstream: 'Correct the name, or say why this package and not the popular one is used.',
  caps: 'do-not-use',
  needs: ['names'],
  find: ({ names }) =>
    names.imitations.filter(({ node }) => node !== '').flatMap((one) => dependencyHit(one)),
});

const securityHoldingDependency = defineRule({
  id: 'security-holding-dependency',
  check: 'dependency-audit',
  severity: 'critical',
  title: 'A dependency is a placeholder that npm put in the place of malware',
  why: 'The server depends on a name that was used for an attack; earlier installs may have run it.',
  fix: 'Do not install the server until the dependency is gone.',
  fixUpstream: 'Remove the dependency, and find out how it got there.',
  caps: 'do-not-use',
  needs: ['names'],
  find: ({ names }) =>
    names.securityHolding
      .filter(({ node }) => node !== '')
      .map(({ node, name, version }) => ({
        message: `${name}@${version} is a security holding package`,
        location: node,
        package: `${name}@${version}`,
      })),
});

export const lookalikesRules: Rule[] = [lookalikeDependency, securityHoldingDependency];

function dependencyHit(one: ImitationFact): Hit[] {
  const { node, name, version, verdict, evidence } = one;
  const match = verdict.matches[0];
  const { supports = [], refutes = [] } = evidence[0] ?? {};
  if (!match || match.kind === 'brand' || refutes.length > 0) return [];
  // A package that moved, or its own fork, names the same repository and says the same.
  const isConfirmed =
    supports.some((reason) => CONFIRMING.has(reason)) &&
    !supports.includes(SPEAKS.sameRepository) &&
    match.confidence === 'high';
  const reasons = supports.length > 0 ? `; for it: ${supports.join(', ')}` : '';
  return [
    {
      message: `${name} looks like ${match.target} (${match.kind})${reasons}`,
      location: node,
      package: version === '' ? name : `${name}@${version}`,
      severity: isConfirmed ? 'critical' : match.confidence === 'high' ? gradeOf(one) : 'low',
      confidence: match.confidence,
      ...(isConfirmed ? {} : { caps: null }),
    },
  ];
}

/** No dependency that healthy servers name themselves is one slip away from a well-known name. */
const gradeOf = ({ isDeclared, verdict }: ImitationFact): 'high' | 'moderate' =>
  isDeclared === true && SLIPS.has(verdict.matches[0]?.kind ?? 'brand') ? 'high' : 'moderate';
