// Rules of point 6: releases, their ages and their gaps.
import {
  ageDays,
  dormantMonthsBefore,
  jumpedFrom,
  mentionsVersion,
  monthsSilent,
  newestPastCooldown,
  newerThanLatest,
  releaseOf,
} from '../../analyze/releases.ts';
import { releaseData } from '../../analyze/release-data.ts';
import { defineRule, type Hit, type Rule } from '../../rule.ts';
import type { ChangeFact } from '../../types.ts';

const PACKAGE = 'package.json#/version';

const abandoned = defineRule({
  id: 'abandoned',
  check: 'update-cadence',
  severity: 'moderate',
  title: 'There has been no release for a long time',
  why: 'When the next hole in it or in a dependency is found, probably nobody mends it.',
  fix: 'Look in the repository whether somebody still answers, and for a server that is maintained.',
  fixUpstream: 'Release, or deprecate the package and name a successor.',
  needs: ['releases'],
  find({ releases }, { now, optional, subject }): Hit[] {
    const { abandonedLowMonths, abandonedModerateMonths } = releaseData();
    const months = monthsSilent(releases, now);
    if (months < abandonedLowMonths) return [];
    const isOld = months >= abandonedModerateMonths;
    const isOpen = (optional('advisories')?.vulnerabilities ?? []).some(
      ({ advisory, node }) =>
        node === '' && advisory.kind === 'vulnerability' && isSerious(advisory.severity),
    );
    return [
      {
        severity: isOld ? (isOpen ? 'high' : 'moderate') : 'low',
        message: `${subject.name} has had no release for ${months} months${isOpen ? ', and an advisory for it is open' : ''}`,
        location: PACKAGE,
      },
    ];
  },
});

const dormantThenReleased = defineRule({
  id: 'dormant-then-released',
  check: 'update-cadence',
  severity: 'info',
  title: 'This release came after a long silence',
  why: 'Accounts of packages that slept are taken over; most such releases are honest all the same.',
  fix: 'Read what changed: mcp-vet diff with the version before.',
  needs: ['releases'],
  find({ releases }, { optional, subject }): Hit[] {
    const months = dormantMonthsBefore(releases, subject.version);
    if (months === undefined) return [];
    const signal = accompaniedBy(optional('change'));
    return [
      {
        ...(signal === undefined ? {} : { severity: 'moderate' as const }),
        message: `${subject.name}@${subject.version} was released after ${months} months without one${with_(signal)}`,
        location: PACKAGE,
      },
    ];
  },
});

const freshRelease = defineRule({
  id: 'fresh-release',
  check: 'update-cadence',
  severity: 'info',
  title: 'This version is too new for anybody to have looked at it',
  why: 'Most hijacked releases are found within a week; who waits that long never installs them.',
  fix: 'Wait for the cooldown to pass, or install the newest version past it.',
  needs: ['releases'],
  find({ releases }, { now, minReleaseAgeDays, optional, subject }): Hit[] {
    const own = releaseOf(releases, subject.version);
    const age = own ? ageDays(own.publishedAt, now) : undefined;
    if (age === undefined || age >= minReleaseAgeDays) return [];
    const older = newestPastCooldown(releases, minReleaseAgeDays, now, optional('packument'));
    const signal = accompaniedBy(optional('change'));
    const instead = older
      ? `; newest version past the cooldown of ${minReleaseAgeDays} days: ${older.version}`
      : `; no version is past the cooldown of ${minReleaseAgeDays} days`;
    return [
      {
        ...(signal === undefined ? {} : { severity: 'moderate' as const }),
        message: `${subject.name}@${subject.version} is ${age} days old${with_(signal)}${instead}`,
        location: PACKAGE,
        ...(older ? { fix: `Install ${subject.name}@${older.version} until then.` } : {}),
      },
    ];
  },
});

const versionJump = defineRule({
  id: 'version-jump',
  check: 'update-cadence',
  severity: 'low',
  title: 'The version number jumps',
  why: 'A very high version wins over every honest one; dependency confusion works that way.',
  fix: 'Ask whether the release was meant, before it is installed.',
  needs: ['packument'],
  find({ packument }, { subject }) {
    const from = jumpedFrom(packument.versions, subject.version);
    return from === null
      ? []
      : [{ message: `${subject.version} follows ${from}`, location: PACKAGE }];
  },
});

const distTagBackwards = defineRule({
  id: 'dist-tag-backwards',
  check: 'update-cadence',
  severity: 'low',
  title: 'The tag latest points to an older version',
  why: 'Either a release was taken back, or whoever asks for the newest gets an old one.',
  fix: 'Ask for an exact version, and look why the newer one is not recommended.',
  fixUpstream: 'Move the tag, or deprecate the version that was taken back.',
  needs: ['packument'],
  find({ packument }, { optional }) {
    const newer = newerThanLatest(packument, optional('releases'));
    const latest = packument.distTags['latest'];
    return newer === null
      ? []
      : [{ message: `latest is ${latest}, although ${newer} is published`, location: PACKAGE }];
  },
});

const noChangelog = defineRule({
  id: 'no-changelog',
  check: 'update-cadence',
  severity: 'info',
  title: 'The package ships no changelog',
  why: 'What an update brings must then be read from the code.',
  fix: 'Compare versions before an update: mcp-vet diff.',
  fixUpstream: 'Ship a CHANGELOG.md.',
  needs: ['source'],
  find: ({ source }) =>
    source.subject.changelog === undefined
      ? [{ message: 'there is no CHANGELOG in the package', location: 'package.json#/files' }]
      : [],
});

const changelogMissesVersion = defineRule({
  id: 'changelog-misses-version',
  check: 'update-cadence',
  severity: 'info',
  title: 'The changelog does not mention this version',
  why: 'A release that its own changelog does not know may not have been planned.',
  fix: 'Read what changed: mcp-vet diff with the version before.',
  fixUpstream: 'Add an entry for every release.',
  needs: ['source'],
  find({ source }, { subject }) {
    const { changelog } = source.subject;
    if (changelog === undefined || mentionsVersion(changelog, subject.version)) return [];
    return [{ message: `${subject.version} is not in the changelog`, location: 'CHANGELOG' }];
  },
});

export const releasesRules: Rule[] = [
  abandoned,
  dormantThenReleased,
  freshRelease,
  versionJump,
  distTagBackwards,
  noChangelog,
  changelogMissesVersion,
];

const ACCOMPANYING: Record<string, string> = {
  'install-script-added': 'a new install script',
  'publisher-changed': 'another publisher',
};

/** What makes an unusual date suspicious, in words; undefined if nothing does. */
function accompaniedBy(change: ChangeFact | undefined): string | undefined {
  const youngDays = releaseData().youngDependencyDays;
  for (const one of change?.changes ?? []) {
    const words = ACCOMPANYING[one.kind];
    if (words !== undefined) return words;
    // Servers gain dependencies all the time; one that is itself new, or of unknown age, is another thing.
    if (one.kind === 'dependency-added' && (one.ageDays ?? 0) < youngDays) {
      return one.ageDays === undefined ? 'a new dependency' : 'a dependency that is itself new';
    }
  }
  return undefined;
}

function with_(signal: string | undefined): string {
  return signal === undefined ? '' : `, with ${signal}`;
}

function isSerious(severity: string): boolean {
  return severity === 'high' || severity === 'critical';
}
