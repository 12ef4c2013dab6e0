// How widely a package is used: npm's download counts and deps.dev's dependents, asked only about packages of npm's own registry.
import { isDict } from '../analyze/manifest.ts';
import type { Fact, PopularityFact } from '../types.ts';
import { askJson, type AskOptions } from './public-api.ts';

const DEPENDENTS = 'https://api.deps.dev';

export interface PopularityInput {
  name: string;
  version: string;
  /** Where the package came from, and npm's default registry: counts are kept for the latter only. */
  registry: string;
  defaultRegistry: string;
  offline: boolean;
  /** Instead of the count service beside the default registry. */
  base?: string;
  /** Instead of deps.dev. */
  dependentsBase?: string;
  ask: AskOptions;
}

export async function collectPopularity(input: PopularityInput): Promise<Fact<PopularityFact>> {
  if (!isSameHost(input.registry, input.defaultRegistry)) {
    return { known: false, reason: 'this registry serves no download counts' };
  }
  if (input.offline) return { known: false, reason: 'offline: download counts were not asked' };
  const [downloads, dependents] = await Promise.all([downloadsOf(input), dependentsOf(input)]);
  if (typeof downloads === 'string' && typeof dependents === 'string') {
    return { known: false, reason: downloads };
  }
  return {
    known: true,
    value: {
      ...(typeof downloads === 'number' ? { weeklyDownloads: downloads } : {}),
      ...(typeof dependents === 'number' ? { dependents } : {}),
    },
    from: [
      ...(typeof downloads === 'number' ? ['npm download counts'] : []),
      ...(typeof dependents === 'number' ? ['deps.dev'] : []),
    ].join(', '),
  };
}

type Count = number | string;

/** A number, or why there is none. */
async function downloadsOf({ base, defaultRegistry, name, ask }: PopularityInput): Promise<Count> {
  const service = base ?? countService(defaultRegistry);
  const answer = await askJson(`${service}/downloads/point/last-week/${name}`, ask);
  if (!answer.ok) return `download counts: ${answer.reason}`;
  const count = countIn(answer.value, 'downloads');
  return count ?? 'download counts: an unknown answer';
}

/** Packages that depend on this very version directly; a release of today has none yet. */
async function dependentsOf(input: PopularityInput): Promise<Count> {
  const base = input.dependentsBase ?? DEPENDENTS;
  const key = `${encodeURIComponent(input.name)}/versions/${encodeURIComponent(input.version)}`;
  const answer = await askJson(`${base}/v3alpha/systems/npm/packages/${key}:dependents`, input.ask);
  if (!answer.ok) return `dependents: ${answer.reason}`;
  return countIn(answer.value, 'directDependentCount') ?? 'dependents: an unknown answer';
}

function countIn(json: unknown, key: string): number | undefined {
  const count = isDict(json) ? json[key] : undefined;
  const isCount = typeof count === 'number' && Number.isSafeInteger(count) && count >= 0;
  return isCount ? count : undefined;
}

/** npm keeps its counts on the host named api beside the registry's. */
function countService(registry: string): string {
  const url = new URL(registry);
  url.hostname = url.hostname.replace(/^registry\./, 'api.');
  return url.origin;
}

function isSameHost(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).host === new URL(b).host;
}
