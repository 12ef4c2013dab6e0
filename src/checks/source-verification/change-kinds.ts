// Rules of point 1 about what a version has that the one before it had not: small steps are louder than large ones.
import { releaseData } from '../../analyze/release-data.ts';
import { stepOf } from '../../analyze/versions.ts';
import { defineRule, type Hit, type Rule } from '../../rule.ts';
import type { Change, ChangeFact, Severity } from '../../types.ts';
import { isUsualScript } from '../dependency-audit/scripts.ts';
import { ofKind } from './changes.ts';

const CHECK = 'source-verification';
const VERSION = 'package.json#/version';
const FIX = 'Read what changed: mcp-vet diff with the version before.';
const MAX_NAMED = 5;

const installScriptAdded = defineRule({
  id: 'install-script-added',
  check: CHECK,
  severity: 'moderate',
  title: 'This version brings an install script',
  why: 'From now on every install runs a program of the package, which none did before.',
  fix: 'Read the script, and install with --ignore-scripts if the server works without it.',
  fixUpstream: 'Say in the changelog why it is needed.',
  needs: ['change'],
  find: ({ change }): Hit[] =>
    ofKind(change, 'install-script-added')
      // The first ever in a patch has a rule of its own.
      .filter(({ severity }) => severity !== 'high')
      .map(({ what, severity, confidence, excerpt }) => ({
        message: `${change.to} has a script ${what}, ${change.from} had none`,
        location: `package.json#/scripts/${what}`,
        severity: excerpt !== undefined && isUsualScript(excerpt) ? 'low' : severity,
        confidence,
        ...(excerpt === undefined ? {} : { excerpt }),
      })),
});

const dependencyAdded = defineRule({
  id: 'dependency-added',
  check: CHECK,
  severity: 'moderate',
  title: 'This version brings a dependency that is itself new, or of unknown age',
  why: 'A package made for the purpose and pulled in by a small release is how large packages were hijacked.',
  fix: 'Look at the dependency named, or stay with the version before until it is older.',
  needs: ['change'],
  find({ change }, { subject }): Hit[] {
    const added = ofKind(change, 'dependency-added');
    const young = added.filter(
      ({ ageDays }) => ageDays !== undefined && ageDays < releaseData().youngDependencyDays,
    );
    const unknown = added.filter(({ ageDays }) => ageDays === undefined);
    return [
      ...young.map((one) => youngDependency(one, change, subject.name)),
      ...together(unknown, (names, { severity }) => ({
        message: `${change.to} has dependencies that ${change.from} had not, of unknown age: ${names}`,
        location: 'package.json#/dependencies',
        severity,
      })),
    ];
  },
});

const capabilityAdded = defineRule({
  id: 'capability-added',
  check: CHECK,
  severity: 'info',
  title: 'A new version can do more than the one before',
  why: 'What it was once allowed to do was decided for the version before.',
  fix: 'Look at the place named, and whether the changelog explains it.',
  needs: ['change'],
  find: ({ change }): Hit[] =>
    // In a patch they have a rule of their own.
    stepOf(change.from, change.to) === 'patch'
      ? []
      : bySeverity(ofKind(change, 'capability-added'), (names, first) => ({
          message: `${change.to} has what ${change.from} had not: ${names}`,
          ...placeOf(first),
          severity: first.severity,
          confidence: 'medium',
        })),
});

const hostAdded = defineRule({
  id: 'host-added',
  check: CHECK,
  severity: 'info',
  title: 'The code names hosts that the version before did not',
  why: 'A new destination in a small release is worth a look; most belong to a new feature.',
  fix: FIX,
  needs: ['change'],
  find: ({ change }): Hit[] =>
    bySeverity(ofKind(change, 'host-added'), (names, first) => ({
      message: `${change.to} names hosts that ${change.from} did not: ${names}`,
      ...placeOf(first),
      severity: first.severity,
      confidence: 'medium',
    })),
});

const toolsChanged = defineRule({
  id: 'tools-changed',
  check: CHECK,
  severity: 'info',
  title: 'Tools are new or described in another way than before',
  why: 'Whoever approved a tool approved what it said then; its words and parameters can change with any release.',
  fix: 'Look at the tools again before they run without being asked about.',
  needs: ['change'],
  find: ({ change }): Hit[] => [
    ...together(ofKind(change, 'tool-changed'), (names, first) => ({
      message: `tools that differ from those of ${change.from}: ${names}`,
      ...placeOf(first),
    })),
    ...together(ofKind(change, 'tool-added'), (names, first) => ({
      message: `tools that ${change.from} had not: ${names}`,
      ...placeOf(first),
    })),
  ],
});

const binaryAdded = defineRule({
  id: 'binary-added',
  check: CHECK,
  severity: 'low',
  title: 'This version brings a compiled file',
  why: 'What a compiled file does cannot be read; one that comes with a small release should be explained.',
  fix: FIX,
  fixUpstream: 'Say in the changelog where it comes from and how it is built.',
  needs: ['change'],
  find: ({ change }): Hit[] =>
    bySeverity(ofKind(change, 'binary-added'), (names, first) => ({
      message: `${change.to} has compiled files that ${change.from} had not: ${names}`,
      location: VERSION,
      severity: first.severity,
      ...(first.file === undefined ? {} : { excerpt: first.file.slice(0, 200) }),
    })),
});

const sizeJump = defineRule({
  id: 'size-jump',
  check: CHECK,
  severity: 'low',
  title: 'The package is several times as large as before',
  why: 'Payloads are large, small releases are not; bundling dependencies explains most jumps.',
  fix: FIX,
  needs: ['change'],
  find: ({ change }): Hit[] =>
    ofKind(change, 'size-jump').map(({ what, severity }) => ({
      message: `it grew from ${what} since ${change.from}`,
      location: VERSION,
      severity,
    })),
});

export const changeKindRules: Rule[] = [
  installScriptAdded,
  dependencyAdded,
  capabilityAdded,
  hostAdded,
  toolsChanged,
  binaryAdded,
  sizeJump,
];

/** Packages are split up all the time; a part of the same scope comes from the same hands. */
function youngDependency({ what, ageDays }: Change, change: ChangeFact, name: string): Hit {
  const scope = name.startsWith('@') ? `${name.split('/')[0]}/` : undefined;
  const isSameScope = scope !== undefined && what.startsWith(scope);
  const isMajor = stepOf(change.from, change.to) === 'major';
  const loudness: Severity = isMajor ? 'low' : 'moderate';
  return {
    message: `${change.to} brings ${what}, first released ${ageDays} days ago`,
    location: 'package.json#/dependencies',
    severity: isSameScope ? 'info' : loudness,
  };
}

type MakeHit = (names: string, first: Change) => Hit;

/** One hit for all of them, so that a release with forty new tools does not make forty findings. */
function together(changes: readonly Change[], make: MakeHit): Hit[] {
  const [first] = changes;
  if (!first) return [];
  const names = [...new Set(changes.map(({ what }) => what))];
  const rest = names.length - MAX_NAMED;
  const words = names.slice(0, MAX_NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
  return [make(words, first)];
}

function bySeverity(changes: readonly Change[], make: MakeHit): Hit[] {
  const severities = [...new Set(changes.map(({ severity }) => severity))];
  return severities.flatMap((severity) =>
    together(
      changes.filter((one) => one.severity === severity),
      make,
    ),
  );
}

function placeOf({ file, line }: Change): Pick<Hit, 'location'> {
  return { location: file === undefined ? VERSION : `${file}:${line ?? 1}` };
}
