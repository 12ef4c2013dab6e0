// How widely a package is used: npm's own download counts, asked only about packages of npm's own registry.
import { isDict } from '../analyze/manifest.ts';
import type { Fact, PopularityFact } from '../types.ts';
import { askJson, type AskOptions } from './public-api.ts';

export interface PopularityInput {
  name: string;
  /** Where the package came from, and npm's default registry: counts are kept for the latter only. */
  registry: string;
  defaultRegistry: string;
  offline: boolean;
  /** Instead of the count service beside the default registry. */
  base?: string;
  ask: AskOptions;
}

export async function collectPopularity(input: PopularityInput): Promise<Fact<PopularityFact>> {
  if (!isSameHost(input.registry, input.defaultRegistry)) {
    return { known: false, reason: 'this registry serves no download counts' };
  }
  if (input.offline) return { known: false, reason: 'offline: download counts were not asked' };
  const base = input.base ?? countService(input.defaultRegistry);
  const answer = await askJson(`${base}/downloads/point/last-week/${input.name}`, input.ask);
  if (!answer.ok) return { known: false, reason: `download counts: ${answer.reason}` };
  const downloads = isDict(answer.value) ? answer.value['downloads'] : undefined;
  if (typeof downloads !== 'number' || !Number.isSafeInteger(downloads) || downloads < 0) {
    return { known: false, reason: 'download counts: an unknown answer' };
  }
  return { known: true, value: { weeklyDownloads: downloads }, from: 'npm download counts' };
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
