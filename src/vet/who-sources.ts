// What is known of who stands behind it, and what could not be shown, for the report.
import type { Evidence, Report, SignatureState } from '../types.ts';

type Sources = Report['sources'];
type WhoFacts = Pick<Report, 'publisher' | 'repository' | 'popularity' | 'change'>;

/** A signature that could not be checked is no finding, and must not look like one that was. */
export function whoSources({ facts }: Evidence): Sources {
  const { publisher, repository, change } = facts;
  const sources: Sources = {};
  if (publisher.known) {
    const { signature, provenance, mcpRegistry } = publisher.value;
    sources['publisher:signature'] = stateOf(signature);
    sources['publisher:provenance'] = stateOf(provenance);
    sources['publisher:mcp-registry'] = stateOf(mcpRegistry);
  }
  if (repository.known && repository.value.claimsPackage === null) {
    const reason = repository.value.notReadReason ?? 'it does not exist';
    sources['repository:package.json'] = { known: false, reason };
  }
  if (change.known && change.value.codeNotCompared !== undefined) {
    sources['change:code'] = { known: false, reason: change.value.codeNotCompared };
  }
  return sources;
}

/** The facts themselves; what is not known is absent here and stands among the sources. */
export function whoFactsOf({ facts }: Evidence): WhoFacts {
  const { publisher, repository, popularity, change } = facts;
  return {
    ...(publisher.known ? { publisher: publisher.value } : {}),
    ...(repository.known ? { repository: repository.value } : {}),
    ...(popularity.known ? { popularity: popularity.value } : {}),
    // A first release was compared with nothing.
    ...(change.known && change.value.from !== change.value.to ? { change: change.value } : {}),
  };
}

function stateOf(part: { state: SignatureState | 'mismatch'; reason?: string }): Sources[string] {
  const known = part.state !== 'not-checkable';
  const words = part.reason === undefined ? part.state : `${part.state}: ${part.reason}`;
  return { known, reason: words };
}
