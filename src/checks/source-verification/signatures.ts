// Rules of point 1: signatures and attestations of the version.
import { parseRepository, type RepositoryClaim } from '../../analyze/repository-url.ts';
import { defineRule, type Rule } from '../../rule.ts';

const CHECK = 'source-verification';
const VERSION = 'package.json#/version';

const signatureInvalid = defineRule({
  id: 'signature-invalid',
  check: CHECK,
  severity: 'critical',
  title: 'The signature or attestation does not fit this tarball',
  why: 'What the registry delivers is not what was signed: somebody in between changed it.',
  fix: 'Do not install it; ask the registry named above, or another one, for the same version.',
  caps: 'do-not-use',
  needs: ['publisher'],
  find({ publisher }, { subject }) {
    const parts = { signature: publisher.signature, attestation: publisher.provenance };
    return Object.entries(parts)
      .filter(([, part]) => part.state === 'invalid')
      .map(([name, part]) => ({
        message: `${name} of ${subject.name}@${subject.version}: ${part.reason ?? 'invalid'}`,
        location: VERSION,
      }));
  },
});

const attestationMalformed = defineRule({
  id: 'attestation-malformed',
  check: CHECK,
  severity: 'moderate',
  title: 'The attestations of this version are none',
  why: 'The registry says that the version has provenance, and serves something under it that nobody has signed.',
  fix: 'Treat it as published without provenance, and ask another registry for the same version.',
  fixUpstream: 'Publish again, with provenance.',
  needs: ['publisher'],
  find: ({ publisher }, { subject }) =>
    publisher.provenance.isMalformed === true
      ? [
          {
            message: `${subject.name}@${subject.version}: ${publisher.provenance.reason ?? 'malformed'}`,
            location: VERSION,
          },
        ]
      : [],
});

const provenanceOfAnother = defineRule({
  id: 'provenance-of-another-repository',
  check: CHECK,
  severity: 'moderate',
  title: 'It was built from another repository than the manifest names',
  why: 'The signed provenance names the repository that the tarball was really built from.',
  fix: 'Read the source in the repository that the provenance names.',
  fixUpstream: 'Correct the repository field.',
  needs: ['publisher', 'manifest'],
  find({ publisher, manifest }) {
    const { state, repository } = publisher.provenance;
    const built = state === 'verified' ? parseRepository(repository) : undefined;
    const named = parseRepository(manifest.repository?.url);
    if (!built || !named || isSameRepository(built, named)) return [];
    return [
      {
        message: 'its provenance and its repository field name two repositories',
        location: 'package.json#/repository',
        excerpt: `${built.url}, ${named.url}`.slice(0, 200),
      },
    ];
  },
});

export const signatureRules: Rule[] = [signatureInvalid, attestationMalformed, provenanceOfAnother];

/** Names are case-insensitive on every host that signs provenance. */
function isSameRepository(a: RepositoryClaim, b: RepositoryClaim): boolean {
  const keyOf = ({ host, owner, name }: RepositoryClaim) =>
    `${host}/${owner}/${name}`.toLowerCase();
  return keyOf(a) === keyOf(b);
}
