// Whether the advisory sources that answered can say that there is nothing.
import type { AdvisoriesFact, AdvisorySource } from '../../types.ts';
import { advisorySettings } from './settings.ts';

const DAY_MS = 86_400_000;

/** Whole days between a source's newest knowledge and `now`; undefined if it does not say. */
export function sourceAgeDays(source: AdvisorySource, now: string): number | undefined {
  if (source.asOf === undefined) return undefined;
  const age = Math.floor((Date.parse(now) - Date.parse(source.asOf)) / DAY_MS);
  return Number.isNaN(age) ? undefined : Math.max(age, 0);
}

/** A source that answered, covers the kind in full and is recent enough. An embedded list never is. */
export function isFreshSource(
  source: AdvisorySource,
  kind: 'vulnerability' | 'malware',
  now: string,
): boolean {
  if (!source.answered || source.kind === 'embedded' || !source.covers.includes(kind)) return false;
  const age = sourceAgeDays(source, now);
  return age !== undefined && age <= advisorySettings().freshDays;
}

/** Condition of passing points 2 and 7: at least one fresh source answered for this kind. */
export function hasFreshSource(
  fact: AdvisoriesFact,
  kind: 'vulnerability' | 'malware',
  now: string,
): boolean {
  return fact.sources.some((source) => isFreshSource(source, kind, now));
}

/** Why no source can vouch for a kind, in one sentence; null if one can. */
export function whyNotFresh(
  fact: AdvisoriesFact,
  kind: 'vulnerability' | 'malware',
  now: string,
): string | null {
  if (hasFreshSource(fact, kind, now)) return null;
  const asked = fact.sources.filter((source) => source.kind !== 'embedded');
  const said = asked.map((source) => `${source.id}: ${shortcoming(source, kind, now)}`);
  const noun = kind === 'malware' ? 'malware' : 'vulnerability';
  return `no current ${noun} source answered (${said.join('; ') || 'none was asked'})`;
}

function shortcoming(
  source: AdvisorySource,
  kind: 'vulnerability' | 'malware',
  now: string,
): string {
  if (!source.answered) return source.reason ?? 'did not answer';
  if (!source.covers.includes(kind)) return source.reason ?? `does not cover this`;
  const age = sourceAgeDays(source, now);
  return age === undefined ? 'does not say how old it is' : `is ${age} days old`;
}
