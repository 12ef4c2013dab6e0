// Answers from an index on disk: the local database, or the paths of `--advisories`.
import { advisorySettings, type AdvisoryRecord } from '../../analyze/advisories/index.ts';
import type { AdvisorySource } from '../../types.ts';
import type { OpenedIndex } from './database.ts';
import type { SourceAnswer } from './source.ts';
import type { IndexHeader } from './store.ts';

type Kind = 'vulnerability' | 'malware';
const PLURAL: Record<Kind, string> = { vulnerability: 'vulnerabilities', malware: 'malware' };

/** One answer a kind: vulnerabilities and malware seldom are of the same day. Closes the index. */
export function askIndex(
  id: string,
  opened: OpenedIndex,
  names: ReadonlySet<string>,
): SourceAnswer[] {
  if ('reason' in opened) {
    return [{ source: unanswered(id, ['vulnerability', 'malware'], opened.reason), records: [] }];
  }
  const { index } = opened;
  try {
    const records = [...names].sort().flatMap((name) => index.lookup(name));
    return (['vulnerability', 'malware'] as const)
      .filter((kind) => index.header.records[kind] > 0)
      .map((kind) => answerOf(`${id}-${PLURAL[kind]}`, kind, index.header, records));
  } catch {
    const reason = 'it is broken (import it again: mcp-vet db import)';
    return [{ source: unanswered(id, ['vulnerability', 'malware'], reason), records: [] }];
  } finally {
    index.close();
  }
}

function answerOf(
  id: string,
  kind: Kind,
  header: IndexHeader,
  records: readonly AdvisoryRecord[],
): SourceAnswer {
  const count = header.records[kind];
  const isEnough = count >= advisorySettings().minRecordsToCover;
  const notes = [
    ...(isEnough
      ? []
      : [`its number of records (${count}) is too small to say that there are none`]),
    ...(header.malformed > 0 ? [`rows that could not be read: ${header.malformed}`] : []),
  ];
  const asOf = header.newest[kind];
  return {
    source: {
      id,
      kind: 'database',
      covers: isEnough ? [kind] : [],
      answered: true,
      ...(asOf === undefined ? {} : { asOf }),
      ...(notes.length > 0 ? { reason: notes.join('; ') } : {}),
    },
    records: records.filter((record) => record.kind === kind),
  };
}

const unanswered = (id: string, covers: Kind[], reason: string): AdvisorySource => ({
  id,
  kind: 'database',
  covers,
  answered: false,
  reason,
});
