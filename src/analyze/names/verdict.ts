// Asks every signal about one name and keeps the strongest answer for each target.
import type { NameMatch, NameVerdict } from '../../types.ts';
import { brandCandidates, inventedScopeCandidates } from './brands.ts';
import { completeIndex, type Catalogue } from './catalogue.ts';
import { editCandidates, glyphCandidates, spellingCandidates, type Candidate } from './edits.ts';
import { parseName, type ParsedName } from './parse.ts';
import { delimiterCandidates, scopeCandidates, slippedScopeCandidates } from './scopes.ts';
import {
  affixCandidates,
  coreCandidates,
  gluedCandidates,
  orderCandidates,
  slippedAffixCandidates,
  versionCandidates,
} from './words.ts';

const MAX_MATCHES = 8;
const RANK = { high: 3, medium: 2, low: 1 };
const SIGNALS: ((name: ParsedName, catalogue: Catalogue) => Candidate[])[] = [
  glyphCandidates,
  editCandidates,
  spellingCandidates,
  delimiterCandidates,
  orderCandidates,
  scopeCandidates,
  slippedScopeCandidates,
  versionCandidates,
  affixCandidates,
  gluedCandidates,
  slippedAffixCandidates,
  coreCandidates,
  brandCandidates,
  inventedScopeCandidates,
];

export function verdictOf(input: string, catalogue: Catalogue): NameVerdict {
  const name = parseName(input);
  if (!name) return { name: String(input), verdict: 'clear', matches: [] };
  if (catalogue.byName.has(name.given)) return { name: input, verdict: 'known', matches: [] };
  const matches = matchesOf(name, catalogue);
  return { name: input, verdict: matches.length > 0 ? 'lookalike' : 'clear', matches };
}

/** What a name could be taken for; never itself, also if it is known. */
export function matchesOf(name: ParsedName, catalogue: Catalogue): NameMatch[] {
  completeIndex(catalogue);
  const best = new Map<number, Candidate>();
  const self = catalogue.byName.get(name.given);
  for (const signal of SIGNALS) {
    for (const candidate of signal(name, catalogue)) {
      const other = best.get(candidate.id);
      if (candidate.id === self || (other && !isStronger(candidate, other))) continue;
      best.set(candidate.id, candidate);
    }
  }
  return [...best.values()]
    .sort((a, b) => (isStronger(a, b) ? -1 : isStronger(b, a) ? 1 : a.id - b.id))
    .slice(0, MAX_MATCHES)
    .map(({ id, kind, confidence }) => ({
      target: catalogue.targets[id]?.given ?? '',
      kind,
      confidence,
    }));
}

function isStronger(a: Candidate, b: Candidate): boolean {
  const difference = RANK[a.confidence] - RANK[b.confidence];
  return difference > 0 || (difference === 0 && a.weight > b.weight);
}
