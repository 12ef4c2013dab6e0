// Rules of point 1: imitation.
import { SPEAKS } from '../../analyze/names/compare.ts';
import { defineRule, type Hit, type Rule } from '../../rule.ts';
import type { ImitationFact, LookalikeKind, NameMatch, NamesFact } from '../../types.ts';

const CAPPING = new Set<LookalikeKind>([
  'edit',
  'homoglyph',
  'delimiter',
  'scope-dropped',
  'scope-added',
  'scope-imitated',
  'invented-scope',
]);
// Names that somebody chose to be taken for the other; a fork under its author's scope keeps the name in the open.
const DISGUISES = new Set<LookalikeKind>([
  'edit',
  'homoglyph',
  'delimiter',
  'scope-imitated',
  'invented-scope',
]);
// How one package gets a second name when it moves, e.g. into its publisher's scope.
const MOVES = new Set<LookalikeKind>([
  'scope-dropped',
  'scope-added',
  'delimiter',
  'affix',
  'version-suffix',
  'word-order',
]);
// What an honest fork has in common with its origin does not confirm an imitation; text copied word for word does.
const CONFIRMING = new Set<string>([SPEAKS.sameDescription, SPEAKS.sameReadme, SPEAKS.sameMcpName]);
const CLONE_SHARE = 0.8;
const CLONE_FILES = 2;
const FIX =
  'Check the name against the documentation of the server that you meant, letter by letter.';

const lookalikeName = defineRule({
  id: 'lookalike-name',
  check: 'source-verification',
  severity: 'moderate',
  title: 'The name looks like that of a known package',
  why: 'Names one slip away from a known one are how people are brought to install the wrong package.',
  fix: FIX,
  fixUpstream:
    'Publish under your own scope, and say in the README how this differs from the other package.',
  caps: 'do-not-use',
  needs: ['names'],
  find({ names }, { optional }) {
    const own = subjectOf(names.imitations);
    if (!own || names.known) return [];
    const isClaimedBack = optional('repository')?.claimsPackage === true;
    return own.verdict.matches.flatMap((match, i) => {
      if (match.kind === 'brand') return [];
      const { supports, refutes } = own.evidence[i] ?? { supports: [], refutes: [] };
      return lookalikeHit(own.name, match, supports, refutes, isClaimedBack);
    });
  },
});

const brandWithoutScope = defineRule({
  id: 'brand-without-scope',
  check: 'source-verification',
  severity: 'low',
  title: 'The name bears a brand, but the package is not published under the brand',
  why: 'Anybody may publish acme-mcp-server; the name alone does not make it the work of Acme.',
  fix: "Look on the vendor's own site for its official server, or read this one as a stranger's work.",
  fixUpstream: 'Say in the README that this is not an official server.',
  needs: ['names'],
  find({ names }, { optional }) {
    const own = subjectOf(names.imitations);
    if (!own || names.known) return [];
    const repository = optional('repository');
    const vendor = repository?.claimsPackage === true ? squash(repository.owner) : null;
    return own.verdict.matches
      .map((match, i) => ({ match, evidence: own.evidence[i] }))
      .filter(({ match }) => match.kind === 'brand')
      .slice(0, 1)
      .filter(({ match }) => vendor === null || !squash(match.target).includes(vendor))
      .filter(({ evidence }) => !evidence?.refutes.includes(SPEAKS.samePublisher))
      .map(({ match, evidence }): Hit => {
        const supports = evidence?.supports ?? [];
        const isSameFunction = match.confidence !== 'low';
        return {
          message: `${own.name} bears the brand of ${match.target}${spoken(supports, [])}`,
          location: 'package.json#/name',
          severity: supports.length > 0 || isSameFunction ? 'moderate' : 'low',
          confidence: 'medium',
        };
      });
  },
});

const forgedIdentity = defineRule({
  id: 'forged-identity',
  check: 'source-verification',
  severity: 'moderate',
  title: 'The manifest claims an identity that belongs to another',
  why: 'Repository and mcpName are free text: a copy that keeps them looks like the original.',
  fix: 'Ask the owner of the repository whether this package is theirs; until then install the original.',
  fixUpstream: 'Name your own repository and your own MCP registry namespace.',
  needs: ['names'],
  find({ names }, { optional }) {
    const claimsPackage = optional('repository')?.claimsPackage;
    if (claimsPackage === true) return [];
    const isDisguised = looksLikeAnother(names);
    return (names.forged ?? []).map((claim): Hit => {
      const field = claim.claim === 'repository' ? 'repository' : 'mcpName';
      return {
        message: `the field ${field} claims what belongs to ${claim.of}`,
        location: `package.json#/${field}`,
        excerpt: claim.excerpt.slice(0, 200),
        // A fork that forgot to change the field looks the same, until the repository denies it.
        severity:
          isDisguised || (claimsPackage === false && claim.claim === 'mcp-name')
            ? 'high'
            : 'moderate',
        confidence: 'medium',
      };
    });
  },
});

