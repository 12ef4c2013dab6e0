// The OSV API: a batch query for the tree, then one record each. https://google.github.io/osv.dev/api/
import { cleanId, isRow, recordsOf, type AdvisoryRecord } from '../../analyze/advisories/index.ts';
import type { TreeNode } from '../../types.ts';
import { failureReason, requestJson, type Request } from './http.ts';
import type { SourceAnswer, SourceInput } from './source.ts';

/** OSV's own limit is 1 000. */
const BATCH = 500;
const MAX_PAGES = 20;
const MAX_RECORDS = 2_000;
const CONCURRENCY = 8;
/** All requests together may take this many times the time of one. */
const PATIENCE = 12;
const MAX_BATCH_BYTES = 16 * 1024 * 1024;
const MAX_RECORD_BYTES = 8 * 1024 * 1024;

interface ApiInput extends SourceInput {
  deadline: AbortSignal;
}
interface Query {
  package: { name: string; ecosystem: 'npm' };
  version?: string;
  page_token?: string;
}

/** Never throws; a record that could not be fetched makes the source unanswered, with what it did say. */
export async function askOsvApi(
  nodes: TreeNode[],
  subjectName: string | null,
  input: SourceInput,
): Promise<SourceAnswer> {
  const records: AdvisoryRecord[] = [];
  const api = { ...input, deadline: AbortSignal.timeout(input.timeoutMs * PATIENCE) };
  try {
    const ids = await idsOf(queriesOf(nodes, subjectName), api);
    if (ids.length > MAX_RECORDS) return answer(false, records, 'it knows too many records');
    const missing = await fetchRecords(ids, api, records);
    const reason =
      missing > 0 ? `${missing} of ${ids.length} records could not be read` : undefined;
    return answer(missing === 0, records, reason, input.now);
  } catch (error) {
    return answer(false, records, failureReason(error));
  }
}

function answer(
  isAnswered: boolean,
  records: AdvisoryRecord[],
  reason?: string,
  asOf?: string,
): SourceAnswer {
  return {
    source: {
      id: 'osv-api',
      kind: 'live',
      covers: ['vulnerability', 'malware'],
      answered: isAnswered,
      ...(isAnswered && asOf !== undefined ? { asOf } : {}),
      ...(reason === undefined ? {} : { reason }),
    },
    records,
  };
}

/** Installed versions of every package, and the subject's whole history. */
function queriesOf(nodes: TreeNode[], subjectName: string | null): Query[] {
  const keys = new Set(nodes.map(({ name, version }) => JSON.stringify([name, version])));
  const queries = [...keys].sort().map((key): Query => {
    const [name, version] = JSON.parse(key) as [string, string];
    return { package: { name, ecosystem: 'npm' }, version };
  });
  if (subjectName === null) return queries;
  return [{ package: { name: subjectName, ecosystem: 'npm' } }, ...queries];
}

async function idsOf(queries: Query[], input: ApiInput): Promise<string[]> {
  const ids = new Set<string>();
  let open = queries;
  for (let page = 0; open.length > 0; page += 1) {
    if (page >= MAX_PAGES) throw new Error('it did not come to an end');
    const next: Query[] = [];
    for (let at = 0; at < open.length; at += BATCH) {
      const batch = open.slice(at, at + BATCH);
      const found = await requestJson(requestOf(input, 'v1/querybatch', { queries: batch }));
      next.push(...readBatch(found, batch, ids));
    }
    open = next;
  }
  return [...ids].sort();
}

/** Adds the ids of one answer; returns the queries that have another page. */
function readBatch(found: unknown, batch: Query[], ids: Set<string>): Query[] {
  const results = isRow(found) ? found['results'] : undefined;
  if (!Array.isArray(results) || results.length !== batch.length) {
    throw new Error('its answer has an unknown shape');
  }
  return batch.flatMap((query, index) => {
    const result: unknown = results[index];
    if (!isRow(result)) return [];
    const vulns = Array.isArray(result['vulns']) ? result['vulns'] : [];
    for (const vuln of vulns as unknown[]) {
      const id = isRow(vuln) ? cleanId(vuln['id']) : null;
      if (id) ids.add(id);
    }
    const token = result['next_page_token'];
    return typeof token === 'string' && token !== '' ? [{ ...query, page_token: token }] : [];
  });
}

/** Fetches into `records`; returns how many could not be read. */
async function fetchRecords(
  ids: readonly string[],
  input: ApiInput,
  records: AdvisoryRecord[],
): Promise<number> {
  const waiting = [...ids];
  let missing = 0;
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        const row = await requestJson(requestOf(input, `v1/vulns/${encodeURIComponent(id)}`));
        const read = recordsOf(row);
        if (read) records.push(...read);
        else missing += 1;
      } catch {
        // Counted: the source then does not count as answered.
        missing += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return missing;
}

function requestOf(input: ApiInput, path: string, body?: unknown): Request {
  return {
    url: `${input.osvUrl.replace(/\/*$/, '')}/${path}`,
    method: body === undefined ? 'GET' : 'POST',
    ...(body === undefined ? {} : { body }),
    options: input.fetchOptions,
    isRegistry: false,
    timeoutMs: input.timeoutMs,
    signal: input.deadline,
    maxBytes: body === undefined ? MAX_RECORD_BYTES : MAX_BATCH_BYTES,
  };
}
