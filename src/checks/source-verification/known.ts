// Rules of point 1: what the known-good list and npm itself say about exactly this package.
import { defineRule, type Rule } from '../../rule.ts';

const securityHoldingPackage = defineRule({
  id: 'security-holding-package',
  check: 'source-verification',
  severity: 'critical',
  title: 'The package is a placeholder that npm put in the place of malware',
  why: 'npm replaces removed malware with an empty 0.0.1-security: the name was used for an attack.',
  fix: 'Remove it, and look whether an earlier version was ever installed on this machine.',
  caps: 'do-not-use',
  needs: ['names'],
  find: ({ names }) =>
    names.securityHolding
      .filter(({ node }) => node === '')
      .map(({ name, version }) => ({
        message: `${name}@${version} is a security holding package`,
        location: 'package.json#/version',
      })),
});

const knownCompromisedVersion = defineRule({
  id: 'known-compromised-version',
  check: 'source-verification',
  severity: 'critical',
  title: 'This version is known to have been published by an attacker',
  why: 'The package is honest, this release of it is not.',
  fix: 'Install the newest version, and change every secret that this machine held.',
  caps: 'do-not-use',
  needs: ['names'],
  find: ({ names }, { subject }) =>
    names.known?.compromisedVersions?.includes(subject.version)
      ? [
          {
            message: `${subject.name}@${subject.version} is on the list of compromised releases`,
            location: 'package.json#/version',
          },
        ]
      : [],
});

const archivedServer = defineRule({
  id: 'archived-server',
  check: 'source-verification',
  severity: 'moderate',
  title: 'The server is archived by its owner',
  why: 'Nobody mends an archived server when the next hole in it is found.',
  fix: "Move to the successor that the vendor names, or to the vendor's own server.",
  caps: 'low',
  needs: ['names'],
  find: ({ names }) =>
    names.known?.archived
      ? [
          {
            message: `${names.known.name} has been archived by its owner`,
            location: 'package.json#/name',
          },
        ]
      : [],
});

export const knownRules: Rule[] = [securityHoldingPackage, knownCompromisedVersion, archivedServer];
