// Rules of point 1: a package that says it is the work of a maker who has nothing to do with it.
import { borrowsScope, makerClaims, type Said } from '../../analyze/names/claims.ts';
import { defineRule, type Hit, type Rule } from '../../rule.ts';

const WORDS: Record<Said, string> = {
  official: 'calls itself official',
  maintained: 'says that they maintain it',
  author: 'names them as its author',
  scope: 'is published under a scope that sounds like theirs',
  verified: 'says that they verified it',
  repository: 'names a repository of an owner that sounds like them',
};

const claimedMaker = defineRule({
  id: 'claimed-maker',
  check: 'source-verification',
  severity: 'high',
  title: 'The package passes itself off as the work of a well-known maker',
  why: 'Whoever reads "official" stops looking; neither the scope nor the repository belongs to the maker that is named.',
  fix: "Look on the maker's own site for its server, and install that.",
  fixUpstream: 'Say whose work it is, in description, author and README.',
  needs: ['source'],
  find({ source: { subject } }, { optional, ownership }): Hit[] {
    const repository = optional('repository');
    if (optional('names')?.known || ownership.isOwn) return [];
    const { manifest } = subject;
    // What belongs to another package says nothing about this one.
    const isForged =
      repository?.claimsPackage !== true &&
      (borrowsScope(subject.name) ||
        (optional('names')?.forged ?? []).some(({ claim }) => claim === 'repository'));
    const claims = makerClaims({
      name: subject.name,
      ...(manifest.description === undefined ? {} : { description: manifest.description }),
      ...(manifest.author === undefined ? {} : { author: manifest.author }),
      ...(subject.readme === undefined ? {} : { readme: subject.readme }),
      ...(manifest.repository === undefined || isForged
        ? {}
        : { repositoryUrl: manifest.repository.url }),
    });
    return claims.slice(0, 3).flatMap(({ publisher, says }): Hit[] => {
      const severity = gradeOf(says);
      // A repository that says the package is its own, under a name that nobody listed yet.
      if (severity === null || (repository?.claimsPackage === true && severity !== 'high'))
        return [];
      return [
        {
          message: `It ${says.map((one) => WORDS[one]).join(', ')}: ${publisher}.`,
          location: 'package.json',
          package: `${subject.name}@${subject.version}`,
          severity,
          confidence: 'medium',
        },
      ];
    });
  },
});

export const claimRules: Rule[] = [claimedMaker];

/** A fork that kept the author is careless; one that also calls itself official is not. */
function gradeOf(says: readonly Said[]): 'high' | 'moderate' | null {
  if (says.includes('repository')) return 'high';
  const isSpoken = says.includes('official') || says.includes('maintained');
  if (isSpoken && (says.length > 1 || says.includes('official'))) return 'high';
  return isSpoken || says.length > 1 || says.includes('scope') || says.includes('verified')
    ? 'moderate'
    : null;
}
