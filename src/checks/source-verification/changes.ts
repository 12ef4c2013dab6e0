// Rules of point 1 about the step from the version before: what a hijacked release looks like.
import { isPlainName } from '../../analyze/repository-url.ts';
import { releaseData } from '../../analyze/release-data.ts';
import { stepOf } from '../../analyze/versions.ts';
import { defineRule, type Hit, type Rule } from '../../rule.ts';
import type { Change, ChangeFact } from '../../types.ts';
import { isUsualScript } from '../dependency-audit/scripts.ts';

const CHECK = 'source-verification';
const FIX =
  'Read what changed (mcp-vet diff), and stay with the version before until it is explained.';

const provenanceLost = defineRule({
  id: 'provenance-lost',
  check: CHECK,
  severity: 'moderate',
  title: 'Earlier versions had provenance, this one has none',
  why: 'Who publishes with a stolen token cannot make the workflow sign; losing provenance is how that looks.',
  fix: FIX,
  fixUpstream: 'Publish from the workflow again.',
  needs: ['change'],
  find: ({ change }, { subject }) =>
    ofKind(change, 'provenance-lost').map(({ what }) => ({
      message: `${what} had provenance, ${subject.version} has none`,
      location: 'package.json#/version',
    })),
});

const publisherChanged = defineRule({
  id: 'publisher-changed',
  check: CHECK,
  severity: 'low',
  title: 'Another account published this version',
  why: 'Packages are handed over, and accounts are taken over; from outside both look the same.',
  fix: 'Look whether the new account is known to the project.',
  needs: ['change'],
  find: ({ change }) =>
    ofKind(change, 'publisher-changed').map(({ what, excerpt }) => ({
      message: `published by ${what}, who published and maintained no earlier version`,
      location: 'package.json#/version',
      ...(excerpt === undefined ? {} : { excerpt }),
    })),
});

const repositoryMoved = defineRule({
  id: 'repository-moved',
  check: CHECK,
  severity: 'info',
  title: 'The repository has another owner than before',
  why: 'Projects move; so do packages that were sold or taken over.',
  fix: 'Look whether the old repository points to the new one.',
  needs: ['change'],
  find: ({ change }): Hit[] =>
    ofKind(change, 'repository-moved').map(({ excerpt }) => ({
      message: 'the repository field names another owner than in the version before',
      location: 'package.json#/repository',
      ...(ofKind(change, 'publisher-changed').length > 0 ? { severity: 'moderate' } : {}),
      ...(excerpt === undefined ? {} : { excerpt }),
    })),
});

const firstInstallScript = defineRule({
  id: 'first-install-script-in-patch',
  check: CHECK,
  severity: 'high',
  title: 'A patch release brings the first install script ever',
  why: 'A patch mends something small; a program that suddenly runs at every install is how most hijacks begin.',
  fix: FIX,
  fixUpstream: 'Say in the changelog why it is needed, and release it as a minor version at least.',
  caps: 'low',
  needs: ['change'],
  find: ({ change }): Hit[] =>
    ofKind(change, 'install-script-added')
      .filter(({ severity }) => severity === 'high')
      .map(({ what, confidence, excerpt }) => ({
        message: `${change.to} is the first version with a script ${what}`,
        location: `package.json#/scripts/${what}`,
        confidence: isUsual(excerpt) ? 'medium' : confidence,
        ...(isUsual(excerpt) ? { severity: 'moderate' } : {}),
        ...(excerpt === undefined ? {} : { excerpt: excerpt.slice(0, 200) }),
      })),
});

const hijackSignals = defineRule({
  id: 'hijack-signals',
  check: CHECK,
  severity: 'high',
  title: 'This release looks like one by somebody else',
  why: 'Provenance lost together with a new script, dependency or publisher is what the large hijacks had in common.',
  fix: FIX,
  caps: 'low',
  needs: ['change'],
  find({ change }): Hit[] {
    const signs = signsOf(change);
    const isLost = ofKind(change, 'provenance-lost').length > 0;
    const isAlone = signs.length < (isLost ? 1 : 2);
    if (isAlone || stepOf(change.from, change.to) === 'major') return [];
    const words = [...(isLost ? ['provenance lost'] : []), ...signs];
    return [
      {
        message: `against ${change.from}: ${words.join(', ')}`,
        location: 'package.json#/version',
        ...(isLost ? {} : { severity: 'moderate', confidence: 'medium' }),
      },
    ];
  },
});

const capabilityInPatch = defineRule({
  id: 'capability-added-in-patch',
  check: CHECK,
  severity: 'moderate',
  title: 'A release can do something that the version before could not',
  why: 'A patch mends; a new capability in one is unusual, and the smaller the step the more so.',
  fix: 'Look at the place named, and whether the changelog explains it.',
  fixUpstream: 'Release new abilities as a minor version.',
  needs: ['change'],
  find: ({ change }): Hit[] =>
    stepOf(change.from, change.to) !== 'patch'
      ? []
      : ofKind(change, 'capability-added')
          .filter(({ severity }) => severity === 'moderate' || severity === 'low')
          .map(({ what, severity, confidence, file, line, excerpt }) => ({
            message: `${change.to} has ${what}, ${change.from} had not`,
            location: file === undefined ? 'package.json#/version' : `${file}:${line ?? 1}`,
            severity,
            confidence: confidence === 'high' ? 'medium' : confidence,
            ...(excerpt === undefined ? {} : { excerpt }),
          })),
});

export const changeRules: Rule[] = [
  provenanceLost,
  publisherChanged,
  repositoryMoved,
  firstInstallScript,
  hijackSignals,
  capabilityInPatch,
];

export function ofKind(change: ChangeFact, kind: Change['kind']): Change[] {
  return change.changes.filter((one) => one.kind === kind);
}

/** What a hijacked release has besides lost provenance. */
function signsOf(change: ChangeFact): string[] {
  const { youngDependencyDays } = releaseData();
  const isLost = ofKind(change, 'provenance-lost').length > 0;
  const dependencies = ofKind(change, 'dependency-added').filter(
    // Next to lost provenance every new dependency counts; without it, only one known to be new.
    ({ ageDays }) => (isLost ? true : ageDays !== undefined && ageDays < youngDependencyDays),
  );
  const scripts = ofKind(change, 'install-script-added').filter(({ excerpt }) => !isUsual(excerpt));
  return [
    ...(scripts.length > 0 ? ['a new install script'] : []),
    ...dependencies
      .slice(0, 1)
      .map(({ what }) => `the new dependency ${isPlainName(what) ? what : '?'}`),
    ...(ofKind(change, 'publisher-changed').length > 0 ? ['another publisher'] : []),
  ];
}

function isUsual(command: string | undefined): boolean {
  return command !== undefined && isUsualScript(command);
}
