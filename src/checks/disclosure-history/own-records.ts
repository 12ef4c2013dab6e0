// Rules of point 7 about records that apply to this very version.
import { compareSeverity, fixText, NOT_STATED } from '../../analyze/advisories/index.ts';
import { defineRule, type Hit, type RuleContext } from '../../rule.ts';
import type { AdvisoriesFact, Subject, Vulnerability } from '../../types.ts';

export const unfixedAdvisory = defineRule({
  id: 'unfixed-advisory',
  check: 'disclosure-history',
  severity: 'high',
  title: 'This version has a known vulnerability of its own',
  why: 'The weakness is public, and so is how to use it.',
  fix: 'Use a version that is not affected; if there is none, do not connect the server.',
  fixUpstream: 'Release a fix and state the fixed version in the advisory.',
  caps: 'low',
  needs: ['advisories'],
  find: ({ advisories }, context) =>
    own(advisories, 'vulnerability').map((found) => unfixedHit(found, context)),
});

export const malwareRecord = defineRule({
  id: 'malware-record',
  check: 'disclosure-history',
  severity: 'critical',
  title: 'This version is on record as malware',
  why: 'Somebody looked at it and found that it was published to do harm.',
  fix: 'Do not install it. If it was installed, treat the machine as compromised.',
  caps: 'do-not-use',
  needs: ['advisories'],
  find({ advisories }, context) {
    const hits = own(advisories, 'malware').map((found) => malwareHit(found, context));
    const known = context.optional('names')?.known;
    const isCompromised = known?.compromisedVersions?.includes(context.subject.version) ?? false;
    if (hits.length > 0 || !isCompromised) return hits;
    return [
      {
        message: `${at(context.subject)} is a compromised release of a package that is otherwise known.`,
        location: 'package.json#/version',
      },
    ];
  },
});

/** What applies to the subject itself. */
export const own = (fact: AdvisoriesFact, kind: 'vulnerability' | 'malware'): Vulnerability[] =>
  fact.vulnerabilities.filter(({ node, advisory }) => node === '' && advisory.kind === kind);

export const at = ({ name, version }: Subject): string => `${name}@${version}`;
/** Readers are not shown the id that we give to a list entry without one. */
export const label = (id: string): string =>
  id.startsWith('unnumbered:') ? 'a list of malicious packages' : id;

function unfixedHit({ advisory, installed, path }: Vulnerability, context: RuleContext): Hit {
  const { fixedIn, isVerified } = advisory;
  const severity =
    !isVerified && compareSeverity(advisory.severity, 'moderate') > 0
      ? 'moderate'
      : advisory.severity;
  const isGrave = compareSeverity(severity, 'high') >= 0;
  return {
    severity,
    confidence: confidence(advisory.isVerified, context),
    ...(isGrave ? {} : { caps: null }),
    message: `${at(context.subject)} is affected by ${advisory.id} (${fixText(advisory)}).`,
    location: advisory.id,
    references: advisory.references,
    ...(fixedIn === undefined ? {} : { fix: `Use ${context.subject.name}@${fixedIn} or later.` }),
    ...(advisory.summary === '' ? {} : { excerpt: advisory.summary }),
    advisory: detail(advisory, installed, path),
  };
}

function malwareHit({ advisory, installed, path }: Vulnerability, context: RuleContext): Hit {
  const isVague = advisory.range === NOT_STATED;
  return {
    severity: advisory.isVerified ? advisory.severity : 'moderate',
    confidence: isVague ? 'medium' : confidence(advisory.isVerified, context),
    message: isVague
      ? `${context.subject.name} is on a list of malicious packages that names no versions.`
      : `${at(context.subject)} is malware according to ${label(advisory.id)}.`,
    location: label(advisory.id),
    references: advisory.references,
    ...(advisory.summary === '' ? {} : { excerpt: advisory.summary }),
    advisory: detail(advisory, installed, path),
  };
}

const detail = (
  { id, aliases, range, fixedIn }: Vulnerability['advisory'],
  installed: string,
  path: string[],
): NonNullable<Hit['advisory']> => ({
  id,
  aliases,
  range,
  installed,
  ...(fixedIn === undefined ? {} : { fixedIn }),
  path,
  fixWithinRange: null,
});

/** A folder says its own name; that it is the registry's package of that name is likely, not certain. */
function confidence(isVerified: boolean, { subject }: RuleContext): 'high' | 'medium' {
  return isVerified && subject.source !== 'folder' ? 'high' : 'medium';
}
