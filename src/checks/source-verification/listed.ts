// Rules of point 1: what the copy of the MCP registry's list says. Anyone may publish there: it is said, and caps nothing.
import { defineRule, type Rule } from '../../rule.ts';

const registryLookalike = defineRule({
  id: 'registry-lookalike',
  check: 'source-verification',
  severity: 'info',
  title: 'The name looks like that of a server in the MCP registry',
  why: 'Anyone can be listed there, so neither name is the right one by that; but one may be meant for the other.',
  fix: 'Check the name against the documentation of the server that you meant.',
  fixUpstream: 'Say in the README how this server differs from the other.',
  needs: ['names'],
  find({ names }, { subject }) {
    // What the known-good list says of the name is said by lookalike-name.
    const own = names.imitations.find(({ node }) => node === '');
    if (own?.verdict.matches.some(({ confidence }) => confidence !== 'low')) return [];
    return (names.listed?.lookalikes ?? []).map(({ target, kind }) => ({
      message: `${subject.name} looks like ${target} (${kind}), which the MCP registry lists`,
      location: 'package.json#/name',
      confidence: 'low',
    }));
  },
});

const registryEntryWithdrawn = defineRule({
  id: 'registry-entry-withdrawn',
  check: 'source-verification',
  severity: 'low',
  title: 'Its entry in the MCP registry is deprecated or deleted',
  why: 'The publisher, or the registry, has taken this server out of use there.',
  fix: "Look in the server's repository for its successor.",
  fixUpstream: 'Deprecate the package on npm too, and name the successor.',
  needs: ['names'],
  find: ({ names }) =>
    names.listed?.entry && names.listed.entry.status !== 'active'
      ? [
          {
            message: `the MCP registry has marked its entry as ${names.listed.entry.status}`,
            location: 'package.json#/mcpName',
            confidence: 'medium',
          },
        ]
      : [],
});

const registryOtherRepository = defineRule({
  id: 'registry-other-repository',
  check: 'source-verification',
  severity: 'info',
  title: 'The MCP registry names another repository than the known-good list',
  why: 'Most often the project has moved; a new owner is the other explanation.',
  fix: 'Look whether the old repository points to the new one.',
  fixUpstream: 'Leave a notice in the old repository.',
  needs: ['names'],
  find: ({ names }) =>
    names.listed?.isElsewhere
      ? [
          {
            message: 'its entry in the MCP registry names another repository than the known one',
            location: 'package.json#/repository',
            excerpt: names.listed.entry?.repository?.slice(0, 200) ?? '',
            confidence: 'medium',
          },
        ]
      : [],
});

export const listedRules: Rule[] = [
  registryLookalike,
  registryEntryWithdrawn,
  registryOtherRepository,
];