const copiedContent = defineRule({
  id: 'copied-content',
  check: 'source-verification',
  severity: 'high',
  title: 'The files are those of another package',
  why: "A byte-for-byte copy under another name gets its users' trust first and its payload later.",
  fix: 'Install the original package instead.',
  fixUpstream:
    'Depend on the original, or publish the fork from a repository that claims this package.',
  caps: 'do-not-use',
  needs: ['names'],
  find({ names }, { optional }) {
    const own = subjectOf(names.imitations);
    if (!own || names.known) return [];
    const isOpenFork = optional('repository')?.claimsPackage === true;
    return own.clones
      .filter(({ share, files, isContained }) =>
        isContained ? true : share >= CLONE_SHARE && files >= CLONE_FILES,
      )
      .filter(({ of }) => !isRefuted(own, of))
      .slice(0, 1)
      .map(({ of, share, files, isContained }): Hit => {
        const message = `${files} files (${Math.round(share * 100)} %) are byte for byte those of ${of}`;
        const hit = { message, location: 'package.json#/name' };
        if (isOpenFork) return { ...hit, severity: 'low', caps: null };
        // Whoever builds upon another server may ship it; so may whoever hides a payload beside it.
        return isContained
          ? { ...hit, message: `${message}, which is all of it`, severity: 'moderate', caps: null }
          : hit;
      });
  },
});

export const imitationRules: Rule[] = [
  lookalikeName,
  brandWithoutScope,
  forgedIdentity,
  copiedContent,
];

function lookalikeHit(
  name: string,
  match: NameMatch,
  supports: string[],
  refutes: string[],
  isClaimedBack: boolean,
): Hit[] {
  const confirmed = supports.some((reason) => CONFIRMING.has(reason));
  const isFaint = match.confidence === 'low';
  const isMove = MOVES.has(match.kind) && supports.includes(SPEAKS.sameRepository);
  if (refutes.includes(SPEAKS.samePublisher)) return [];
  if (isFaint && (!confirmed || isMove)) return [];
  const base = {
    message: `${name} looks like ${match.target} (${match.kind})${spoken(supports, refutes)}`,
    location: 'package.json#/name',
  };
  if (confirmed && !isClaimedBack && refutes.length === 0) {
    // Neither a fork under its author's name nor a package that moved into a scope is an imitation.
    return isFaint || isMove
      ? [{ ...base, severity: 'moderate', confidence: 'medium' }]
      : [{ ...base, severity: 'critical', confidence: 'high' }];
  }
  if (refutes.length > 0 || isClaimedBack) {
    return isFaint ? [] : [{ ...base, severity: 'info', confidence: 'low' }];
  }
  const isCapping = CAPPING.has(match.kind) && match.confidence === 'high';
  return [
    {
      ...base,
      severity: CAPPING.has(match.kind) ? 'moderate' : 'low',
      confidence: match.confidence,
      caps: isCapping ? 'low' : null,
    },
  ];
}

/** A name made to be read as another's, which nothing speaks against. */
function looksLikeAnother(names: NamesFact): boolean {
  const own = subjectOf(names.imitations);
  if (!own || names.known) return false;
  return own.verdict.matches.some(
    ({ kind, confidence }, i) =>
      DISGUISES.has(kind) && confidence !== 'low' && (own.evidence[i]?.refutes ?? []).length === 0,
  );
}

function isRefuted(own: ImitationFact, target: string): boolean {
  const evidence = own.evidence.find((one) => one.target === target);
  return evidence?.refutes.includes(SPEAKS.samePublisher) === true;
}

function subjectOf(imitations: readonly ImitationFact[]): ImitationFact | undefined {
  return imitations.find(({ node }) => node === '');
}

const squash = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

function spoken(supports: readonly string[], refutes: readonly string[]): string {
  const words = [
    ...(supports.length > 0 ? [`for it: ${supports.join(', ')}`] : []),
    ...(refutes.length > 0 ? [`against it: ${refutes.join(', ')}`] : []),
  ];
  return words.length > 0 ? `; ${words.join('; ')}` : '';
}
