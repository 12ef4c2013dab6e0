// Rules of point 7: what is on record about the package itself.
import { NOT_STATED } from '../../analyze/advisories/index.ts';
import { escapeExcerpt } from '../../analyze/text/escape.ts';
import { defineRule, type Hit, type Rule } from '../../rule.ts';
import type { AdvisoriesFact, ReleasesFact, Subject } from '../../types.ts';
import { fixTimes } from './fix-times.ts';
import { at, label, malwareRecord, own, unfixedAdvisory } from './own-records.ts';

const MAX_LISTED = 5;
const EXCERPT = 200;

const compromisedReleaseHistory = defineRule({
  id: 'compromised-release-history',
  check: 'disclosure-history',
  severity: 'info',
  title: 'Another release of this package was malware',
  why: 'It says how well the publishing of the package is guarded, and to keep off a range.',
  fix: 'Pin the exact version that was vetted.',
  needs: ['advisories'],
  find({ advisories }, { subject }) {
    const applying = new Set(own(advisories, 'malware').map(({ advisory }) => advisory.id));
    return advisories.ownHistory
      .filter(
        ({ kind, id, range }) => kind === 'malware' && !applying.has(id) && range !== NOT_STATED,
      )
      .map(({ range, id, references, summary }) => ({
        message: `${subject.name} has had malicious releases (${range}); ${subject.version} is not one of them.`,
        location: label(id),
        references,
        ...(summary === '' ? {} : { excerpt: summary }),
      }));
  },
});

const pastAdvisories = defineRule({
  id: 'past-advisories',
  check: 'disclosure-history',
  severity: 'info',
  title: 'Past advisories, handled',
  why: 'Advisories that were published and fixed show that somebody looks and somebody answers.',
  fix: 'Nothing to do; keep the version up to date.',
  needs: ['advisories'],
  find: ({ advisories }, context) =>
    pastHits(advisories, context.subject, context.optional('releases')),
});

const deprecatedWhereStated = defineRule({
  id: 'deprecated',
  check: 'disclosure-history',
  severity: 'moderate',
  title: 'This version is deprecated',
  why: 'The publisher says not to use it; nobody will fix what is found in it.',
  fix: 'Use the package that the message names, or another version.',
  caps: 'low',
  needs: ['packument'],
  find({ packument }, { subject }) {
    const text = packument.versions.find(({ version }) => version === subject.version)?.deprecated;
    if (text === undefined || text === '') return [];
    return [
      {
        message: `${at(subject)} is deprecated.`,
        location: 'package.json#/version',
        excerpt: escapeExcerpt(text, EXCERPT),
      },
    ];
  },
});

/** A mirror may strip the field: then its absence says nothing, and that is a gap. */
const deprecated: Rule = {
  ...deprecatedWhereStated,
  apply(evidence) {
    const result = deprecatedWhereStated.apply(evidence);
    const { packument } = evidence.facts;
    const isSilent = packument.known && !packument.value.servesDeprecations;
    if (!isSilent || result.findings.length > 0) return result;
    const reason = 'this registry does not say which versions are deprecated';
    return { findings: [], gaps: [{ ruleId: deprecatedWhereStated.id, reason }] };
  },
};

const noSecurityPolicy = defineRule({
  id: 'no-security-policy',
  check: 'disclosure-history',
  severity: 'info',
  title: 'There is no security policy',
  why: 'Who finds a weakness does not know whom to tell.',
  fix: 'Nothing to do; look at how past reports were answered.',
  fixUpstream: 'Add a SECURITY.md that says where to report.',
  // Where neither was read there is nothing to ask.
  isOptional: true,
  needs: ['source', 'repository'],
  find({ source, repository }, { subject }) {
    const hasOwn = (source.subject.securityPolicy ?? '') !== '';
    if (hasOwn || repository.hasSecurityPolicy !== false) return [];
    return [
      {
        message: `Neither ${subject.name} nor its repository has a SECURITY.md.`,
        location: 'SECURITY.md',
      },
    ];
  },
});

const unpublishedVersions = defineRule({
  id: 'unpublished-versions',
  check: 'disclosure-history',
  severity: 'info',
  title: 'Versions were taken back',
  why: 'A version that disappears may have been a slip, or something nobody should see.',
  fix: 'Pin the exact version that was vetted.',
  isOptional: true,
  needs: ['releases'],
  find({ releases }, { subject }) {
    const { unpublished } = releases;
    if (unpublished.length === 0) return [];
    return [
      {
        message: `${unpublished.length} versions of ${subject.name} were unpublished: ${listed(unpublished)}.`,
        location: 'package.json#/version',
      },
    ];
  },
});

function pastHits(
  advisories: AdvisoriesFact,
  subject: Subject,
  releases: ReleasesFact | undefined,
): Hit[] {
  const applying = new Set(own(advisories, 'vulnerability').map(({ advisory }) => advisory.id));
  const past = advisories.ownHistory.filter(
    ({ kind, id, severity, isVerified }) =>
      kind === 'vulnerability' && severity !== 'info' && isVerified && !applying.has(id),
  );
  if (past.length === 0) return [];
  return [
    {
      message: `${past.length} past advisories of ${subject.name} do not apply to ${subject.version}: ${listed(
        past.map(({ id }) => id),
      )}${fixTimes(past, releases)}.`,
      location: 'package.json#/version',
      references: past.flatMap(({ references }) => references.slice(0, 1)).slice(0, MAX_LISTED),
    },
  ];
}

function listed(items: readonly string[]): string {
  const rest = items.length - MAX_LISTED;
  return items.slice(0, MAX_LISTED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

export const historyRules: Rule[] = [
  unfixedAdvisory,
  malwareRecord,
  deprecated,
  compromisedReleaseHistory,
  pastAdvisories,
  noSecurityPolicy,
  unpublishedVersions,
];
