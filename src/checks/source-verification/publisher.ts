// Rules of point 1: the repository, and what the MCP registry and a checkout say.
import { isPlainName } from '../../analyze/repository-url.ts';
import { releaseData } from '../../analyze/release-data.ts';
import { defineRule, type Rule } from '../../rule.ts';

const CHECK = 'source-verification';
const REPOSITORY = 'package.json#/repository';

const noRepository = defineRule({
  id: 'no-repository',
  check: CHECK,
  severity: 'low',
  title: 'The manifest names no repository',
  why: 'Without one nobody can compare what is published with what was written.',
  fix: 'Read the published files themselves, or choose a server with a public source.',
  fixUpstream: 'Name the repository in package.json.',
  needs: ['manifest'],
  find: ({ manifest }) =>
    manifest.repository === undefined
      ? [{ message: 'there is no repository field', location: 'package.json' }]
      : [],
});

const repositoryMissing = defineRule({
  id: 'repository-missing',
  check: CHECK,
  severity: 'low',
  title: 'The repository that the manifest names does not exist',
  why: 'It is private, was removed, or never existed; its name may be free for anybody to take.',
  fix: 'Ask the publisher where the source is; until then read the published files.',
  fixUpstream: 'Correct the repository field.',
  needs: ['repository'],
  find: ({ repository }) =>
    repository.exists
      ? []
      : [
          {
            message: `${repository.host} has no public repository of that name`,
            location: REPOSITORY,
            excerpt: repository.url,
            // A repository that is kept private answers in the same way.
            confidence: 'medium' as const,
          },
        ],
});

const repositoryDoesNotClaim = defineRule({
  id: 'repository-does-not-claim-package',
  check: CHECK,
  severity: 'moderate',
  title: 'The repository does not claim this package',
  why: "A repository field is a claim that anybody can make; this repository's own package.json bears another name.",
  fix: 'Find out who publishes it: look in the repository for the name under which it is really published.',
  fixUpstream: 'Name your own repository, and repository.directory in a monorepo.',
  needs: ['repository'],
  find({ repository }, { optional }) {
    if (repository.claimsPackage !== false) return [];
    const known = optional('names')?.known ?? null;
    // Vendors publish from private repositories and name the public one.
    const isListed = known !== null && known.tier !== 'popular';
    const isFamous = (repository.stars ?? 0) >= releaseData().popularRepositoryStars;
    const bears = repository.bearsName;
    const isPlain = bears !== undefined && isPlainName(bears);
    return [
      {
        message: `its repository holds ${isPlain ? bears : 'another package'}, not this one`,
        location: REPOSITORY,
        excerpt: repository.url,
        ...(isListed
          ? { severity: 'info' as const }
          : isFamous
            ? { severity: 'high' as const }
            : {}),
      },
    ];
  },
});

const repositoryArchived = defineRule({
  id: 'repository-archived',
  check: CHECK,
  severity: 'moderate',
  title: 'The repository is archived',
  why: 'Nobody mends an archived server when the next hole in it is found.',
  fix: 'Move to the successor that its README names, or to a server that is maintained.',
  fixUpstream: 'Deprecate the package and name a successor.',
  caps: 'low',
  needs: ['repository'],
  find: ({ repository }) =>
    // An archive that does not claim the package says nothing about it.
    repository.isArchived === true && repository.claimsPackage !== false
      ? [
          {
            message: `its repository on ${repository.host} is archived`,
            location: REPOSITORY,
            excerpt: repository.url,
            confidence: repository.claimsPackage === true ? 'high' : 'medium',
          },
        ]
      : [],
});

const mcpRegistryMismatch = defineRule({
  id: 'mcp-registry-mismatch',
  check: CHECK,
  severity: 'moderate',
  title: 'The MCP registry names another package for this mcpName',
  why: 'mcpName is free text in a manifest; the registry verifies it, and its entry names another package.',
  fix: "Install the package that the registry's entry names.",
  fixUpstream: 'Publish your own entry, or drop mcpName.',
  needs: ['publisher'],
  find: ({ publisher }) =>
    publisher.mcpRegistry.state === 'mismatch'
      ? [
          {
            message: 'the MCP registry lists its mcpName for another npm package',
            location: 'package.json#/mcpName',
            excerpt: publisher.mcpRegistry.name ?? '',
          },
        ]
      : [],
});

const tarballNotInRepository = defineRule({
  id: 'tarball-not-in-repository',
  check: CHECK,
  severity: 'moderate',
  title: 'Published files are not those of the checkout',
  why: 'Code that stands only in the tarball is where hijacked releases hide.',
  fix: 'Read these files; if no build explains them, do not install it.',
  fixUpstream: 'Publish from a clean checkout, with provenance.',
  needs: ['repoComparison'],
  isOptional: true,
  find({ repoComparison }) {
    const { onlyInTarball, differs, ref } = repoComparison;
    const isCode = (file: string) => /\.[cm]?[jt]sx?$|\.(sh|node|wasm|py)$/.test(file);
    const isExact = ref !== 'HEAD';
    const found = [
      ...differs.map((file) => ({ file, how: 'differs from the checkout' })),
      ...onlyInTarball.map((file) => ({ file, how: 'is not in the checkout' })),
    ].filter(({ file }) => isCode(file));
    return found.slice(0, 20).map(({ file, how }) => ({
      message: `a published file ${how} at ${isPlainName(ref) ? ref : 'its tag'}`,
      location: 'package.json#/files',
      excerpt: file,
      ...(isExact ? {} : { severity: 'low' as const, confidence: 'low' as const }),
    }));
  },
});

export const publisherRules: Rule[] = [
  noRepository,
  repositoryMissing,
  repositoryDoesNotClaim,
  repositoryArchived,
  mcpRegistryMismatch,
  tarballNotInRepository,
];
