// npm's bulk advisory endpoint, asked as `npm audit` asks it.
import { parseVersion, recordsOfBulk } from '../../analyze/advisories/index.ts';
import type { TreeNode } from '../../types.ts';
import { failureReason, requestJson } from './http.ts';
import type { SourceAnswer, SourceInput } from './source.ts';

const PATH = '-/npm/v1/security/advisories/bulk';
const MAX_BYTES = 32 * 1024 * 1024;
const SOURCE = {
  id: 'npm-bulk',
  kind: 'live',
  // GitHub serves its npm malware advisories through npm audit too:
  // https://github.blog/changelog/label/advisory-database/page/3
  covers: ['vulnerability', 'malware'],
} as const;

/** One request for the whole tree. Never throws. */
export async function askNpmBulk(nodes: TreeNode[], input: SourceInput): Promise<SourceAnswer> {
  const versions = versionsByName(nodes);
  if (versions.size === 0) return answered([], input.now);
  try {
    const answer = await requestJson({
      url: `${input.registry.replace(/\/*$/, '')}/${PATH}`,
      method: 'POST',
      body: Object.fromEntries([...versions].map(([name, list]) => [name, [...list].sort()])),
      isGzipped: true,
      options: { ...input.fetchOptions, registry: input.registry },
      isRegistry: true,
      timeoutMs: input.timeoutMs,
      maxBytes: MAX_BYTES,
    });
    const read = recordsOfBulk(answer, new Set(versions.keys()));
    if (!read) return unanswered('its answer has an unknown shape');
    const reason = read.malformed > 0 ? `advisories that could not be read: ${read.malformed}` : '';
    return reason === '' ? answered(read.records, input.now) : unanswered(reason, read.records);
  } catch (error) {
    return unanswered(failureReason(error));
  }
}

function versionsByName(nodes: TreeNode[]): Map<string, Set<string>> {
  const byName = new Map<string, Set<string>>();
  for (const { name, version } of nodes) {
    if (!parseVersion(version)) continue;
    byName.set(name, (byName.get(name) ?? new Set()).add(version));
  }
  return byName;
}

const answered = (records: SourceAnswer['records'], asOf: string): SourceAnswer => ({
  source: { ...SOURCE, covers: [...SOURCE.covers], answered: true, asOf },
  records,
});
const unanswered = (reason: string, records: SourceAnswer['records'] = []): SourceAnswer => ({
  source: { ...SOURCE, covers: [...SOURCE.covers], answered: false, reason },
  records,
});
